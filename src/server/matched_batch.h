// MatchedBatch: what a worker made of some records: their events and the rules that matched them.
// A value that travels from the workers to the ordered stages; the events are immutable by then.
#pragma once

#include <memory>
#include <vector>

#include "base/strong.h"
#include "detect/compiled_rules.h"
#include "detect/matcher.h"
#include "model/event.h"

namespace tocsin {

struct MatchedBatch {
  std::shared_ptr<const EventBatch> events;
  std::vector<RuleHit> hits;             // by event, then rule
  std::shared_ptr<const RuleSet> rules;  // what the hits' indexes mean
  Seq begin;                             // of its first record
  Seq end;                               // everything below has been decoded
};

}  // namespace tocsin
