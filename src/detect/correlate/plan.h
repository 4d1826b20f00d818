// CorrelationPlan: what a RuleSet means for correlating: which rule feeds what, how each window is
// kept, and in which order. Immutable; shared by all shards.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "detect/correlate/condition.h"
#include "detect/correlate/window.h"
#include "detect/rule_set.h"

namespace tocsin {

struct CorrelatorLimits {
  std::uint64_t bytes_max = 512ULL << 20U;  // all windows of all groups together
  std::uint64_t window_entries_max = 0;     // in one window; 0: a 64th of bytes_max
  Span lateness = span_s(10);
  std::uint64_t hash_seed = 0;  // random in a server: senders choose the keys of groups
  std::size_t shards = 4;       // into how many parts the groups of a level are divided
  std::size_t threads = 1;      // for batches with many hits; findings are the same with any
};

// Which correlation a rule, or a correlation, feeds, and as which input.
struct Feed {
  std::uint32_t correlation;
  std::uint32_t input;
};

struct PlannedCorrelation {
  const sigma::Correlation* correlation = nullptr;
  WindowShape shape;
  WindowEnd end = WindowEnd::kSlides;
  std::uint32_t level = 0;    // 0: counts rules only
  std::uint64_t meaning = 0;  // equal: windows of one reload go on in the next
};

class CorrelationPlan {
 public:
  CorrelationPlan(std::shared_ptr<const RuleSet> rules, const CorrelatorLimits& limits);

  const RuleSet& rules() const { return *rules_; }
  const PlannedCorrelation& at(std::uint32_t correlation) const { return planned_[correlation]; }
  std::size_t size() const { return planned_.size(); }
  std::size_t levels() const { return levels_; }
  const std::vector<Feed>& feeds_of_rule(std::uint32_t rule) const { return rule_feeds_[rule]; }
  const std::vector<Feed>& feeds_of_correlation(std::uint32_t c) const {
    return correlation_feeds_[c];
  }

 private:
  void plan(std::uint32_t index, const CorrelatorLimits& limits);

  std::shared_ptr<const RuleSet> rules_;
  std::vector<PlannedCorrelation> planned_;
  std::vector<std::vector<Feed>> rule_feeds_;
  std::vector<std::vector<Feed>> correlation_feeds_;
  std::size_t levels_ = 0;
};

}  // namespace tocsin
