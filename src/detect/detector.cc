#include "detect/detector.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace tocsin {
namespace {

std::shared_ptr<MonitorEngine> monitors_of(const std::shared_ptr<const RuleSet>& rules,
                                           Metrics& metrics, const DetectorOptions& options) {
  if (options.monitors == nullptr) {
    return std::make_shared<MonitorEngine>(
        rules, metrics,
        MonitorOptions{options.correlation.lateness, options.correlation.hash_seed});
  }
  options.monitors->adopt(rules);
  return options.monitors;
}

}  // namespace

Detector::Detector(std::shared_ptr<const RuleSet> rules, FieldCatalog& fields,
                   DatasetCatalog& datasets, Metrics& metrics, const DetectorOptions& options)
    : rules_(std::move(rules)),
      plain_(fields, datasets),
      correlator_(rules_, metrics, options.correlation),
      monitors_(monitors_of(rules_, metrics, options)),
      flood_(options.flood, metrics),
      findings_(metrics.counter("tocsin_detect_findings_total", "Findings made")) {}

void Detector::consume(const EventBatch& batch, std::span<const RuleHit> hits,
                       std::vector<Finding>& findings) {
  const std::size_t from = findings.size();
  if (batch.size() > 0) {
    flood_.advance(batch.head(0).received, findings);
  }
  const std::size_t fresh = findings.size();
  std::ranges::move(left_, std::back_inserter(findings));
  left_.clear();
  correlator_.consume(batch, hits, findings);
  monitors_->consume(batch, hits, findings);
  flood_.sift(fresh, findings);
  add_plain(batch, hits, findings);
  settle(from, findings);
}

void Detector::add_plain(const EventBatch& batch, std::span<const RuleHit> hits,
                         std::vector<Finding>& findings) {
  for (const RuleHit& hit : hits) {
    const Rule& rule = rules_->rules()[hit.rule];
    if (rule.silent) {
      continue;
    }
    if (flood_.mutes(*rule.info)) {
      flood_.hold(PlainFindings::without_sentence(rule, batch, hit.event));
    } else {
      findings.push_back(plain_.make(rule, batch, hit.event));
    }
  }
}

void Detector::settle(std::size_t from, std::vector<Finding>& findings) {
  const auto first = findings.begin() + static_cast<std::ptrdiff_t>(from);
  std::stable_sort(first, findings.end(),
                   [](const Finding& a, const Finding& b) { return a.seq < b.seq; });
  findings_.add(findings.size() - from);
}

Adoption Detector::adopt(std::shared_ptr<const RuleSet> rules) {
  if (rules == rules_) {
    return {};
  }
  rules_ = std::move(rules);
  monitors_->adopt(rules_);
  return correlator_.adopt(rules_, left_);
}

void Detector::finish(std::vector<Finding>& findings) {
  const std::size_t from = findings.size();
  correlator_.finish(findings);
  monitors_->finish(findings);
  flood_.flush(findings);
  settle(from, findings);
}

void Detector::tick(Micros now, std::vector<Finding>& findings) {
  const std::size_t from = findings.size();
  flood_.advance(now, findings);
  correlator_.tick(now, findings);
  monitors_->tick(now, findings);
  settle(from, findings);
}

void Detector::flush(std::vector<Finding>& findings) {
  const std::size_t from = findings.size();
  flood_.flush(findings);
  settle(from, findings);
}

}  // namespace tocsin
