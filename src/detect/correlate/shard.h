// CorrelationShard: a part of the groups of one level of correlations: windows, episodes, what they
// find. Which part is a matter of the key's hash; shards know nothing of each other, so each may be
// worked by another thread. The rules of when there is a finding are in correlator.h.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "detect/correlate/group_table.h"
#include "detect/correlate/plan.h"
#include "detect/correlate/timer_wheel.h"
#include "model/finding.h"

namespace tocsin {

inline constexpr std::uint32_t kNoEvent = 0xFFFF'FFFF;

// An event for one correlation.
struct FeedItem {
  std::uint64_t hash = 0;   // of correlation and key
  std::uint64_t value = 0;  // identity of a value, or which input, or the bits of a number
  Micros time;
  Micros received;
  Seq seq;
  std::uint32_t correlation = 0;
  std::uint32_t key_at = 0;  // in the bytes of all keys
  std::uint32_t key_size = 0;
  std::uint32_t position = 0;  // which hit of the batch brought it; behind all: none
  std::uint32_t order = 0;     // among all items of its level
  std::uint32_t event = kNoEvent;
};

// A finding of a correlation.
struct Fired {
  enum class Kind : std::uint8_t { kTrue, kRest };  // a rest feeds nothing above

  Finding finding;
  Micros received;
  std::uint32_t correlation = 0;
  std::uint32_t position = 0;
  std::uint32_t order = 0;
  std::uint32_t event = kNoEvent;
  Kind kind = Kind::kTrue;
};

// The order of findings of one level, whichever shard they come from.
bool fires_before(const Fired& a, const Fired& b);

struct ShardCounts {
  std::uint64_t too_late = 0;
  std::uint64_t evicted = 0;
  std::uint64_t forgotten = 0;
  std::uint64_t unchecked = 0;
};

class CorrelationShard {
 public:
  explicit CorrelationShard(std::shared_ptr<const CorrelationPlan> plan) : plan_(std::move(plan)) {}

  void set_bytes_max(std::size_t bytes_max) { groups_.set_bytes_max(bytes_max); }

  // Items in order; the time of reception is `received` at the end. Findings are appended.
  void run(std::span<const FeedItem> items, std::string_view keys, Micros received,
           std::vector<Fired>& out);
  // Ends what waits, as if the stream were over.
  void finish(std::vector<Fired>& out);
  // Another plan: correlation i is now to[i], or (kNoEvent) gone.
  void adopt(std::shared_ptr<const CorrelationPlan> plan, std::span<const std::uint32_t> to,
             std::vector<Fired>& out);

  std::size_t groups() const { return groups_.size(); }
  std::size_t bytes() const { return groups_.bytes(); }
  ShardCounts take_counts() { return std::exchange(counts_, {}); }

 private:
  // What made a group be looked at.
  struct Cause {
    Micros time;
    Micros received;
    Seq seq;
    std::uint32_t position = 0;
    std::uint32_t order = 0;
    std::uint32_t event = kNoEvent;
  };

  void take(const FeedItem& item, std::string_view key);
  Group& group_for(const FeedItem& item, std::string_view key, const PlannedCorrelation& planned);
  Group& find_or_add(const GroupName& name, const FeedItem& item,
                     const PlannedCorrelation& planned);
  void slide(Group& group, const WindowEntry& entry, const Cause& cause);
  void join(Group& group, const Cause& cause);
  void judge(Group& group, const WindowView& view, bool holds, const Cause& cause);
  void open_episode(Group& group, const WindowView& view, const Cause& cause);
  void go_on(Group& group, const Cause& cause);
  void wait(Group& group, const WindowEntry& entry, const Cause& cause);
  void end_window(Group& group, const Cause& cause);
  void fire(Group& group, const WindowView& view, const Cause& cause);
  // `later` events of the group do not belong to its episode.
  void report_rest(Group& group, std::uint64_t later, const Cause& cause);
  void look_at(const Timer& timer, Micros received);
  void end_all(Group& group, const Cause& cause);
  void make_room(const Group& spared, const Cause& cause);

  std::shared_ptr<const CorrelationPlan> plan_;
  GroupTable groups_;
  TimerWheel timers_;
  ShardCounts counts_;
  std::vector<Fired>* out_ = nullptr;  // of the call that is under way
};

}  // namespace tocsin
