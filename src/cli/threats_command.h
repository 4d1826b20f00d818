// `tocsin threats list|check|refresh|import`: threat lists and what is on them.
#pragma once

#include <CLI/CLI.hpp>

#include "cli/exit_code.h"

namespace tocsin {

void add_threats_command(CLI::App& app, ExitCode& exit_code);

}  // namespace tocsin
