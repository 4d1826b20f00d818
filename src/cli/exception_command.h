// `tocsin exception`: what is expected: list, show, preview, add, end.
#pragma once

#include <CLI/CLI.hpp>

#include "cli/exit_code.h"

namespace tocsin {

void add_exception_command(CLI::App& app, ExitCode& exit_code);

}  // namespace tocsin
