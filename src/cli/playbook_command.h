// tocsin playbook: what answers which alert; show, check, arm, rehearse and run, follow runs.
#pragma once

#include <CLI/CLI.hpp>

#include "cli/exit_code.h"

namespace tocsin {

void add_playbook_command(CLI::App& app, ExitCode& exit_code);

}  // namespace tocsin
