// Does a playbook apply to an alert, and whom is the alert about? Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/alert.h"
#include "model/decision.h"
#include "respond/playbook/playbook.h"

namespace tocsin {

// What of an alert's key can be decided about, in the key's order.
std::vector<DecisionTarget> alert_targets(const Alert& alert);
// The scope that a field of events names: "source.ip" is an address; nothing for other fields.
std::optional<ScopeKind> scope_of_field(std::string_view field);

bool condition_holds(const PlaybookCondition& condition, const Alert& alert);
// `linked`: the playbook that the alert's rule names.
bool is_triggered(const Playbook& playbook, const Alert& alert, std::string_view linked);

}  // namespace tocsin
