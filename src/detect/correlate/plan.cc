#include "detect/correlate/plan.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "base/hash.h"

namespace tocsin {

using sigma::Correlation;
using sigma::CorrelationInput;
using sigma::CorrelationType;

namespace {

constexpr std::uint64_t kEntriesMin = 1'024;
constexpr std::uint64_t kWindowsAtLeast = 64;  // one window may have this part of the memory

// Of a count with only a lower bound, older events than so many can change nothing: every timespan
// without a match has fewer than `wanted`, and the newest `wanted` of any moment must be there for
// events that come late.
std::size_t newest_kept(const Correlation& correlation, Span lateness) {
  if (correlation.type != CorrelationType::kEventCount || !correlation.bounds.is_monotone()) {
    return 0;
  }
  const double wanted = std::max(1.0, std::floor(correlation.bounds.lowest) + 1);
  const auto spans = static_cast<double>(2 + lateness.value / correlation.timespan.value + 1);
  const double kept = wanted * spans;
  return kept > 1e9 ? 0 : std::max(Finding::kSeqsMax, static_cast<std::size_t>(kept));
}

}  // namespace

CorrelationPlan::CorrelationPlan(std::shared_ptr<const RuleSet> rules,
                                 const CorrelatorLimits& limits)
    : rules_(std::move(rules)),
      rule_feeds_(rules_->rules().size()),
      correlation_feeds_(rules_->correlations().size()) {
  for (std::uint32_t i = 0; i < rules_->correlations().size(); ++i) {
    plan(i, limits);
  }
}

void CorrelationPlan::plan(std::uint32_t index, const CorrelatorLimits& limits) {
  const Correlation& correlation = rules_->correlations()[index];
  PlannedCorrelation planned;
  planned.correlation = &correlation;
  planned.end = window_end(correlation);
  std::string meaning = fmt::format("{}\n{}", correlation.info->id, correlation.info->version);
  for (std::uint32_t i = 0; i < correlation.inputs.size(); ++i) {
    const CorrelationInput& input = correlation.inputs[i];
    if (input.kind == CorrelationInput::Kind::kRule) {
      rule_feeds_[input.index].push_back({index, i});
      meaning += fmt::format("\nrule {}", rules_->rules()[input.index].meaning);
    } else {
      correlation_feeds_[input.index].push_back({index, i});
      planned.level = std::max(planned.level, planned_[input.index].level + 1);
      meaning += fmt::format("\ncorrelation {}", planned_[input.index].meaning);
    }
  }
  planned.meaning = hash64(meaning);
  levels_ = std::max<std::size_t>(levels_, planned.level + 1);
  const std::uint64_t entries = limits.window_entries_max > 0
                                    ? limits.window_entries_max
                                    : limits.bytes_max / kWindowsAtLeast / sizeof(WindowEntry);
  const bool is_distinct = correlation.type == CorrelationType::kValueCount;
  const double wanted = is_distinct ? 2 * std::max(0.0, correlation.bounds.lowest) : 0;
  planned.shape = {window_kind(correlation.type),
                   correlation.timespan,
                   limits.lateness,
                   std::max({entries, limits.window_entries_max > 0 ? 1 : kEntriesMin,
                             static_cast<std::uint64_t>(wanted)}),
                   newest_kept(correlation, limits.lateness),
                   correlation.inputs.size()};
  planned_.push_back(planned);
}

}  // namespace tocsin
