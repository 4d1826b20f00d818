// Which events our own enforcers caused: answers that a decision of ours explains. They are tagged
// "tocsin.enforced" and feed no rule, or the first block would prove the attack that it ended.
//
// Only what we find ourselves counts; what a sender writes into his event does not. Not for
// deciding what is legitimate.
#pragma once

#include <cstddef>
#include <vector>

#include "model/event.h"
#include "respond/decision_snapshot.h"

namespace tocsin {

// A web answer is explained by a decision on its address or user that held at the event's time and
// whose kind gives such answers: block 403 and 444, throttle 429, challenge 401 and 403, redirect
// 301, 302, 303, 307 and 308, disable 401 and 403.
class EnforcedEvents {
 public:
  EnforcedEvents(const DecisionSnapshot& decisions, Span wall_offset)
      : decisions_(decisions), wall_offset_(wall_offset) {}

  // Of the event begun last, when an enforcer's answer: adds the tag and gives true.
  bool tag_last(EventBatch& events);

 private:
  const DecisionSnapshot& decisions_;
  const Span wall_offset_;
  std::vector<const PackedDecision*> found_;
};

}  // namespace tocsin
