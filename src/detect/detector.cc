#include "detect/detector.h"

#include <utility>

namespace tocsin {

Detector::Detector(std::shared_ptr<const RuleSet> rules, FieldCatalog& fields,
                   DatasetCatalog& datasets, Metrics& metrics, DetectorOptions options)
    : rules_(std::move(rules)),
      fields_(fields),
      datasets_(datasets),
      metrics_(metrics),
      options_(options),
      correlator_(std::make_unique<Correlator>(rules_, fields_, datasets_, metrics_,
                                               options_.correlation)) {}

void Detector::consume(const EventBatch& batch, std::span<const RuleHit> hits,
                       std::vector<Finding>& findings) {
  correlator_->consume(batch, hits, findings);
}

void Detector::adopt(std::shared_ptr<const RuleSet> rules) {
  if (rules == rules_) {
    return;
  }
  rules_ = std::move(rules);
  correlator_ =
      std::make_unique<Correlator>(rules_, fields_, datasets_, metrics_, options_.correlation);
}

void Detector::finish(std::vector<Finding>& findings) {
  correlator_->finish(findings);
}

}  // namespace tocsin
