// The program: one binary, its words are subcommands, one file each.
#include <cstdio>

#include <CLI/CLI.hpp>

#include "cli/alerts_command.h"
#include "cli/channel_command.h"
#include "cli/decision_command.h"
#include "cli/demo_command.h"
#include "cli/doctor_command.h"
#include "cli/enforce_command.h"
#include "cli/evidence_command.h"
#include "cli/exception_command.h"
#include "cli/exit_code.h"
#include "cli/key_command.h"
#include "cli/monitors_command.h"
#include "cli/playbook_command.h"
#include "cli/query_command.h"
#include "cli/rules_command.h"
#include "cli/scan_command.h"
#include "cli/serve_command.h"
#include "cli/tail_command.h"
#include "cli/threats_command.h"
#include "cli/user_command.h"
#include "cli/verify_command.h"
#include "server/version.h"

namespace tocsin {
namespace {

int run(int argc, char** argv) {
  ExitCode exit_code;
  CLI::App app("Tocsin: see, stop and explain attacks on your application.", "tocsin");
  app.set_version_flag("--version", std::string(kVersion));
  app.require_subcommand(1);
  app.set_help_all_flag("--help-all", "The help of every command");
  app.get_formatter()->column_width(34);

  add_serve_command(app, exit_code);
  add_scan_command(app, exit_code);
  add_query_command(app, exit_code);
  add_tail_command(app, exit_code);
  add_alerts_command(app, exit_code);
  add_channel_command(app, exit_code);
  add_exception_command(app, exit_code);
  add_decision_command(app, exit_code);
  add_playbook_command(app, exit_code);
  add_rules_command(app, exit_code);
  add_monitors_command(app, exit_code);
  add_threats_command(app, exit_code);
  add_verify_command(app, exit_code);
  add_evidence_command(app, exit_code);
  add_enforce_command(app, exit_code);
  add_key_command(app, exit_code);
  add_user_command(app, exit_code);
  add_demo_command(app, exit_code);
  add_doctor_command(app, exit_code);

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kDone : kUsage;
  }
  return exit_code.value;
}

}  // namespace
}  // namespace tocsin

int main(int argc, char** argv) {
  return tocsin::run(argc, argv);
}
