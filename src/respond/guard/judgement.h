// What guards are asked and what they say. Values.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "model/decision.h"
#include "respond/new_decision.h"

namespace tocsin {

struct Proposal {
  const NewDecision& wanted;
  DecisionTarget target;  // canonical
  DecisionKind kind;      // perhaps softened already
  Micros now;
  bool approved = false;  // a person said yes
};

enum class Word : std::uint8_t { kAllow, kRefuse, kSoften, kDryRun, kApproval };

struct Judgement {
  Word word = Word::kAllow;
  std::string_view guard;  // a literal
  std::string why;         // ends a sentence: "it is the gateway of this machine"
};

}  // namespace tocsin
