#include "detect/correlate/window.h"

#include <algorithm>
#include <utility>

namespace tocsin {

void Window::Totals::add(const WindowEntry& entry, WindowKind kind) {
  count += entry.count;
  sum += entry.number;
  if (kind == WindowKind::kDistinct || kind == WindowKind::kOrdered) {
    ++values[entry.value];
  }
}

void Window::Totals::remove(const WindowEntry& entry, WindowKind kind) {
  count -= entry.count;
  sum = count == 0 ? 0 : sum - entry.number;
  if (kind == WindowKind::kDistinct || kind == WindowKind::kOrdered) {
    const auto found = values.find(entry.value);
    if (found != values.end() && --found->second == 0) {
      values.erase(found);
    }
  }
}

Window::Added Window::add(const WindowEntry& entry, const WindowShape& shape) {
  if (empty() || entry.time >= newest()) {
    entries_.push_back(entry);
    totals_.add(entry, shape.kind);
    drop_old(shape);
    shrink(shape);
    return Added::kInOrder;
  }
  if (entry.time < newest() - shape.timespan - shape.lateness) {
    return Added::kTooLate;
  }
  const auto place = std::upper_bound(
      entries_.begin() + static_cast<std::ptrdiff_t>(head_), entries_.end(), entry.time,
      [](Micros time, const WindowEntry& other) { return time < other.time; });
  const bool is_active = entry.time >= newest() - shape.timespan;
  entries_.insert(place, entry);
  if (is_active) {
    totals_.add(entry, shape.kind);
  } else {
    ++active_;
  }
  shrink(shape);
  return Added::kLate;
}

WindowView Window::current() const {
  return {std::span(entries_).subspan(active_), totals_.count, totals_.sum, &totals_.values};
}

void Window::clear() {
  entries_.clear();
  head_ = 0;
  active_ = 0;
  totals_ = {};
}

void Window::drop_old(const WindowShape& shape) {
  const Micros active_from = newest() - shape.timespan;
  while (entries_[active_].time < active_from) {
    totals_.remove(entries_[active_++], shape.kind);
  }
  const Micros kept_from = active_from - shape.lateness;
  while (!shape.keeps_all && entries_[head_].time < kept_from) {
    ++head_;
  }
  if (head_ > 32 && head_ > entries_.size() / 2) {
    entries_.erase(entries_.begin(), entries_.begin() + static_cast<std::ptrdiff_t>(head_));
    active_ -= head_;
    head_ = 0;
  }
}

void Window::shrink(const WindowShape& shape) {
  if (size() <= shape.entries_max) {
    return;
  }
  entries_.erase(entries_.begin(), entries_.begin() + static_cast<std::ptrdiff_t>(head_));
  head_ = 0;
  switch (shape.kind) {
    case WindowKind::kCount:
    case WindowKind::kSum:
      join_pairs();
      break;
    case WindowKind::kDistinct:
      drop_repetitions();
      break;
    case WindowKind::kOrdered:
    case WindowKind::kNumbers:
      break;
  }
  if (entries_.size() > shape.entries_max * 3 / 4) {
    const auto dropped = static_cast<std::ptrdiff_t>(entries_.size() - shape.entries_max / 2);
    for (auto at = entries_.begin(); at != entries_.begin() + dropped; ++at) {
      forgotten_ += at->count;
    }
    entries_.erase(entries_.begin(), entries_.begin() + dropped);
  }
  recount(shape);
}

// The older three quarters: two entries become one at the earlier time.
void Window::join_pairs() {
  const std::size_t joined_end = entries_.size() / 4 * 3 / 2 * 2;
  std::size_t to = 0;
  for (std::size_t from = 0; from < joined_end; from += 2) {
    WindowEntry joined = entries_[from];
    joined.seq = std::max(joined.seq, entries_[from + 1].seq);
    joined.count += entries_[from + 1].count;
    joined.number += entries_[from + 1].number;
    entries_[to++] = joined;
  }
  entries_.erase(entries_.begin() + static_cast<std::ptrdiff_t>(to),
                 entries_.begin() + static_cast<std::ptrdiff_t>(joined_end));
}

// Of each value only its newest entry stays; it takes the others' counts.
void Window::drop_repetitions() {
  std::unordered_map<std::uint64_t, std::size_t> newest_of;
  std::vector<WindowEntry> kept;
  kept.reserve(entries_.size());
  for (auto at = entries_.rbegin(); at != entries_.rend(); ++at) {
    const auto [found, is_new] = newest_of.try_emplace(at->value, kept.size());
    if (is_new) {
      kept.push_back(*at);
    } else {
      kept[found->second].count += at->count;
    }
  }
  std::ranges::reverse(kept);
  entries_ = std::move(kept);
}

void Window::recount(const WindowShape& shape) {
  totals_ = {};
  active_ = 0;
  while (entries_[active_].time < newest() - shape.timespan) {
    ++active_;
  }
  for (std::size_t i = active_; i < entries_.size(); ++i) {
    totals_.add(entries_[i], shape.kind);
  }
}

}  // namespace tocsin
