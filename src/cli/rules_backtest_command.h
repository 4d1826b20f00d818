// `tocsin rules backtest`: what a rule would have found in the stored events.
#pragma once

#include <CLI/CLI.hpp>

#include "cli/exit_code.h"

namespace tocsin {

void add_rules_backtest_command(CLI::App& rules, ExitCode& exit_code);

}  // namespace tocsin
