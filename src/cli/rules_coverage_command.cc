#include "cli/rules_coverage_command.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <simdjson.h>

#include "base/fail.h"
#include "cli/attack_matrix.h"
#include "cli/event_line.h"
#include "cli/rule_loading.h"
#include "cli/server_access.h"
#include "cli/terminal.h"
#include "sys/file_system.h"

namespace tocsin {
namespace {

using simdjson::dom::array;
using simdjson::dom::element;
using simdjson::dom::object;

constexpr std::size_t kTechniqueWidth = 44;

struct CoverageArguments {
  ConnectionOptions connection;
  std::vector<std::string> paths;
  std::string placeholders;
  std::string layer;
  std::string since = "7d";
  bool json = false;
};

Result<AttackMatrix> matrix_of_files(const CoverageArguments& arguments, FileSystem& files) {
  FieldCatalog fields;
  TRY_ASSIGN(
      const ChosenRules chosen,
      load_chosen_rules(files, {arguments.paths, arguments.paths.empty(), arguments.placeholders},
                        fields));
  AttackMatrix matrix;
  for (const Rule& rule : chosen.rules->rules()) {
    if (!rule.silent) {
      matrix.add(rule.info->title, rule.info->tags);
    }
  }
  for (const sigma::Correlation& correlation : chosen.rules->correlations()) {
    if (!correlation.silent) {
      matrix.add(correlation.info->title, correlation.info->tags);
    }
  }
  return matrix;
}

Result<AttackMatrix> matrix_of_server(const std::string& answer) {
  simdjson::dom::parser parser;
  array rules;
  if (parser.parse(answer)["rules"].get(rules) != simdjson::SUCCESS) {
    return fail(ErrorCode::kUnavailable, "the server's list of rules cannot be read");
  }
  AttackMatrix matrix;
  for (const element each : rules) {
    const object rule = each.get_object();
    std::vector<std::string> tags;
    for (const element tag : rule["tags"].get_array()) {
      tags.emplace_back(tag.get_string().value());
    }
    matrix.add(member_or<std::string_view>(rule, "title", ""), tags);
  }
  return matrix;
}

void print_matrix(const AttackMatrix& matrix) {
  for (const std::string& tactic : matrix.tactic_order()) {
    const auto& techniques = matrix.tactics().at(tactic);
    fmt::print("\n{} ({} techniques)\n", tactic_title(tactic), techniques.size());
    const std::size_t columns = std::max<std::size_t>(1, terminal_width() / (kTechniqueWidth + 6));
    std::size_t column = 0;
    for (const auto& [id, technique] : techniques) {
      const std::string cell = fmt::format("{:<9} {}", id, technique_name(id));
      fmt::print("  {:<{}.{}} {:>4}{}", cell, kTechniqueWidth - 3, kTechniqueWidth - 3,
                 technique.rules, ++column % columns == 0 ? "\n" : "");
    }
    fmt::print("{}", column % columns == 0 ? "" : "\n");
  }
}

void print_logsources(array logsources, std::uint64_t events, const std::string& since) {
  TextTable table({"events", "rules", "logsource"});
  std::uint64_t blind = 0;
  for (const element each : logsources) {
    const object row = each.get_object();
    const auto count = member_or<std::uint64_t>(row, "events", 0);
    blind += count == 0 ? 1U : 0U;
    table.add({fmt::format("{}{}", member_or<bool>(row, "exact", true) ? "" : "≤ ", count),
               std::to_string(member_or<std::uint64_t>(row, "rules", 0)),
               terminal_text(member_or<std::string_view>(row, "logsource", ""))});
  }
  fmt::print("\nLogsources of the rules, and the events of each since {} ({} in all)\n{}", since,
             events, table.render(terminal_width()));
  if (blind > 0) {
    fmt::print(
        "{} logsources have rules and no events: nothing sends them, or they are not "
        "recognised.\n",
        blind);
  }
}

struct ServerAnswers {
  std::string rules;
  std::string logsources;
};

// Nothing when rules of files are asked for, or there is no server and no data.
Result<std::optional<ServerAnswers>> ask_server(const CoverageArguments& arguments) {
  if (!arguments.paths.empty()) {
    return std::optional<ServerAnswers>();
  }
  auto access = ServerAccess::open(arguments.connection);
  if (!access) {
    fmt::print(stderr, "note: the shipped rules, without a server: {}\n",
               access.error().full_text());
    return std::optional<ServerAnswers>();
  }
  ServerAnswers answers;
  TRY_ASSIGN(answers.rules, access->connection().get("/api/v1/rules"));
  TRY_ASSIGN(answers.logsources, access->connection().get("/api/v1/rules/logsources" +
                                                          url_query({{"from", arguments.since}})));
  return std::optional(std::move(answers));
}

Status write_layer(const CoverageArguments& arguments, const AttackMatrix& matrix,
                   FileSystem& files) {
  if (arguments.layer.empty()) {
    return {};
  }
  TRY(write_file_atomically(files, arguments.layer, matrix.navigator_layer("Tocsin rules") + "\n"));
  fmt::print(stderr, "wrote {}: open it in the ATT&CK Navigator\n", arguments.layer);
  return {};
}

Status run(const CoverageArguments& arguments, ExitCode& exit_code) {
  PosixFileSystem files;
  exit_code.value = kDone;
  TRY_ASSIGN(const std::optional<ServerAnswers> answers, ask_server(arguments));
  TRY_ASSIGN(const AttackMatrix matrix,
             answers ? matrix_of_server(answers->rules) : matrix_of_files(arguments, files));
  TRY(write_layer(arguments, matrix, files));
  if (arguments.json) {
    fmt::print("{}\n", matrix.navigator_layer("Tocsin rules"));
    return {};
  }
  fmt::print("{} rules, {} of them name {} techniques of ATT&CK\n", matrix.rules(), matrix.tagged(),
             matrix.techniques().size());
  print_matrix(matrix);
  if (answers) {
    simdjson::dom::parser parser;
    object census;
    array logsources;
    if (parser.parse(answers->logsources).get(census) != simdjson::SUCCESS ||
        census["logsources"].get(logsources) != simdjson::SUCCESS) {
      return fail(ErrorCode::kUnavailable, "the server's list of logsources cannot be read");
    }
    print_logsources(logsources, member_or<std::uint64_t>(census, "events", 0), arguments.since);
  }
  return {};
}

}  // namespace

void add_rules_coverage_command(CLI::App& rules, ExitCode& exit_code) {
  auto arguments = std::make_shared<CoverageArguments>();
  CLI::App* command = rules.add_subcommand(
      "coverage", "What the rules look for (ATT&CK), and whether events feed them");
  command->add_option("path", arguments->paths,
                      "Folders or files with rules (those in force on the server)");
  command->add_option("--placeholders", arguments->placeholders,
                      "YAML file with the values of %placeholders%");
  command->add_option("--navigator", arguments->layer, "Write a layer for the ATT&CK Navigator");
  command->add_option("--since", arguments->since, "Count events since then (7d)");
  command->add_flag("--json", arguments->json, "Print the layer instead");
  add_connection_options(*command, arguments->connection);
  command->footer("Example: tocsin rules coverage --navigator layer.json");
  command->callback([arguments, &exit_code] { exit_code.finish(run(*arguments, exit_code)); });
}

}  // namespace tocsin
