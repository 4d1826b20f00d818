// `tocsin scan FILE|-…`: detections over log files or standard input, without a server. Exit codes:
// kFound when something was found, kDone when not.
#pragma once

#include <CLI/CLI.hpp>

#include "cli/exit_code.h"

namespace tocsin {

void add_scan_command(CLI::App& app, ExitCode& exit_code);

}  // namespace tocsin
