// Matcher: which plain rules match which events. One per worker thread.
//
// Two implementations hold against each other: the oracle (make_oracle: walks every candidate
// rule's tree) and the compiled one. Correlations are not its work: correlate/correlator.h.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "detect/rule_set.h"
#include "model/catalog.h"
#include "model/event.h"
#include "obs/metrics.h"

namespace tocsin {

struct RuleHit {
  std::uint32_t event;  // index in the EventBatch
  std::uint32_t rule;   // index in RuleSet::rules()

  auto operator<=>(const RuleHit&) const = default;
};

class Matcher {
 public:
  virtual ~Matcher() = default;
  // Appends the hits, by event, then by rule.
  virtual void match(const EventBatch& batch, std::vector<RuleHit>& hits) = 0;
};

std::unique_ptr<Matcher> make_oracle(std::shared_ptr<const RuleSet> rules, FieldCatalog& fields,
                                     DatasetCatalog& datasets, Metrics& metrics);

}  // namespace tocsin
