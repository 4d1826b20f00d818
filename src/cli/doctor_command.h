// `tocsin doctor`: looks at the machine, the configuration and the data, and says what to mend.
#pragma once

#include <CLI/CLI.hpp>

#include "cli/exit_code.h"

namespace tocsin {

void add_doctor_command(CLI::App& app, ExitCode& exit_code);

}  // namespace tocsin
