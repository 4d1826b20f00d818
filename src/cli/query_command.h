// `tocsin query`: a search, as a table or as one JSON row a line.
#pragma once

#include <CLI/CLI.hpp>

#include "cli/exit_code.h"

namespace tocsin {

void add_query_command(CLI::App& app, ExitCode& exit_code);

}  // namespace tocsin
