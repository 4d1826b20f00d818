// What the API answers about playbooks and their runs, for people. `body` is its JSON; with `json`
// it is printed as it came.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"

namespace tocsin {

enum class PlaybookForm : std::uint8_t { kPeople, kYaml, kCacao, kJson };

Status print_playbooks(const std::string& body, bool json);
Status print_playbook(const std::string& body, PlaybookForm form);
Status print_rehearsal(const std::string& body, bool json);
Status print_begun_run(const std::string& body, bool json);
Status print_runs(const std::string& body, bool json);
Status print_run(const std::string& body, bool json);

}  // namespace tocsin
