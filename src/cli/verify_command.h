// `tocsin verify`: walks the whole journal of a data directory and says what does not hold.
#pragma once

#include <CLI/CLI.hpp>

#include "cli/exit_code.h"

namespace tocsin {

void add_verify_command(CLI::App& app, ExitCode& exit_code);

}  // namespace tocsin
