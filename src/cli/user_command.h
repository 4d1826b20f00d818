// `tocsin user add|list|set|remove`: people who may log in, in the state database of --data. Works
// beside a running server.
#pragma once

#include <CLI/CLI.hpp>

#include "cli/exit_code.h"

namespace tocsin {

void add_user_command(CLI::App& app, ExitCode& exit_code);

}  // namespace tocsin
