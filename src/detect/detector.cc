#include "detect/detector.h"

#include <utility>

namespace tocsin {

Detector::Detector(std::shared_ptr<const RuleSet> rules, FieldCatalog& fields,
                   DatasetCatalog& datasets, Metrics& metrics, DetectorOptions options)
    : rules_(std::move(rules)),
      fields_(fields),
      datasets_(datasets),
      metrics_(metrics),
      options_(std::move(options)),
      correlator_(
          std::make_unique<Correlator>(rules_, fields_, datasets_, metrics_, options_.correlation)),
      monitors_(options_.monitors) {
  if (monitors_ == nullptr) {
    monitors_ = std::make_shared<MonitorEngine>(
        rules_, metrics_,
        MonitorOptions{options_.correlation.lateness, options_.correlation.hash_seed});
  } else {
    monitors_->adopt(rules_);
  }
}

void Detector::consume(const EventBatch& batch, std::span<const RuleHit> hits,
                       std::vector<Finding>& findings) {
  correlator_->consume(batch, hits, findings);
  monitors_->consume(batch, hits, findings);
}

void Detector::adopt(std::shared_ptr<const RuleSet> rules) {
  if (rules == rules_) {
    return;
  }
  rules_ = std::move(rules);
  monitors_->adopt(rules_);
  correlator_ =
      std::make_unique<Correlator>(rules_, fields_, datasets_, metrics_, options_.correlation);
}

void Detector::finish(std::vector<Finding>& findings) {
  correlator_->finish(findings);
  monitors_->finish(findings);
}

void Detector::tick(Micros now, std::vector<Finding>& findings) {
  monitors_->tick(now, findings);
}

}  // namespace tocsin
