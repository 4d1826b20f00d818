// tocsin enforce: carries decisions out on this machine (docs/enforcement.md).
#pragma once

#include <CLI/CLI.hpp>

#include "cli/exit_code.h"

namespace tocsin {

void add_enforce_command(CLI::App& app, ExitCode& exit_code);

}  // namespace tocsin
