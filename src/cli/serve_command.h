// `tocsin serve`: the server, until SIGINT or SIGTERM. SIGHUP reloads rules and tables.
#pragma once

#include <CLI/CLI.hpp>

#include "cli/exit_code.h"

namespace tocsin {

void add_serve_command(CLI::App& app, ExitCode& exit_code);

}  // namespace tocsin
