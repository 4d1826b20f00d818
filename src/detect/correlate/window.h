// Window: the events of one group of one correlation, in event time.
//
// A sliding window ends at its newest event; an event that comes late is put in its place, and
// any_around() shows every window that it is in. Behind the timespan events are kept for `lateness`
// more. A waiting window begins with its first event and is told when it is over; what comes after
// its end waits aside for the next. Exact up to `entries_max` events, then coarser, counted. One
// thread; a window is used either way, not both.
#pragma once

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "base/strong.h"
#include "base/time.h"
#include "detect/correlate/order_chains.h"
#include "detect/correlate/tally.h"

namespace tocsin {

struct WindowShape {
  WindowKind kind = WindowKind::kCount;
  Span timespan;
  Span lateness;
  std::size_t entries_max = 65'536;
  std::size_t newest_kept = 0;  // more can change nothing; 0: all are kept
  std::size_t steps = 0;        // kOrdered: how many
};

// A run of events within one timespan.
struct WindowView {
  const Tally& tally;
  bool in_order = false;  // kOrdered: its last event completes the steps
};

class Window {
 public:
  enum class Added : std::uint8_t { kInOrder, kLate };
  // What any_around() found; kUnknown: the event has too many around it.
  enum class Found : std::uint8_t { kNo, kYes, kUnknown };

  explicit Window(WindowKind kind = WindowKind::kCount) : tally_(kind) {}

  // Too old for this window: it would be forgotten at once.
  bool is_too_late(Micros time, const WindowShape& shape) const;

  // `entry` is not too late.
  Added add(const WindowEntry& entry, const WindowShape& shape);
  // The window that ends at the newest event.
  WindowView current() const { return {tally_, in_order_}; }
  // Calls visit(view) for each window that `late`, added last, is in, until it returns true.
  template <class Visit>
  Found any_around(const WindowEntry& late, const WindowShape& shape, Visit visit) const;

  // Waiting: the window stays where it is.
  void add_waiting(const WindowEntry& entry, const WindowShape& shape);
  // Newest of all events, of a waiting window those after it too.
  Micros newest() const;
  Micros end(const WindowShape& shape) const { return oldest() + shape.timespan; }
  // Waiting: ends the window; the next begins with the first event after it, or after the time of
  // its first.
  void next_window(const WindowShape& shape);
  void drop_first(const WindowShape& shape);

  bool empty() const { return tally_.empty(); }
  Micros oldest() const { return tally_.entries().front_time(); }
  std::size_t size() const { return tally_.size() + (aside_ ? aside_->size() : 0); }
  // How many events were forgotten because the window was full.
  std::uint64_t take_forgotten() { return std::exchange(forgotten_, 0); }
  void clear();
  std::size_t bytes() const;
  void prefetch() const { tally_.entries().prefetch(); }

 private:
  static constexpr std::size_t kAroundMax = 4'096;  // entries looked at for one late event

  void slide(const WindowShape& shape);
  void bound(const WindowShape& shape);
  void move_behind_end_aside(const WindowShape& shape);
  void refill(const WindowShape& shape);
  void order_anew(const WindowShape& shape);
  EntryList& aside();
  void drop_empty_aside();

  Tally tally_;                       // within the timespan
  std::unique_ptr<EntryList> aside_;  // sliding: older; waiting: newer; null: none
  std::unique_ptr<OrderChains> chains_;
  std::uint32_t forgotten_ = 0;
  bool in_order_ = false;
};

template <class Visit>
Window::Found Window::any_around(const WindowEntry& late, const WindowShape& shape,
                                 Visit visit) const {
  Tally tally(shape.kind);
  OrderChains chains(shape.steps);
  bool has_late = false;
  std::size_t looked_at = 0;
  Found found = Found::kNo;
  const std::size_t around_max = std::max(kAroundMax, 2 * shape.newest_kept);
  const auto look = [&](const WindowEntry& entry) {
    if (entry.time() > late.time() + shape.timespan) {
      return false;
    }
    if (++looked_at > around_max) {
      found = Found::kUnknown;
      return false;
    }
    tally.insert(entry);
    while (tally.entries().front_time() < entry.time() - shape.timespan) {
      tally.take_front();
    }
    const bool in_order = shape.kind == WindowKind::kOrdered && chains.add(entry, shape.timespan);
    has_late = has_late || (entry.seq() == late.seq() && entry.time() == late.time());
    if (has_late && visit(WindowView{tally, in_order})) {
      found = Found::kYes;
    }
    return found == Found::kNo;
  };
  const Micros from = late.time() - shape.timespan;
  if (aside_ != nullptr) {
    aside_->visit_from(from, look);
  }
  if (found == Found::kNo) {
    tally_.entries().visit_from(from, look);
  }
  return found;
}

}  // namespace tocsin
