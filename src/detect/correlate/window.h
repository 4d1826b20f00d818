// Window: the events of one group of one correlation, sorted by event time, with running totals of
// those within a timespan of the newest.
//
// In order, an event costs O(1); one that comes late is put in its place and the windows around it
// are walked. Behind the timespan events are kept for `lateness` more. Exact up to `entries_max`
// events; above, the oldest are made coarser: counts and sums join neighbours (never claiming more
// than is true), distinct values forget repetitions. One thread.
#pragma once

#include <cstdint>
#include <span>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/strong.h"
#include "base/time.h"

namespace tocsin {

// What a window must tell of its events.
enum class WindowKind : std::uint8_t {
  kCount,     // how many
  kDistinct,  // how many different `value`s
  kOrdered,   // the same, and the order of values 0, 1, 2 …
  kSum,       // of `number`
  kNumbers,   // all numbers (percentile)
};

struct WindowEntry {
  Micros time;
  Seq seq;
  std::uint64_t value = 0;  // identity of a value, or which input
  double number = 0;
  std::uint32_t count = 1;  // events joined in this entry
};

struct WindowShape {
  WindowKind kind = WindowKind::kCount;
  Span timespan;
  Span lateness;
  std::size_t entries_max = 4'096;
  bool keeps_all = false;  // nothing is dropped by age: the owner takes windows away whole
};

// A run of entries within one timespan, with its totals.
struct WindowView {
  std::span<const WindowEntry> entries;  // oldest first
  std::uint64_t count = 0;               // events
  double sum = 0;
  const std::unordered_map<std::uint64_t, std::uint32_t>* values = nullptr;  // value → entries

  std::uint64_t distinct() const { return values == nullptr ? 0 : values->size(); }
};

class Window {
 public:
  enum class Added : std::uint8_t { kInOrder, kLate, kTooLate };

  // kTooLate: nothing was added.
  Added add(const WindowEntry& entry, const WindowShape& shape);
  // The window that ends at the newest event.
  WindowView current() const;
  // Calls visit(view) for the window that ends at each event from `time` to `time` + timespan,
  // until it returns true.
  template <class Visit>
  bool any_around(Micros time, const WindowShape& shape, Visit visit) const;

  bool empty() const { return head_ == entries_.size(); }
  Micros newest() const { return entries_.back().time; }
  std::span<const WindowEntry> all() const { return std::span(entries_).subspan(head_); }
  std::size_t size() const { return entries_.size() - head_; }
  // How many events were forgotten because the window was full.
  std::uint64_t take_forgotten() { return std::exchange(forgotten_, 0); }
  void clear();

 private:
  struct Totals {
    std::uint64_t count = 0;
    double sum = 0;
    std::unordered_map<std::uint64_t, std::uint32_t> values;

    void add(const WindowEntry& entry, WindowKind kind);
    void remove(const WindowEntry& entry, WindowKind kind);
  };

  void drop_old(const WindowShape& shape);
  void shrink(const WindowShape& shape);
  void join_pairs();
  void drop_repetitions();
  void recount(const WindowShape& shape);

  std::vector<WindowEntry> entries_;
  std::size_t head_ = 0;    // first kept
  std::size_t active_ = 0;  // first within the timespan of the newest
  Totals totals_;           // of the active ones
  std::uint64_t forgotten_ = 0;
};

template <class Visit>
bool Window::any_around(Micros time, const WindowShape& shape, Visit visit) const {
  Totals totals;
  std::size_t first = head_;
  for (std::size_t last = head_; last < entries_.size(); ++last) {
    const WindowEntry& entry = entries_[last];
    if (entry.time > time + shape.timespan) {
      break;
    }
    totals.add(entry, shape.kind);
    while (entries_[first].time < entry.time - shape.timespan) {
      totals.remove(entries_[first++], shape.kind);
    }
    const bool ends_here = last + 1 == entries_.size() || entries_[last + 1].time > entry.time;
    if (entry.time < time || !ends_here) {
      continue;
    }
    if (visit(WindowView{std::span(entries_).subspan(first, last + 1 - first), totals.count,
                         totals.sum, &totals.values})) {
      return true;
    }
  }
  return false;
}

}  // namespace tocsin
