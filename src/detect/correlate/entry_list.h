// EntryList: the events of one window, sorted by time, cheap at both ends and anywhere between.
//
// Two entries need no memory of their own; more live in chunks, so that an event that comes late
// moves one chunk, not all that is newer. Entries of one time stay in the order of arrival. A
// value type that moves; one thread.
#pragma once

#include <bit>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "base/strong.h"
#include "base/time.h"

namespace tocsin {

// An event in a window, or several joined: 24 bytes, because there are millions.
class WindowEntry {
 public:
  static constexpr std::uint64_t kCountMax = 0xFFFF;

  WindowEntry() = default;
  // `value`: identity of a value, or which input, or the bits of a number.
  WindowEntry(Micros time, Seq seq, std::uint64_t value, std::uint64_t count = 1)
      : time_(time), seq_and_count_((seq.value << 16U) | count), value_(value) {}
  static WindowEntry of_number(Micros time, Seq seq, double number, std::uint64_t count = 1) {
    return {time, seq, std::bit_cast<std::uint64_t>(number), count};
  }

  Micros time() const { return time_; }
  Seq seq() const { return Seq(seq_and_count_ >> 16U); }
  std::uint64_t count() const { return seq_and_count_ & kCountMax; }
  std::uint64_t value() const { return value_; }
  double number() const { return std::bit_cast<double>(value_); }

 private:
  Micros time_;
  std::uint64_t seq_and_count_ = 0;
  std::uint64_t value_ = 0;
};

class EntryList {
 public:
  static constexpr std::size_t kInlineMax = 2;
  static constexpr std::uint32_t kChunkMax = 128;

  EntryList() : near_{} {}

  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  const WindowEntry& front() const { return is_far() ? *far_.head : near_[0]; }
  const WindowEntry& back() const { return is_far() ? *(far_.tail - 1) : near_[size_ - 1]; }
  // The same without reaching for the entries.
  Micros front_time() const { return is_far() ? far_.front_time : near_[0].time(); }
  Micros back_time() const { return is_far() ? far_.back_time : near_[size_ - 1].time(); }

  // Not older than back().
  void push_back(const WindowEntry& entry);
  // In its place, after those of the same time.
  void insert(const WindowEntry& entry);
  void pop_front();
  void pop_back();
  void clear();

  // All entries as runs, oldest first.
  std::size_t runs() const { return is_far() ? big_->chunks.size() - big_->first : 1; }
  std::span<const WindowEntry> run(std::size_t index) const;
  // visit(entry) oldest first, from `from` on, until it returns false.
  template <class Visit>
  void visit_from(Micros from, Visit visit) const;
  // visit(entry) newest first, until it returns false.
  template <class Visit>
  void visit_back(Visit visit) const;

  // Soon something is added: asks the processor for the place.
  void prefetch() const {
    if (is_far()) {
      __builtin_prefetch(far_.tail, 1);
    }
  }
  // Memory besides the object itself.
  std::size_t bytes() const { return bytes_; }

 private:
  // Of the first chunk `begin` is stale, of the last one `end`: far_ knows better (see sync()).
  struct Chunk {
    std::unique_ptr<WindowEntry[]> entries;
    std::uint32_t begin = 0;
    std::uint32_t end = 0;
    std::uint32_t capacity = 0;
  };
  struct Big {
    std::vector<Chunk> chunks;
    std::size_t first = 0;  // chunks before are gone
  };
  // Both ends, so that the common changes look nothing up.
  struct Far {
    WindowEntry* head;
    const WindowEntry* head_end;  // of the first chunk; null when it is the last
    WindowEntry* tail;            // behind the newest
    const WindowEntry* tail_end;  // of the last chunk's memory
    Micros front_time;
    Micros back_time;
  };

  bool is_far() const { return big_ != nullptr; }
  void sync();
  void look_up_ends();
  void grow_big();
  void make_room_at_end();
  static void move_down(Chunk& chunk);
  static void grow(Chunk& chunk);
  void insert_far(const WindowEntry& entry);
  void drop_first_chunk();
  std::size_t run_for(Micros time) const;
  void split(std::size_t at);

  union {
    WindowEntry near_[kInlineMax];
    Far far_;
  };
  std::unique_ptr<Big> big_;  // null: near_ is used, else far_
  std::uint32_t size_ = 0;
  std::uint32_t bytes_ = 0;
};

template <class Visit>
void EntryList::visit_from(Micros from, Visit visit) const {
  if (empty()) {
    return;
  }
  for (std::size_t r = run_for(Micros(from.value - 1)); r < runs(); ++r) {
    for (const WindowEntry& entry : run(r)) {
      if (entry.time() >= from && !visit(entry)) {
        return;
      }
    }
  }
}

template <class Visit>
void EntryList::visit_back(Visit visit) const {
  for (std::size_t r = runs(); r-- > 0;) {
    const std::span<const WindowEntry> entries = run(r);
    for (auto at = entries.rbegin(); at != entries.rend(); ++at) {
      if (!visit(*at)) {
        return;
      }
    }
  }
}

}  // namespace tocsin
