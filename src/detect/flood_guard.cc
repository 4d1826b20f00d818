#include "detect/flood_guard.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "detect/correlate/sentence.h"

namespace tocsin {
namespace {

constexpr std::int64_t kMicrosPerMinute = 60 * kMicrosPerSecond;

void fold(Finding& into, const Finding& finding) {
  into.seq = std::max(into.seq, finding.seq);
  into.time = std::max(into.time, finding.time);
  into.first = std::min(into.first, finding.first);
  into.count += finding.count;
  into.events.insert(into.events.end(), finding.events.begin(), finding.events.end());
  if (into.events.size() > 2 * Finding::kSeqsMax) {
    std::ranges::sort(into.events);
    into.events.erase(into.events.begin(), into.events.end() - Finding::kSeqsMax);
  }
}

void trim_events(Finding& finding) {
  std::ranges::sort(finding.events);
  const auto repeated = std::ranges::unique(finding.events);
  finding.events.erase(repeated.begin(), repeated.end());
  if (finding.events.size() > Finding::kSeqsMax) {
    finding.events.erase(finding.events.begin(), finding.events.end() - Finding::kSeqsMax);
  }
}

}  // namespace

FloodGuard::FloodGuard(FloodLimits limits, Metrics& metrics)
    : limits_(limits),
      muted_(metrics.counter("tocsin_detect_muted_findings_total",
                             "Findings told as one because their rule made too many")),
      muted_rules_(metrics.gauge("tocsin_detect_muted_rules", "Rules muted in this minute")) {}

void FloodGuard::advance(Micros received, std::vector<Finding>& out) {
  const std::int64_t minute = received.value / kMicrosPerMinute;
  if (minute <= minute_) {
    return;
  }
  flush(out);
  minute_ = minute;
  rules_.clear();
  muted_rules_.set(0);
}

bool FloodGuard::mutes(const RuleInfo& rule) {
  return limits_.findings_per_minute_max > 0 &&
         ++rules_[rule.id].findings > limits_.findings_per_minute_max;
}

void FloodGuard::hold(Finding finding) {
  muted_.add();
  RuleMinute& rule = rules_[finding.rule->id];
  if (rule.muted++ == 0) {
    muted_rules_.set(muted_rules_.value() + 1);
  }
  oldest_held_ = std::min(oldest_held_.value_or(finding.seq), finding.seq);
  std::string key = key_text(finding.key);
  if (rule.held.size() >= limits_.keys_max && !rule.held.contains(key)) {
    finding.key = {{std::string(kMutedField), fmt::format("more than {} keys", limits_.keys_max)}};
    key.clear();
  }
  const auto found = rule.held.find(key);
  if (found == rule.held.end()) {
    rule.held.emplace(std::move(key), std::move(finding));
  } else {
    fold(found->second, finding);
  }
}

void FloodGuard::sift(std::size_t from, std::vector<Finding>& findings) {
  if (limits_.findings_per_minute_max == 0) {
    return;
  }
  std::size_t to = from;
  for (std::size_t i = from; i < findings.size(); ++i) {
    if (mutes(*findings[i].rule)) {
      hold(std::move(findings[i]));
    } else if (to != i) {
      findings[to++] = std::move(findings[i]);
    } else {
      ++to;
    }
  }
  findings.resize(to);
}

void FloodGuard::flush(std::vector<Finding>& out) {
  for (auto& [id, rule] : rules_) {
    for (auto& [key, finding] : rule.held) {
      trim_events(finding);
      finding.sentence = fmt::format(
          "{}{}: {} more events, told as one: the rule is muted, it made {} findings in a minute "
          "(more than {})",
          finding.rule->title, key_phrase(finding.key), finding.count, rule.findings,
          limits_.findings_per_minute_max);
      out.push_back(std::move(finding));
    }
    rule.held.clear();
  }
  oldest_held_.reset();
}

}  // namespace tocsin
