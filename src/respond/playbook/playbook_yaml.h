// Playbooks as people write them, in YAML: read wholly or not at all, every mistake with its place
// (file:line:column). The form is in docs/playbooks.md. Pure.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "respond/playbook/playbook.h"

namespace tocsin {

// `values` win over the variables that the text sets; ${name} stands for them everywhere.
// kInvalid: a line a mistake.
Result<Playbook> parse_playbook(std::string_view text, const std::string& file,
                                const std::map<std::string, std::string>& values);

// What Section cannot see: steps that are missing, twice, never reached, or go in a circle. Each
// problem names the step.
std::vector<std::string> workflow_problems(const Playbook& playbook);

}  // namespace tocsin
