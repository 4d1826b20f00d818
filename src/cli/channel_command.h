// `tocsin channel`: the ways to people: list, set, remove, test, and the messages on them.
#pragma once

#include <CLI/CLI.hpp>

#include "cli/exit_code.h"

namespace tocsin {

void add_channel_command(CLI::App& app, ExitCode& exit_code);

}  // namespace tocsin
