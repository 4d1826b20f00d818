// Detector: the one door from rule hits to findings. One thread; batches in Seq order.
//
// A hit of a plain rule that is not silent is a finding of its own; correlations count hits
// (correlate/correlator.h), monitors learn from them (baseline/monitor_engine.h). Which rules match
// which events is the Matcher's work. A reload happens between two batches, with adopt(); the hits
// of a batch always mean the rules adopted last. A rule that floods is muted (flood_guard.h).
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "detect/baseline/monitor_engine.h"
#include "detect/correlate/correlator.h"
#include "detect/correlate/plain_findings.h"
#include "detect/flood_guard.h"
#include "detect/matcher.h"
#include "detect/rule_set.h"
#include "model/catalog.h"
#include "model/event.h"
#include "model/finding.h"
#include "obs/metrics.h"

namespace tocsin {

struct DetectorOptions {
  CorrelatorLimits correlation;
  FloodLimits flood;
  // Of the same rules; null: the detector makes its own.
  std::shared_ptr<MonitorEngine> monitors;
};

class Detector {
 public:
  Detector(std::shared_ptr<const RuleSet> rules, FieldCatalog& fields, DatasetCatalog& datasets,
           Metrics& metrics, const DetectorOptions& options = {});

  // `hits` sorted as Matcher gives them. Findings are appended in Seq order.
  void consume(const EventBatch& batch, std::span<const RuleHit> hits,
               std::vector<Finding>& findings);
  // A reload: from now on hits mean these rules. Windows of correlations that mean the same as
  // before go on.
  Adoption adopt(std::shared_ptr<const RuleSet> rules);
  // Ends what waits for its end, as if the stream were over (scan, rule tests).
  void finish(std::vector<Finding>& findings);
  // Nothing came, and it is now `now` (clock of reception): what waits for its end is decided, what
  // should have come is missed.
  void tick(Micros now, std::vector<Finding>& findings);

  // Tells what is held of muted rules, before their minute is over (the stream stops).
  void flush(std::vector<Finding>& findings);
  // Findings of this event and later ones are held back (a rule is muted); nothing: all are told.
  std::optional<Seq> oldest_held() const { return flood_.oldest_held(); }

  const std::shared_ptr<const RuleSet>& rules() const { return rules_; }

 private:
  void add_plain(const EventBatch& batch, std::span<const RuleHit> hits,
                 std::vector<Finding>& findings);
  // Those from `from` on are complete: sorts and counts them.
  void settle(std::size_t from, std::vector<Finding>& findings);

  std::shared_ptr<const RuleSet> rules_;
  PlainFindings plain_;
  Correlator correlator_;
  std::shared_ptr<MonitorEngine> monitors_;
  FloodGuard flood_;
  std::vector<Finding> left_;  // by correlations that a reload ended
  Counter& findings_;
};

}  // namespace tocsin
