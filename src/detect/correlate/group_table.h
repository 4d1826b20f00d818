// GroupTable: live groups of correlations, found by key, bounded in memory.
//
// Half of the budget is for groups as such, half for the events that they remember beyond the first
// two, so neither a flood of keys nor a few busy keys can push out the other. When a half is full,
// victim() names a group with the fewest events that was not touched lately (CLOCK: who was touched
// since it took its place gets another): a flood of new keys pushes out other new keys, not windows
// that are filling up, and open episodes go last. Groups stay where they are until erased. One
// thread.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "detect/correlate/group_key.h"
#include "detect/correlate/timer_wheel.h"
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

// The lane of a group: live events, or history that arrives beside them.
enum class Lane : std::uint8_t { kLive, kHistory };

struct GroupName {
  std::uint64_t hash = 0;  // of correlation and key, with a secret seed: senders choose keys
  std::uint32_t correlation = 0;
  Lane lane = Lane::kLive;
  std::string_view key;
};

struct Group {
  std::uint64_t hash = 0;
  GroupKey key;
  std::uint32_t correlation = 0;
  std::uint32_t slot = 0;
  std::uint32_t generation = 0;
  std::uint32_t colder = 0;  // neighbours in its class
  std::uint32_t warmer = 0;
  std::uint32_t window_bytes = 0;  // as counted
  Lane lane = Lane::kLive;
  std::uint8_t size_class = 0;
  bool is_used = false;
  Window window;
  std::uint64_t unreported = 0;  // events added since the last finding
  Micros opened;                 // received: when the first event of a waiting window came
  Micros touched;                // received: when the last one came
  Micros linked;                 // `touched` when it took its place in its class
  std::unique_ptr<Episode> episode;

  bool in_episode() const { return episode != nullptr && episode->is_open; }
};

class GroupTable {
 public:
  void set_bytes_max(std::size_t bytes_max) { bytes_max_ = bytes_max; }

  Group* find(const GroupName& name);
  // `name` is not there.
  Group& add(const GroupName& name, WindowKind kind);
  // To be called when the group changed: keeps the order and the account.
  void touched(Group& group);
  void erase(Group& group);
  // Who must go so that the budget is kept; never `spared`. Null: nobody.
  Group* victim(const Group& spared);

  // Asks the processor for what find() and then touching the group will want.
  void prefetch_cell(std::uint64_t hash) const;
  void prefetch_group(std::uint64_t hash);

  // Null when the group of that time is gone.
  Group* at(const Timer& timer);
  std::size_t size() const { return size_; }
  // Memory of groups and of what they remember.
  std::size_t bytes() const { return group_bytes_ + window_bytes_; }
  template <class Visit>
  void for_each(Visit visit);

 private:
  static constexpr std::size_t kBlock = 256;
  static constexpr std::size_t kClasses = 24;
  static constexpr std::size_t kOpenClasses = 4;  // the last ones: open episodes
  static constexpr std::uint32_t kNone = 0xFFFF'FFFF;

  struct Cell {
    std::uint32_t tag = 0;
    std::uint32_t slot = kNone;
  };
  struct ClassList {
    std::uint32_t coldest = kNone;
    std::uint32_t warmest = kNone;
  };

  Group& slot(std::uint32_t index) { return (*blocks_[index / kBlock])[index % kBlock]; }
  static std::uint32_t tag_of(std::uint64_t hash) {
    return static_cast<std::uint32_t>(hash >> 32U);
  }
  std::size_t home_of(std::uint32_t tag) const;
  static std::size_t class_of(const Group& group);
  static std::size_t base_bytes(const Group& group);
  void index_add(std::uint32_t tag, std::uint32_t slot);
  void index_remove(const Group& group);
  void link(Group& group, std::size_t size_class);
  void unlink(Group& group);

  std::size_t bytes_max_ = 0;
  std::vector<std::unique_ptr<std::array<Group, kBlock>>> blocks_;
  std::vector<std::uint32_t> free_;
  std::vector<Cell> index_;  // a power of two, at most 3/4 used
  std::array<ClassList, kClasses> classes_;
  std::size_t size_ = 0;
  std::size_t group_bytes_ = 0;
  std::size_t window_bytes_ = 0;
};

template <class Visit>
void GroupTable::for_each(Visit visit) {
  for (const auto& block : blocks_) {
    for (Group& group : *block) {
      if (group.is_used) {
        visit(group);
      }
    }
  }
}

}  // namespace tocsin
