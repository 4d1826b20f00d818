// Correlator: turns rule hits into findings of correlations. Batches in Seq order; called by one
// thread, which may use others for large batches: findings and their order are the same.
//
// A correlation keeps a window in event time for each group and makes a finding when its condition
// becomes true; while it stays true, again at each doubling of its events and at least once a
// timespan — never one per event — and for what is left when it is over. `Finding::count` is what
// is new since the finding before, so counts add up to the truth; the sentence tells the total. A
// condition that only the end of a window can decide (an upper bound of a count, a rule that must
// not match) is decided `lateness` after it: on the clock of the group's events, or, when no more
// come, of reception. A window of a count begins with a group's first event, and the next with the
// first event behind it; one of an absence begins at each event.
//
// Events may come out of order: within timespan + lateness of a group's newest event they are put
// in their place and every window around them is looked at. Older ones go to a second window of the
// same group: history that arrives beside live events is still seen. Distinct values are told apart
// by a 64-bit hash. An event without a value for the group-by is counted and left out. Memory is
// bounded by `bytes_max`; see group_table.h for who goes first. Metrics:
// tocsin_detect_correlation_*.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/time.h"
#include "detect/correlate/plan.h"
#include "detect/matcher.h"
#include "detect/rule_set.h"
#include "model/event.h"
#include "model/finding.h"
#include "obs/metrics.h"

namespace tocsin {

// What a reload did to the windows.
struct Adoption {
  std::size_t kept = 0;                // correlations whose windows go on
  std::vector<std::string> restarted;  // titles of those that have a new meaning: they begin anew
};

class Correlator {
 public:
  Correlator(std::shared_ptr<const RuleSet> rules, Metrics& metrics, CorrelatorLimits limits = {});
  ~Correlator();
  Correlator(const Correlator&) = delete;
  Correlator& operator=(const Correlator&) = delete;

  // `hits` sorted as Matcher gives them. Findings are appended: for one rule and key in Seq order.
  void consume(const EventBatch& batch, std::span<const RuleHit> hits, std::vector<Finding>& out);
  // The clock of reception goes on without events.
  void tick(Micros received, std::vector<Finding>& out);
  // A reload: windows, episodes and groups of correlations that mean the same go on; of others,
  // what no finding has told yet is told.
  Adoption adopt(std::shared_ptr<const RuleSet> rules, std::vector<Finding>& out);
  // Ends every window that waits for its end, as if the stream were over (scan, rule tests).
  void finish(std::vector<Finding>& out);

  std::size_t groups() const;
  std::size_t bytes() const;  // as counted against bytes_max

 private:
  class State;
  std::unique_ptr<State> state_;
};

}  // namespace tocsin
