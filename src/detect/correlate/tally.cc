#include "detect/correlate/tally.h"

#include <algorithm>
#include <unordered_set>

namespace tocsin {
namespace {

constexpr std::uint32_t kSumAnewMin = 64;

using Entries = std::vector<WindowEntry>;

bool fits_together(const WindowEntry& a, const WindowEntry& b) {
  return a.count() + b.count() <= WindowEntry::kCountMax;
}

WindowEntry joined(const WindowEntry& older, const WindowEntry& newer, WindowKind kind) {
  const Seq seq = std::max(older.seq(), newer.seq());
  const std::uint64_t count = older.count() + newer.count();
  return kind == WindowKind::kSum
             ? WindowEntry::of_number(older.time(), seq, older.number() + newer.number(), count)
             : WindowEntry(older.time(), seq, older.value(), count);
}

// Neighbours that `may_join` says so, until three quarters of the way.
template <class MayJoin>
Entries join_neighbours(const Entries& entries, WindowKind kind, MayJoin may_join) {
  const std::size_t until = entries.size() / 4 * 3;
  Entries out;
  bool last_is_pair = false;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const bool joins = i < until && !out.empty() && fits_together(out.back(), entries[i]) &&
                       may_join(out.back(), entries[i], last_is_pair);
    if (joins) {
      out.back() = joined(out.back(), entries[i], kind);
    } else {
      out.push_back(entries[i]);
    }
    last_is_pair = joins;
  }
  return out;
}

// Of each value only its newest entry stays.
Entries without_repetitions(const Entries& entries) {
  std::unordered_set<std::uint64_t> seen;
  Entries out;
  for (auto at = entries.rbegin(); at != entries.rend(); ++at) {
    if (seen.insert(at->value()).second) {
      out.push_back(*at);
    }
  }
  std::ranges::reverse(out);
  return out;
}

}  // namespace

void Tally::insert(const WindowEntry& entry) {
  entries_.insert(entry);
  count_in(entry);
}

WindowEntry Tally::take_front() {
  const WindowEntry entry = entries_.front();
  entries_.pop_front();
  count_out(entry);
  return entry;
}

WindowEntry Tally::take_back() {
  const WindowEntry entry = entries_.back();
  entries_.pop_back();
  count_out(entry);
  return entry;
}

void Tally::clear() {
  entries_.clear();
  index_.reset();
  count_ = 0;
  sum_ = 0;
  taken_ = 0;
}

void Tally::count_in(const WindowEntry& entry) {
  count_ += entry.count();
  if (kind_ == WindowKind::kSum) {
    sum_ += entry.number();
    return;
  }
  if (!needs_index()) {
    return;
  }
  if (index_ != nullptr) {
    index_add(entry);
  } else if (size() > kPlainMax) {
    index_ = std::make_unique<Index>();
    entries_.visit_back([this](const WindowEntry& each) {
      index_add(each);
      return true;
    });
  }
}

void Tally::index_add(const WindowEntry& entry) {
  if (has_values()) {
    index_->values.add(entry.value());
  } else {
    index_->numbers.add(entry.number());
  }
}

void Tally::count_out(const WindowEntry& entry) {
  count_ -= entry.count();
  if (empty()) {
    clear();
    return;
  }
  if (kind_ == WindowKind::kSum) {
    sum_ -= entry.number();
    if (++taken_ > kSumAnewMin && taken_ > size()) {
      sum_anew();
    }
  } else if (index_ != nullptr && has_values()) {
    index_->values.remove(entry.value());
  } else if (index_ != nullptr) {
    index_->numbers.remove(entry.number());
  }
}

// Takes away what rounding left behind.
void Tally::sum_anew() {
  taken_ = 0;
  sum_ = 0;
  for (std::size_t r = 0; r < entries_.runs(); ++r) {
    for (const WindowEntry& entry : entries_.run(r)) {
      sum_ += entry.number();
    }
  }
}

std::size_t Tally::distinct() const {
  if (index_ != nullptr) {
    return index_->values.size();
  }
  std::uint64_t seen[kPlainMax + 1];
  std::size_t count = 0;
  entries_.visit_back([&](const WindowEntry& entry) {
    if (std::find(seen, seen + count, entry.value()) == seen + count) {
      seen[count++] = entry.value();
    }
    return true;
  });
  return count;
}

bool Tally::contains(std::uint64_t value) const {
  if (index_ != nullptr) {
    return index_->values.contains(value);
  }
  bool found = false;
  entries_.visit_back([&](const WindowEntry& entry) {
    found = entry.value() == value;
    return !found;
  });
  return found;
}

double Tally::percentile(double percent) const {
  if (index_ != nullptr) {
    return index_->numbers.percentile(percent);
  }
  RankedNumbers numbers;
  entries_.visit_back([&](const WindowEntry& entry) {
    numbers.add(entry.number());
    return true;
  });
  return numbers.percentile(percent);
}

std::vector<Seq> Tally::newest_seqs(std::size_t kept) const {
  std::vector<Seq> seqs;
  seqs.reserve(std::min(kept, size()));
  entries_.visit_back([&](const WindowEntry& entry) {
    if (seqs.size() == kept) {
      return false;
    }
    seqs.push_back(entry.seq());
    return true;
  });
  std::ranges::sort(seqs);
  const auto repeated = std::ranges::unique(seqs);
  seqs.erase(repeated.begin(), repeated.end());
  return seqs;
}

std::uint64_t Tally::coarsen() {
  Entries entries;
  entries.reserve(size());
  for (std::size_t r = 0; r < entries_.runs(); ++r) {
    const auto run = entries_.run(r);
    entries.insert(entries.end(), run.begin(), run.end());
  }
  const std::size_t wanted = entries.size() / 4 * 3;
  if (kind_ != WindowKind::kNumbers) {
    entries = join_neighbours(
        entries, kind_, [this](const WindowEntry& a, const WindowEntry& b, bool /*is_pair*/) {
          return a.time() == b.time() && (!has_values() || a.value() == b.value());
        });
  }
  if (entries.size() > wanted && (kind_ == WindowKind::kCount || kind_ == WindowKind::kSum)) {
    entries = join_neighbours(
        entries, kind_,
        [](const WindowEntry&, const WindowEntry&, bool is_pair) { return !is_pair; });
  } else if (entries.size() > wanted && kind_ == WindowKind::kDistinct) {
    entries = without_repetitions(entries);
  }
  if (entries.size() > wanted) {
    entries.erase(entries.begin(),
                  entries.begin() + static_cast<std::ptrdiff_t>(entries.size() / 2));
  }
  return replace(entries);
}

std::uint64_t Tally::replace(const std::vector<WindowEntry>& entries) {
  const std::uint64_t before = count_;
  clear();
  for (const WindowEntry& entry : entries) {
    insert(entry);
  }
  return before - count_;
}

std::size_t Tally::bytes() const {
  const std::size_t index =
      index_ == nullptr ? 0 : sizeof(Index) + index_->values.bytes() + index_->numbers.bytes();
  return entries_.bytes() + index;
}

}  // namespace tocsin
