// `tocsin rules coverage`: what the rules look for (ATT&CK) and whether anything feeds them
// (logsources).
#pragma once

#include <CLI/CLI.hpp>

#include "cli/exit_code.h"

namespace tocsin {

void add_rules_coverage_command(CLI::App& rules, ExitCode& exit_code);

}  // namespace tocsin
