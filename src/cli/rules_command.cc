#include "cli/rules_command.h"

#include <algorithm>
#include <cstdio>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "base/clock.h"
#include "base/json_writer.h"
#include "base/time_text.h"
#include "cli/event_maker.h"
#include "cli/rule_explaining.h"
#include "cli/rule_loading.h"
#include "cli/rule_scaffold.h"
#include "cli/rules_backtest_command.h"
#include "cli/rules_coverage_command.h"
#include "cli/rules_seen_command.h"
#include "cli/terminal.h"
#include "detect/rule_regression.h"
#include "detect/rule_test.h"

namespace tocsin {
namespace {

// Samples may bear times of their own: an event from the future would lose its time.
// 2026-12-31T23:59:59Z, later than those of the shipped rules; or now.
constexpr Micros kSamplesReceived(1'798'761'599'000'000);

struct RulesArguments {
  std::vector<std::string> paths;  // none: the shipped rules
  std::string placeholders;
  bool json = false;
};

RuleChoice choice_of(const RulesArguments& arguments) {
  return {arguments.paths, arguments.paths.empty(), arguments.placeholders};
}

void add_common(CLI::App& command, RulesArguments& arguments) {
  command.add_option("path", arguments.paths, "Folders or files with rules (the shipped ones)");
  command.add_option("--placeholders", arguments.placeholders,
                     "YAML file with the values of %placeholders%");
  command.add_flag("--json", arguments.json, "One object a line");
}

// check

void print_issue(const LoadIssue& issue, bool as_json) {
  if (as_json) {
    JsonWriter json;
    json.begin_object().member("file", issue.file).member("line", issue.line);
    json.member("column", issue.column).member("refused", issue.refused);
    json.member("reason", issue.reason).end_object();
    fmt::print("{}\n", json.take());
    return;
  }
  fmt::print("{}:{}:{}: {}: {}\n", terminal_text(issue.file), issue.line, issue.column,
             issue.refused ? "refused" : "warning", terminal_text(issue.reason));
}

Status check(const RulesArguments& arguments, ExitCode& exit_code) {
  PosixFileSystem files;
  FieldCatalog fields;
  TRY_ASSIGN(const ChosenRules chosen, load_chosen_rules(files, choice_of(arguments), fields));
  for (const LoadIssue& issue : chosen.report.issues) {
    print_issue(issue, arguments.json);
  }
  fmt::print(stderr, "{} loaded, {} refused\n", chosen.report.loaded, chosen.report.refused);
  exit_code.value = chosen.report.refused > 0 ? kFound : kDone;
  return {};
}

// list

void print_info(const RuleInfo& info, std::string_view kind, bool as_json) {
  if (as_json) {
    JsonWriter json;
    json.begin_object().member("id", info.id).member("title", info.title).member("kind", kind);
    json.member("level", level_name(info.level)).member("status", info.status);
    json.member("logsource", info.logsource).member("file", info.file).member("line", info.line);
    json.key("tags").begin_array();
    for (const std::string& tag : info.tags) {
      json.value(tag);
    }
    json.end_array().end_object();
    fmt::print("{}\n", json.take());
    return;
  }
  fmt::print("{:<13}  {:<11}  {:<70}  {}\n", level_name(info.level), kind,
             terminal_text(info.title), terminal_text(info.file));
}

Status list(const RulesArguments& arguments, ExitCode& exit_code) {
  PosixFileSystem files;
  FieldCatalog fields;
  TRY_ASSIGN(const ChosenRules chosen, load_chosen_rules(files, choice_of(arguments), fields));
  std::vector<std::pair<const RuleInfo*, std::string_view>> infos;
  for (const Rule& rule : chosen.rules->rules()) {
    if (!rule.silent) {
      infos.emplace_back(rule.info.get(), "event");
    }
  }
  for (const sigma::Correlation& correlation : chosen.rules->correlations()) {
    if (!correlation.silent) {
      infos.emplace_back(correlation.info.get(), sigma::correlation_type_name(correlation.type));
    }
  }
  std::ranges::stable_sort(infos, [](const auto& a, const auto& b) {
    return std::pair(b.first->level, std::string_view(a.first->file)) <
           std::pair(a.first->level, std::string_view(b.first->file));
  });
  for (const auto& [info, kind] : infos) {
    print_info(*info, kind, arguments.json);
  }
  fmt::print(stderr, "{} rules, {} refused\n", infos.size(), chosen.report.refused);
  exit_code.value = kDone;
  return {};
}

// test

void print_result(const RuleTestResult& result, bool as_json) {
  if (as_json) {
    JsonWriter json;
    json.begin_object().member("folder", result.folder).member("passed", result.passed());
    json.member("streams", std::uint64_t{result.streams});
    json.member("events", std::uint64_t{result.events});
    json.key("failures").begin_array();
    for (const RuleTestFailure& failure : result.failures) {
      json.begin_object().member("file", failure.file).member("line", failure.line);
      json.member("reason", failure.reason).end_object();
    }
    json.end_array().end_object();
    fmt::print("{}\n", json.take());
    return;
  }
  fmt::print("{}  {} ({} streams, {} events)\n", result.passed() ? "pass" : "FAIL",
             terminal_text(result.folder), result.streams, result.events);
  for (const RuleTestFailure& failure : result.failures) {
    fmt::print("      {}:{}: {}\n", terminal_text(failure.file), failure.line,
               terminal_text(failure.reason));
  }
}

// What samples need on their way to events.
struct SampleBench {
  SampleBench() { tables.publish(std::make_shared<const EnrichTables>()); }

  // A stream stands for itself: no memory of the format of the one before.
  DecodeBatch decoder() {
    return [this](std::shared_ptr<const RecordBatch> records) {
      EventMaker maker({}, fields, datasets, tables, metrics);
      return maker.make(std::move(records));
    };
  }
  Micros now() { return std::max(clock.now(), kSamplesReceived); }

  PosixFileSystem files;
  SystemClock clock;
  FieldCatalog fields;
  DatasetCatalog datasets;
  Metrics metrics;
  Published<EnrichTables> tables;
};

void print_results(const std::vector<RuleTestResult>& results, bool as_json, ExitCode& exit_code) {
  std::size_t failed = 0;
  for (const RuleTestResult& result : results) {
    print_result(result, as_json);
    failed += result.passed() ? 0U : 1U;
  }
  fmt::print(stderr, "{} passed, {} failed\n", results.size() - failed, failed);
  exit_code.value = failed > 0 ? kFound : kDone;
}

Status test(const RulesArguments& arguments, ExitCode& exit_code) {
  SampleBench bench;
  TRY_ASSIGN(const Taxonomy taxonomy, load_shipped_taxonomy());
  TRY_ASSIGN(const Placeholders placeholders,
             load_placeholders(bench.files, arguments.placeholders));
  const RuleTestSetup setup{taxonomy,      placeholders,    bench.fields, bench.datasets,
                            bench.metrics, bench.decoder(), bench.now()};
  std::vector<RuleTestResult> all;
  for (const std::string& path : arguments.paths) {
    TRY_ASSIGN(std::vector<RuleTestResult> results, test_rules(bench.files, path, setup));
    std::ranges::move(results, std::back_inserter(all));
  }
  print_results(all, arguments.json, exit_code);
  return {};
}

// regress

struct RegressArguments {
  std::vector<std::string> paths;
  RuleChoice rules{{}, false, {}};
  bool json = false;
};

Status regress(const RegressArguments& arguments, ExitCode& exit_code) {
  SampleBench bench;
  TRY_ASSIGN(const ChosenRules chosen,
             load_chosen_rules(bench.files, arguments.rules, bench.fields));
  TRY_ASSIGN(const auto compiled, CompiledRules::compile(chosen.rules));
  const RegressionSetup setup{compiled,      bench.fields,    bench.datasets,
                              bench.metrics, bench.decoder(), bench.now()};
  std::vector<RuleTestResult> all;
  for (const std::string& path : arguments.paths) {
    TRY_ASSIGN(std::vector<RuleTestResult> results, run_regressions(bench.files, path, setup));
    std::ranges::move(results, std::back_inserter(all));
  }
  print_results(all, arguments.json, exit_code);
  return {};
}

// new

struct NewArguments {
  std::string folder;
  bool counts = false;
};

Status make_new(const NewArguments& arguments) {
  PosixFileSystem files;
  SystemClock clock;
  const auto kind = arguments.counts ? ScaffoldKind::kCorrelation : ScaffoldKind::kEvent;
  TRY(write_scaffold(files, {arguments.folder, kind, iso_time(clock.now()).substr(0, 10)}));
  fmt::print("made {}\nnow: edit rule.yml and the samples, then tocsin rules test {}\n",
             arguments.folder, arguments.folder);
  return {};
}

void add_check(CLI::App& rules, ExitCode& exit_code) {
  auto arguments = std::make_shared<RulesArguments>();
  CLI::App* command = rules.add_subcommand("check", "Load rules and say what is wrong with them");
  add_common(*command, *arguments);
  command->footer("Example: tocsin rules check my-rules/\nExit code 1 when a rule was refused.");
  command->callback([arguments, &exit_code] { exit_code.finish(check(*arguments, exit_code)); });
}

void add_list(CLI::App& rules, ExitCode& exit_code) {
  auto arguments = std::make_shared<RulesArguments>();
  CLI::App* command = rules.add_subcommand("list", "The rules, gravest first");
  add_common(*command, *arguments);
  command->footer("Example: tocsin rules list");
  command->callback([arguments, &exit_code] { exit_code.finish(list(*arguments, exit_code)); });
}

void add_test(CLI::App& rules, ExitCode& exit_code) {
  auto arguments = std::make_shared<RulesArguments>();
  CLI::App* command =
      rules.add_subcommand("test", "Run rules against their must_fire and must_not_fire samples");
  add_common(*command, *arguments);
  command->get_option("path")->required();
  command->footer("Example: tocsin rules test rules/\nExit code 1 when a sample fails.");
  command->callback([arguments, &exit_code] { exit_code.finish(test(*arguments, exit_code)); });
}

void add_explain(CLI::App& rules, ExitCode& exit_code) {
  auto arguments = std::make_shared<ExplainArguments>();
  CLI::App* command =
      rules.add_subcommand("explain", "Why a rule does or does not match log lines");
  command->add_option("rule", arguments->rule, "Id or title of the rule")->required();
  command->add_option("file", arguments->file, "Log file, - for standard input")->required();
  command->add_option("--rules", arguments->rules.paths, "Folder or file, besides the shipped");
  command->add_option("--placeholders", arguments->rules.placeholders,
                      "YAML file with the values of %placeholders%");
  command->add_option("--format", arguments->decode.format, "Format of the lines");
  command->add_option("--lines", arguments->lines_max, "Look at this many lines at most (10)")
      ->check(CLI::Range(1, 10'000));
  command->add_flag("--json", arguments->json, "One object a line");
  command->footer("Example: tocsin rules explain 'SQL injection attempt' access.log");
  command->callback(
      [arguments, &exit_code] { exit_code.finish(explain_lines(*arguments, exit_code)); });
}

void add_regress(CLI::App& rules, ExitCode& exit_code) {
  auto arguments = std::make_shared<RegressArguments>();
  CLI::App* command = rules.add_subcommand(
      "regress", "Run regression tests in SigmaHQ's convention (info.yml beside samples)");
  command->add_option("path", arguments->paths, "Folders with info.yml files")->required();
  command->add_option("--rules", arguments->rules.paths, "Folder or file with the rules")
      ->required();
  command->add_option("--placeholders", arguments->rules.placeholders,
                      "YAML file with the values of %placeholders%");
  command->add_flag("--json", arguments->json, "One object a line");
  command->footer(
      "Example: tocsin rules regress sigma/regression_data --rules sigma/rules\n"
      "Exit code 1 when a test fails.");
  command->callback([arguments, &exit_code] { exit_code.finish(regress(*arguments, exit_code)); });
}

void add_new(CLI::App& rules, ExitCode& exit_code) {
  auto arguments = std::make_shared<NewArguments>();
  CLI::App* command =
      rules.add_subcommand("new", "Make a folder with a rule and samples to begin from");
  command->add_option("folder", arguments->folder, "my-rules/auth/many_failures")->required();
  command->add_flag("--correlation", arguments->counts, "A rule that counts events over time");
  command->footer("Example: tocsin rules new my-rules/auth/many_failures --correlation");
  command->callback([arguments, &exit_code] { exit_code.finish(make_new(*arguments)); });
}

}  // namespace

void add_rules_command(CLI::App& app, ExitCode& exit_code) {
  CLI::App* rules = app.add_subcommand("rules", "Write, check, test, try out and explain rules");
  rules->require_subcommand(1);
  add_check(*rules, exit_code);
  add_list(*rules, exit_code);
  add_test(*rules, exit_code);
  add_explain(*rules, exit_code);
  add_new(*rules, exit_code);
  add_regress(*rules, exit_code);
  add_rules_backtest_command(*rules, exit_code);
  add_rules_coverage_command(*rules, exit_code);
  add_rules_seen_command(*rules, exit_code);
}

}  // namespace tocsin
