// Detector: the one door from rule hits to findings. One thread; batches in Seq order.
//
// It owns what keeps state between events: the windows of correlations, the monitors' baselines.
// Which rules match which events is the Matcher's work. A reload happens between two batches, with
// adopt(); the hits of a batch always mean the rules adopted last.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "detect/baseline/monitor_engine.h"
#include "detect/correlate/correlator.h"
#include "detect/matcher.h"
#include "detect/rule_set.h"
#include "model/catalog.h"
#include "model/event.h"
#include "model/finding.h"
#include "obs/metrics.h"

namespace tocsin {

struct DetectorOptions {
  CorrelatorLimits correlation;
  // Of the same rules; null: the detector makes its own.
  std::shared_ptr<MonitorEngine> monitors;
};

class Detector {
 public:
  Detector(std::shared_ptr<const RuleSet> rules, FieldCatalog& fields, DatasetCatalog& datasets,
           Metrics& metrics, DetectorOptions options = {});

  // `hits` sorted as Matcher gives them. Findings are appended as they become known.
  void consume(const EventBatch& batch, std::span<const RuleHit> hits,
               std::vector<Finding>& findings);
  // A reload: from now on hits mean these rules.
  void adopt(std::shared_ptr<const RuleSet> rules);
  // Ends what waits for its end, as if the stream were over (scan, rule tests).
  void finish(std::vector<Finding>& findings);

  // Nothing came, and it is now `now` (clock of reception): what should have come is missed.
  void tick(Micros now, std::vector<Finding>& findings);

  const std::shared_ptr<const RuleSet>& rules() const { return rules_; }

 private:
  std::shared_ptr<const RuleSet> rules_;
  FieldCatalog& fields_;
  DatasetCatalog& datasets_;
  Metrics& metrics_;
  const DetectorOptions options_;
  std::unique_ptr<Correlator> correlator_;
  std::shared_ptr<MonitorEngine> monitors_;
};

}  // namespace tocsin
