// Approval: a proposed decision that waits for a person's yes. A value.
#pragma once

#include <string>

#include "base/time.h"
#include "respond/new_decision.h"

namespace tocsin {

struct Approval {
  std::string id;
  NewDecision wanted;
  std::string why;  // who asks for approval, in words
  Micros asked;
  Micros until;  // without an answer by then it is forgotten
};

// A proposal as JSON and back, for the database; the reader accepts only what the writer wrote.
std::string proposal_json(const NewDecision& wanted);
Result<NewDecision> parse_proposal(std::string_view json);

}  // namespace tocsin
