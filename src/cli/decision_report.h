// What the API answers about decisions, for people. `body` is its JSON; with `json` it is printed
// as it came.
#pragma once

#include <string>

#include "base/result.h"

namespace tocsin {

Status print_decisions(const std::string& body, bool json);
Status print_outcome(const std::string& body, bool json);
Status print_lifted(const std::string& body);
Status print_preview(const std::string& body, bool json);
Status print_import(const std::string& body, bool json);
Status print_approvals(const std::string& body, bool json);
Status print_armed(const std::string& body, bool json);
Status print_breaker(const std::string& body, bool json);

}  // namespace tocsin
