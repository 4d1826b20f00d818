// Tally: events sorted by time with their running totals: how many, their sum, how many different
// values, which rank. Each change costs O(1), O(log n) for ranks; nothing is ever counted anew for
// one event. Who takes events away, and when, is the Window's work. One thread.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "detect/correlate/entry_list.h"
#include "detect/correlate/ranked_numbers.h"
#include "detect/correlate/value_counts.h"

namespace tocsin {

// What a window must tell of its events.
enum class WindowKind : std::uint8_t {
  kCount,     // how many
  kDistinct,  // how many different values
  kOrdered,   // the same, and the order of values 0, 1, 2 …
  kSum,       // of numbers
  kNumbers,   // all numbers (percentile)
};

class Tally {
 public:
  explicit Tally(WindowKind kind) : kind_(kind) {}

  void insert(const WindowEntry& entry);
  WindowEntry take_front();
  WindowEntry take_back();
  void clear();

  const EntryList& entries() const { return entries_; }
  bool empty() const { return entries_.empty(); }
  std::size_t size() const { return entries_.size(); }
  std::uint64_t count() const { return count_; }
  double sum() const { return sum_; }
  std::size_t distinct() const;
  bool contains(std::uint64_t value) const;
  double percentile(double percent) const;
  // The newest at most `kept` events, oldest first, each once.
  std::vector<Seq> newest_seqs(std::size_t kept) const;

  // Makes the older entries coarser: those of one time are joined, then counts and sums of
  // neighbours (at the earlier time: never claiming more than is true), repeated values are
  // forgotten, or the oldest. Gives how many events were forgotten.
  std::uint64_t coarsen();
  std::size_t bytes() const;

 private:
  // From so many entries on, totals of values and ranks are kept beside them.
  static constexpr std::size_t kPlainMax = 8;

  struct Index {
    ValueCounts values;
    RankedNumbers numbers;
  };

  bool has_values() const {
    return kind_ == WindowKind::kDistinct || kind_ == WindowKind::kOrdered;
  }
  bool needs_index() const { return has_values() || kind_ == WindowKind::kNumbers; }
  void count_in(const WindowEntry& entry);
  void count_out(const WindowEntry& entry);
  void index_add(const WindowEntry& entry);
  void sum_anew();
  std::uint64_t replace(const std::vector<WindowEntry>& entries);

  EntryList entries_;
  std::uint64_t count_ = 0;
  double sum_ = 0;
  std::unique_ptr<Index> index_;
  std::uint32_t taken_ = 0;  // since sum_ was made anew
  WindowKind kind_;
};

}  // namespace tocsin
