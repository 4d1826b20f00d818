// `tocsin tail`: events as they become searchable, until Ctrl-C.
#pragma once

#include <CLI/CLI.hpp>

#include "cli/exit_code.h"

namespace tocsin {

void add_tail_command(CLI::App& app, ExitCode& exit_code);

}  // namespace tocsin
