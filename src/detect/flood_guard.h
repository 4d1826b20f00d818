// FloodGuard: a rule that makes more findings than people can read is muted to a counter.
//
// Of each rule the first `findings_per_minute_max` findings of a minute (by the clock of reception)
// pass. The others are held and folded: one finding for each key, which counts them all and says
// why it is one; it is told when the minute is over. A rule has `keys_max` of them, the rest share
// one. So no event is lost from a count. While something is held, what is told up to oldest_held()
// is told completely: after a crash the stream must be replayed from there. One thread.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "model/finding.h"
#include "obs/metrics.h"

namespace tocsin {

struct FloodLimits {
  std::uint64_t findings_per_minute_max = 0;  // of one rule; 0: no rule is muted
  std::size_t keys_max = 1'000;               // of one muted rule
};

// The key of what has no room of its own.
inline constexpr std::string_view kMutedField = "tocsin.muted";

class FloodGuard {
 public:
  FloodGuard(FloodLimits limits, Metrics& metrics);

  // The stream is at this time of reception: when a minute is over, what it held is told.
  void advance(Micros received, std::vector<Finding>& out);
  // Counts a finding of the rule; true: it is to be given to hold() instead of being told.
  bool mutes(const RuleInfo& rule);
  // Its sentence may be missing.
  void hold(Finding finding);
  // Moves what is muted among findings[from…] into the guard.
  void sift(std::size_t from, std::vector<Finding>& findings);
  // Tells everything that is held.
  void flush(std::vector<Finding>& out);
  std::optional<Seq> oldest_held() const { return oldest_held_; }

 private:
  struct RuleMinute {
    std::uint64_t findings = 0;
    std::uint64_t muted = 0;
    std::map<std::string, Finding> held;  // by key
  };

  const FloodLimits limits_;
  std::int64_t minute_ = 0;
  std::unordered_map<std::string, RuleMinute> rules_;  // by id, of this minute
  std::optional<Seq> oldest_held_;
  Counter& muted_;
  Gauge& muted_rules_;
};

}  // namespace tocsin
