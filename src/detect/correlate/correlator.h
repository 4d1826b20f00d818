// Correlator: turns rule hits into findings. One thread; batches in Seq order.
//
// A hit of a plain rule that is not silent is a finding of its own. A correlation keeps a sliding
// window in event time for each group and makes a finding when its condition becomes true; while
// it stays true, again at each doubling of its events and at least once a timespan — never one per
// event — and for what is left when it is over. `Finding::count` is what is new since the finding
// before, so counts add up to the truth; the sentence tells the total. A condition with an upper
// bound (lt, lte, eq, neq) is decided when its window is over: a window then starts with a group's
// first event.
//
// Events may come out of order: within timespan + lateness of a group's newest event they are put
// in their place and every window around them is looked at. Older ones go to a second window of the
// same group: history that arrives beside live events is still seen. Distinct values are told apart
// by a 64-bit hash. An event without a value for the group-by is counted and left out. State is
// bounded by `groups_max` and `entries_max`; the smallest, coldest groups are evicted first,
// counted. Metrics: tocsin_detect_correlation_*.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "base/time.h"
#include "detect/matcher.h"
#include "detect/rule_set.h"
#include "model/catalog.h"
#include "model/event.h"
#include "model/finding.h"
#include "obs/metrics.h"

namespace tocsin {

struct CorrelatorLimits {
  std::size_t groups_max = 200'000;
  std::size_t entries_max = 2'000'000;     // events remembered in all windows together
  std::size_t window_entries_max = 4'096;  // exact up to here in one window, coarser above
  Span lateness = span_s(10);
  std::uint64_t hash_seed = 0;  // random in a server: senders choose the keys of groups
};

class Correlator {
 public:
  Correlator(std::shared_ptr<const RuleSet> rules, FieldCatalog& fields, DatasetCatalog& datasets,
             Metrics& metrics, CorrelatorLimits limits = {});
  ~Correlator();
  Correlator(const Correlator&) = delete;
  Correlator& operator=(const Correlator&) = delete;

  // `hits` sorted as Matcher gives them. Findings are appended as they become known: for one rule
  // and key in Seq order.
  void consume(const EventBatch& batch, std::span<const RuleHit> hits, std::vector<Finding>& out);
  // Ends every window that waits for its end, as if the stream were over (scan, rule tests).
  void finish(std::vector<Finding>& out);

  std::size_t groups() const;

 private:
  class State;
  std::unique_ptr<State> state_;
};

}  // namespace tocsin
