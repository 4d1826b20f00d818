// `tocsin rules check|list|test|explain`: the rules themselves, without a server.
#pragma once

#include <CLI/CLI.hpp>

#include "cli/exit_code.h"

namespace tocsin {

void add_rules_command(CLI::App& app, ExitCode& exit_code);

}  // namespace tocsin
