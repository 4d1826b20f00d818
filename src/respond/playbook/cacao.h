// A playbook as CACAO 2.0 JSON, to be read by other programs. What a step does in our own words
// (docs/playbooks.md) is in its extension "tocsin": nothing is lost. Pure.
// Not for: reading; CACAO's workflow in our words is playbook_yaml.h's.
#pragma once

#include <string>

#include "base/time.h"
#include "respond/playbook/playbook.h"

namespace tocsin {

// Ids follow from names alone. `exported` stands for "created" and "modified", which CACAO demands.
std::string cacao_json(const Playbook& playbook, Micros exported);
// The key of our words in "step_extensions" and "playbook_extensions".
std::string cacao_extension_id();

}  // namespace tocsin
