#include "detect/correlate/window.h"

#include <algorithm>

namespace tocsin {

Micros Window::newest() const {
  const Micros within = tally_.entries().back_time();
  return aside_ == nullptr ? within : std::max(within, aside_->back_time());
}

bool Window::is_too_late(Micros time, const WindowShape& shape) const {
  return !empty() && time < newest() - shape.timespan - shape.lateness;
}

Window::Added Window::add(const WindowEntry& entry, const WindowShape& shape) {
  if (empty() || entry.time() >= newest()) {
    tally_.insert(entry);
    slide(shape);
    if (shape.kind == WindowKind::kOrdered) {
      if (chains_ == nullptr) {
        chains_ = std::make_unique<OrderChains>(shape.steps);
      }
      in_order_ = chains_->add(entry, shape.timespan);
    }
    bound(shape);
    return Added::kInOrder;
  }
  if (entry.time() >= newest() - shape.timespan) {
    tally_.insert(entry);
  } else {
    aside().insert(entry);
  }
  order_anew(shape);
  bound(shape);
  return Added::kLate;
}

void Window::slide(const WindowShape& shape) {
  const Micros active_from = newest() - shape.timespan;
  const Micros kept_from = active_from - shape.lateness;
  while (oldest() < active_from) {
    const WindowEntry old = tally_.take_front();
    if (old.time() >= kept_from) {
      aside().push_back(old);
    }
  }
  while (aside_ != nullptr && aside_->front_time() < kept_from) {
    aside_->pop_front();
    drop_empty_aside();
  }
}

// Keeps what can matter, and at most entries_max.
void Window::bound(const WindowShape& shape) {
  while (shape.newest_kept > 0 && size() > shape.newest_kept) {
    if (aside_ != nullptr) {
      aside_->pop_front();
      drop_empty_aside();
    } else {
      tally_.take_front();
    }
  }
  if (tally_.size() > shape.entries_max) {
    forgotten_ += static_cast<std::uint32_t>(tally_.coarsen());
  }
  while (aside_ != nullptr && aside_->size() > shape.entries_max) {
    aside_->pop_front();
    ++forgotten_;
  }
}

// After a late event: what the chains know came in another order.
void Window::order_anew(const WindowShape& shape) {
  if (shape.kind != WindowKind::kOrdered) {
    return;
  }
  chains_ = std::make_unique<OrderChains>(shape.steps);
  std::size_t skipped = tally_.size() > kAroundMax ? tally_.size() - kAroundMax : 0;
  tally_.entries().visit_from(oldest(), [&](const WindowEntry& entry) {
    if (skipped > 0) {
      --skipped;
    } else {
      in_order_ = chains_->add(entry, shape.timespan);
    }
    return true;
  });
}

void Window::add_waiting(const WindowEntry& entry, const WindowShape& shape) {
  if (!empty() && entry.time() > end(shape)) {
    aside().insert(entry);
  } else {
    tally_.insert(entry);
    move_behind_end_aside(shape);
  }
  bound(shape);
}

// After an event that came before the first.
void Window::move_behind_end_aside(const WindowShape& shape) {
  std::vector<WindowEntry> behind;
  while (tally_.entries().back_time() > end(shape)) {
    behind.push_back(tally_.take_back());
  }
  for (auto at = behind.rbegin(); at != behind.rend(); ++at) {
    aside().insert(*at);
  }
}

void Window::next_window(const WindowShape& shape) {
  tally_.clear();
  refill(shape);
}

void Window::drop_first(const WindowShape& shape) {
  const Micros first = oldest();
  while (!empty() && oldest() == first) {
    tally_.take_front();
  }
  refill(shape);
}

void Window::refill(const WindowShape& shape) {
  while (aside_ != nullptr && (empty() || aside_->front_time() <= end(shape))) {
    tally_.insert(aside_->front());
    aside_->pop_front();
    drop_empty_aside();
  }
}

void Window::clear() {
  tally_.clear();
  aside_.reset();
  chains_.reset();
  in_order_ = false;
}

EntryList& Window::aside() {
  if (aside_ == nullptr) {
    aside_ = std::make_unique<EntryList>();
  }
  return *aside_;
}

void Window::drop_empty_aside() {
  if (aside_->empty()) {
    aside_.reset();
  }
}

std::size_t Window::bytes() const {
  const std::size_t aside = aside_ == nullptr ? 0 : sizeof(EntryList) + aside_->bytes();
  const std::size_t chains = chains_ == nullptr ? 0 : sizeof(OrderChains) + chains_->bytes();
  return tally_.bytes() + aside + chains;
}

}  // namespace tocsin
