// GroupTable: the live groups of all correlations, found by key, bounded in number and in entries.
//
// When a bound is reached, the group with the fewest events that was touched longest ago goes
// first: a flood of new keys pushes out other new keys, not the windows that are filling up.
// Pointers to groups stay valid until the group is erased. One thread.
#pragma once

#include <array>
#include <cstdint>
#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/hash.h"
#include "detect/correlate/window.h"

namespace tocsin {

// From the first finding until the condition has been false for a whole timespan.
struct Episode {
  bool is_open = false;
  Micros first;
  Micros last_true;
  Micros last_fired;
  std::uint64_t events = 0;        // so far
  std::uint64_t events_fired = 0;  // of them, when the last finding was made
  double measure = 0;              // what the rule measures, when it was true last
  Micros newest;                   // of its events, and where it stands
  Seq newest_seq;
};

struct Group {
  std::string key;  // see make_key()
  std::uint32_t correlation = 0;
  Window window;
  Episode episode;
  std::uint64_t unreported = 0;  // events added since the last finding
  Micros opened;                 // received: when the first event of the window came
  Micros touched;                // received: when the last one came
  std::uint8_t size_class = 0;
  std::size_t counted_entries = 0;
  std::list<Group*>::iterator place;
};

class GroupTable {
 public:
  // The seed is secret: senders choose the keys.
  GroupTable(std::size_t groups_max, std::size_t entries_max, std::uint64_t seed)
      : groups_max_(groups_max), entries_max_(entries_max), groups_(16, KeyHash{seed}) {}

  // May evict another group to make room.
  Group& find_or_add(std::string_view key, std::uint32_t correlation);
  Group* find(std::string_view key);
  // To be called when the group's window changed: keeps the order and the bounds. Evicts others,
  // never this one.
  void touched(Group& group);
  void erase(Group& group);
  // Erases groups, coldest first, for which expired(group) says so; looks at a few of each size.
  template <class Expired>
  void sweep(Expired expired);

  std::size_t size() const { return groups_.size(); }
  std::size_t entries() const { return entries_; }
  std::uint64_t evicted() const { return evicted_; }
  template <class Visit>
  void for_each(Visit visit) {
    for (auto& [key, group] : groups_) {
      visit(*group);
    }
  }

 private:
  static constexpr std::size_t kClasses = 16;
  static constexpr int kSweepSteps = 8;

  struct KeyHash {
    std::uint64_t seed;
    std::size_t operator()(std::string_view key) const { return hash64(key, seed); }
  };

  bool evict_one(const Group* spared);

  std::size_t groups_max_;
  std::size_t entries_max_;
  std::unordered_map<std::string_view, std::unique_ptr<Group>, KeyHash> groups_;
  std::array<std::list<Group*>, kClasses> by_size_;  // each: coldest first
  std::size_t entries_ = 0;
  std::uint64_t evicted_ = 0;
};

template <class Expired>
void GroupTable::sweep(Expired expired) {
  for (std::list<Group*>& list : by_size_) {
    for (int step = 0; step < kSweepSteps && !list.empty(); ++step) {
      if (!expired(*list.front())) {
        break;
      }
      erase(*list.front());
    }
  }
}

}  // namespace tocsin
