// `tocsin evidence export|verify`: records with their proofs in one file, and its check anywhere.
#pragma once

#include <CLI/CLI.hpp>

#include "cli/exit_code.h"

namespace tocsin {

void add_evidence_command(CLI::App& app, ExitCode& exit_code);

}  // namespace tocsin
