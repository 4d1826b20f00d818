// KeyTable: the keys of one monitor with what is known of each, bounded in number.
//
// When the table is full, keys that occurred least go first: keys are kept in classes by how often
// they occurred, and the coldest key of the lowest class is evicted. An eighth of the places is
// always left to rare keys, so that a newcomer among heavy keys has time to grow. A flood of
// invented keys pushes out other invented keys. Addresses of slots stay valid until they are
// erased. One thread.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <deque>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/hash.h"
#include "base/time.h"

namespace tocsin {

template <class State>
class KeyTable {
 public:
  struct Slot {
    std::string key;
    std::uint64_t hash = 0;
    std::uint64_t hits = 0;
    Micros first;    // event times
    Micros touched;  // of the newest event
    State state;

   private:
    friend class KeyTable;
    std::uint32_t before = kNone;
    std::uint32_t after = kNone;
    std::uint8_t size_class = 0;
    bool used = false;
  };

  // The seed is secret: senders choose the keys.
  KeyTable(std::size_t keys_max, std::uint64_t seed) : keys_max_(keys_max), seed_(seed) {
    index_.resize(64, kNone);
  }

  Slot* find(std::string_view key) {
    const std::size_t at = place(key, hash64(key, seed_));
    return index_[at] == kNone ? nullptr : &slots_[index_[at]];
  }

  // Counts a hit; may evict another key to make room.
  Slot& touch(std::string_view key, Micros time) {
    const std::uint64_t hash = hash64(key, seed_);
    const std::uint32_t found = index_[place(key, hash)];
    const std::uint32_t at = found == kNone ? add(key, hash, time) : found;
    Slot& slot = slots_[at];
    slot.first = std::min(slot.first, time);
    const bool is_stale = time > slot.touched + kRelinkAfter;
    slot.touched = std::max(slot.touched, time);
    const std::uint8_t size_class = class_of(++slot.hits);
    if (is_stale || size_class != slot.size_class) {
      unlink(at);
      slot.size_class = size_class;
      link(at);
    }
    return slot;
  }

  // Puts a key back as it was saved.
  Slot& restore(std::string_view key, std::uint64_t hits, Micros first, Micros touched) {
    const std::uint64_t hash = hash64(key, seed_);
    const std::uint32_t found = index_[place(key, hash)];
    const std::uint32_t at = found == kNone ? add(key, hash, first) : found;
    Slot& slot = slots_[at];
    slot.hits = hits;
    slot.first = first;
    slot.touched = touched;
    unlink(at);
    slot.size_class = class_of(hits);
    link(at);
    return slot;
  }

  // visit(slot); it may not add or erase.
  template <class Visit>
  void for_each(Visit visit) {
    for (Slot& slot : slots_) {
      if (slot.used) {
        visit(slot);
      }
    }
  }
  template <class Visit>
  void for_each(Visit visit) const {
    for (const Slot& slot : slots_) {
      if (slot.used) {
        visit(slot);
      }
    }
  }

  // Forgets what was not touched since `time`; looks at the coldest few of each class.
  void expire(Micros time) {
    for (std::uint8_t c = 0; c < kClasses; ++c) {
      for (int step = 0; step < kExpireSteps && head_[c] != kNone; ++step) {
        if (slots_[head_[c]].touched >= time) {
          break;
        }
        erase(head_[c]);
      }
    }
  }

  std::size_t size() const { return size_; }
  std::uint64_t evicted() const { return evicted_; }

 private:
  static constexpr std::uint32_t kNone = std::numeric_limits<std::uint32_t>::max();
  static constexpr std::uint8_t kClasses = 24;
  static constexpr std::uint8_t kRareClasses = 2;  // one hit, up to three hits
  static constexpr int kExpireSteps = 16;
  static constexpr Span kRelinkAfter = span_s(30);

  static std::uint8_t class_of(std::uint64_t hits) {
    const auto width = static_cast<int>(std::bit_width(hits)) - 1;
    return static_cast<std::uint8_t>(std::clamp(width, 0, kClasses - 1));
  }

  std::size_t mask() const { return index_.size() - 1; }

  // Where the key is, or the free place for it.
  std::size_t place(std::string_view key, std::uint64_t hash) const {
    std::size_t at = static_cast<std::size_t>(hash) & mask();
    while (index_[at] != kNone) {
      const Slot& slot = slots_[index_[at]];
      if (slot.hash == hash && slot.key == key) {
        break;
      }
      at = (at + 1) & mask();
    }
    return at;
  }

  std::uint32_t add(std::string_view key, std::uint64_t hash, Micros time) {
    if (size_ >= keys_max_) {
      evict_one();
    }
    if ((size_ + 1) * 2 > index_.size()) {
      grow();
    }
    std::uint32_t at = 0;
    if (free_.empty()) {
      at = static_cast<std::uint32_t>(slots_.size());
      slots_.emplace_back();
    } else {
      at = free_.back();
      free_.pop_back();
      slots_[at] = Slot();
    }
    Slot& slot = slots_[at];
    slot.key = key;
    slot.hash = hash;
    slot.first = time;
    slot.touched = time;
    slot.used = true;
    index_[place(key, hash)] = at;
    link(at);
    ++size_;
    return at;
  }

  void grow() {
    index_.assign(index_.size() * 2, kNone);
    for (std::uint32_t i = 0; i < slots_.size(); ++i) {
      if (slots_[i].used) {
        index_[place(slots_[i].key, slots_[i].hash)] = i;
      }
    }
  }

  void evict_one() {
    std::size_t rare = 0;
    for (std::uint8_t c = 0; c <= kRareClasses; ++c) {
      rare += count_[c];
    }
    const bool spare_the_rare = rare * 8 < keys_max_;
    const std::uint8_t begin = spare_the_rare ? kRareClasses + 1 : 0;
    for (int round = 0; round < 2; ++round) {
      for (std::uint8_t c = round == 0 ? begin : 0; c < kClasses; ++c) {
        if (head_[c] != kNone) {
          erase(head_[c]);
          ++evicted_;
          return;
        }
      }
    }
  }

  void erase(std::uint32_t at) {
    unlink(at);
    Slot& slot = slots_[at];
    std::size_t hole = place(slot.key, slot.hash);
    slot = Slot();
    index_[hole] = kNone;
    // Those behind the hole that it hid move up.
    for (std::size_t next = (hole + 1) & mask(); index_[next] != kNone;
         next = (next + 1) & mask()) {
      const auto home = static_cast<std::size_t>(slots_[index_[next]].hash) & mask();
      if (((next - home) & mask()) >= ((next - hole) & mask())) {
        index_[hole] = std::exchange(index_[next], kNone);
        hole = next;
      }
    }
    free_.push_back(at);
    --size_;
  }

  void link(std::uint32_t at) {
    Slot& slot = slots_[at];
    slot.before = tail_[slot.size_class];
    slot.after = kNone;
    (slot.before == kNone ? head_[slot.size_class] : slots_[slot.before].after) = at;
    tail_[slot.size_class] = at;
    ++count_[slot.size_class];
  }

  void unlink(std::uint32_t at) {
    Slot& slot = slots_[at];
    (slot.before == kNone ? head_[slot.size_class] : slots_[slot.before].after) = slot.after;
    (slot.after == kNone ? tail_[slot.size_class] : slots_[slot.after].before) = slot.before;
    --count_[slot.size_class];
  }

  static constexpr std::array<std::uint32_t, kClasses> none() {
    std::array<std::uint32_t, kClasses> all{};
    all.fill(kNone);
    return all;
  }

  const std::size_t keys_max_;
  const std::uint64_t seed_;
  std::deque<Slot> slots_;
  std::vector<std::uint32_t> free_;
  std::vector<std::uint32_t> index_;                   // by hash, linear probing; a power of two
  std::array<std::uint32_t, kClasses> head_ = none();  // of each class: the coldest
  std::array<std::uint32_t, kClasses> tail_ = none();
  std::array<std::size_t, kClasses> count_{};
  std::size_t size_ = 0;
  std::uint64_t evicted_ = 0;
};

}  // namespace tocsin
