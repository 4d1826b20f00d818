// Decisions as the API writes them, and proposals as it reads them.
#pragma once

#include "api/call.h"
#include "api/parameters.h"
#include "base/json_writer.h"
#include "respond/decision_book.h"
#include "respond/preview.h"

namespace tocsin {

// "shop admin (tok_abcdefgh)": who acts, for decided_by and the audit.
std::string actor_of(const Call& call);

// An object. Times are told as the wall clock would; `lifted` may be null.
void write_decision(JsonWriter& json, const Decision& decision, const LiftedDecision* lifted,
                    const DecisionBook& book);
void write_outcome(JsonWriter& json, const Outcome& outcome, const DecisionBook& book);
void write_approval(JsonWriter& json, const Approval& approval);
void write_preview(JsonWriter& json, const PreviewReport& report);

// The members that say what is to be decided, of a body or a query string.
#define TOCSIN_PROPOSAL_MEMBERS                                                               \
  "kind", "custom", "scope", "value", "duration", "reason", "rate", "redirect_to", "dry_run", \
      "despite_customers", "alert_id"
// By a person. `value` is "" when the caller has none to name.
Result<NewDecision> read_proposal(const Parameters& given, const std::string& actor);
// Which decisions a query or a wish is about: {"value"} with or without {"scope"}.
Result<std::optional<DecisionTarget>> read_target(const Parameters& given);

}  // namespace tocsin
