#include "cli/rules_seen_command.h"

#include <memory>
#include <string>

#include <fmt/format.h>
#include <simdjson.h>

#include "base/fail.h"
#include "cli/event_line.h"
#include "cli/server_access.h"
#include "cli/terminal.h"

namespace tocsin {
namespace {

using simdjson::dom::element;
using simdjson::dom::object;

struct SeenArguments {
  ConnectionOptions connection;
  std::string rule;
  bool json = false;
};

void print_version(object version, std::string_view in_force) {
  const auto name = member_or<std::string_view>(version, "version", "");
  fmt::print("version {}{} saw {} records\n", terminal_text(name),
             name == in_force ? " (in force)" : "",
             member_or<std::uint64_t>(version, "records", 0));
  simdjson::dom::array ranges;
  if (version["ranges"].get(ranges) != simdjson::SUCCESS) {
    return;
  }
  for (const element each : ranges) {
    object range;
    if (each.get(range) == simdjson::SUCCESS) {
      fmt::print("  {}–{}\n", member_or<std::uint64_t>(range, "first", 0),
                 member_or<std::uint64_t>(range, "last", 0));
    }
  }
}

Status run(const SeenArguments& arguments) {
  TRY_ASSIGN(ServerAccess access, ServerAccess::open(arguments.connection));
  TRY_ASSIGN(const std::string body, access.connection().get(fmt::format(
                                         "/api/v1/rules/{}/coverage", url_encode(arguments.rule))));
  if (arguments.json) {
    fmt::print("{}\n", body);
    return {};
  }
  simdjson::dom::parser parser;
  object root;
  simdjson::dom::array versions;
  if (parser.parse(simdjson::padded_string(body)).get(root) != simdjson::SUCCESS ||
      root["versions"].get(versions) != simdjson::SUCCESS) {
    return fail(ErrorCode::kUnavailable, "the answer is not what a Tocsin server gives");
  }
  const auto in_force = member_or<std::string_view>(root, "version_in_force", "");
  for (const element each : versions) {
    object version;
    if (each.get(version) == simdjson::SUCCESS) {
      print_version(version, in_force);
    }
  }
  if (versions.size() == 0) {
    fmt::print("version {} has seen no record yet\n", terminal_text(in_force));
  }
  return {};
}

}  // namespace

void add_rules_seen_command(CLI::App& rules, ExitCode& exit_code) {
  auto arguments = std::make_shared<SeenArguments>();
  CLI::App* command =
      rules.add_subcommand("seen", "Which records each version of a rule has been tried on");
  command->add_option("rule", arguments->rule, "The id of a rule")->required();
  command->add_flag("--json", arguments->json, "The answer as JSON");
  add_connection_options(*command, arguments->connection);
  command->callback([arguments, &exit_code] { exit_code.finish(run(*arguments)); });
}

}  // namespace tocsin
