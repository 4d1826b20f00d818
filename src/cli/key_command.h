// `tocsin key create|list|revoke`: API keys, in the state database of --data. Works beside a
// running server on the same directory.
#pragma once

#include <CLI/CLI.hpp>

#include "cli/exit_code.h"

namespace tocsin {

void add_key_command(CLI::App& app, ExitCode& exit_code);

}  // namespace tocsin
