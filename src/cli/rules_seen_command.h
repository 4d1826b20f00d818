// `tocsin rules seen`: which records each version of a rule has been tried on.
#pragma once

#include <CLI/CLI.hpp>

#include "cli/exit_code.h"

namespace tocsin {

void add_rules_seen_command(CLI::App& rules, ExitCode& exit_code);

}  // namespace tocsin
