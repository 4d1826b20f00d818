// `tocsin monitors list|check|train|show`: what is usual, and what was learned of whom.
#pragma once

#include <CLI/CLI.hpp>

#include "cli/exit_code.h"

namespace tocsin {

void add_monitors_command(CLI::App& app, ExitCode& exit_code);

}  // namespace tocsin
