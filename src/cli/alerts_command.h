// `tocsin alerts`: list, show, acknowledge and close alerts.
#pragma once

#include <CLI/CLI.hpp>

#include "cli/exit_code.h"

namespace tocsin {

void add_alerts_command(CLI::App& app, ExitCode& exit_code);

}  // namespace tocsin
