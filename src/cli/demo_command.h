// `tocsin demo`: a realistic day with attacks in it, sent through a server's public doors.
#pragma once

#include <CLI/CLI.hpp>

#include "cli/exit_code.h"

namespace tocsin {

void add_demo_command(CLI::App& app, ExitCode& exit_code);

}  // namespace tocsin
