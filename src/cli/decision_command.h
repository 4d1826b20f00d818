// tocsin decision: what is blocked and why; take, lift, simulate, lists in and out, approvals,
// arming, the breaker.
#pragma once

#include <CLI/CLI.hpp>

#include "cli/exit_code.h"

namespace tocsin {

void add_decision_command(CLI::App& app, ExitCode& exit_code);

}  // namespace tocsin
