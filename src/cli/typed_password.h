// A password that somebody types, or that a program hands over on standard input.
#pragma once

#include <string>

#include "base/result.h"

namespace tocsin {

// Asks twice on the terminal, without showing what is typed. kInvalid without a terminal, or when
// the two differ.
Result<std::string> ask_password(const std::string& user);
// The first line of standard input.
Result<std::string> read_password();

}  // namespace tocsin
