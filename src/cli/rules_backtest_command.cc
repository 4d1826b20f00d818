#include "cli/rules_backtest_command.h"

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <simdjson.h>

#include "base/clock.h"
#include "base/fail.h"
#include "base/json_writer.h"
#include "cli/event_line.h"
#include "cli/line_pieces.h"
#include "cli/server_access.h"
#include "cli/terminal.h"
#include "sys/file_system.h"

namespace tocsin {
namespace {

using simdjson::dom::element;
using simdjson::dom::object;

constexpr std::uint64_t kRuleBytesMax = 1U << 19U;
constexpr std::size_t kBarWidth = 40;

struct BacktestArguments {
  ConnectionOptions connection;
  std::string rule;
  std::string since = "30d";
  std::string until;
  std::uint64_t keys = 10;
  bool json = false;
};

// Takes the answer's lines as they come: how far it is, then the report.
class ReportReader {
 public:
  explicit ReportReader(Clock& clock) : bar_("looking", clock) {}

  bool take(std::string_view bytes) {
    lines_.take(bytes, [this](std::string_view text) { line(text); });
    return true;
  }
  Result<std::string> finish() {
    bar_.clear();
    if (!problem_.empty()) {
      return Error(ErrorCode::kUnavailable, problem_);
    }
    if (report_.empty()) {
      return Error(ErrorCode::kUnavailable, "the answer ended before the report");
    }
    return report_;
  }

 private:
  void line(std::string_view text) {
    object row;
    if (parser_.parse(simdjson::padded_string(text)).get(row) != simdjson::SUCCESS) {
      return;
    }
    object inner;
    if (row["progress"].get(inner) == simdjson::SUCCESS) {
      bar_.show(member_or<std::uint64_t>(inner, "done", 0),
                member_or<std::uint64_t>(inner, "of", 0));
    } else if (row["report"].get(inner) == simdjson::SUCCESS) {
      report_ = simdjson::to_string(inner);
    } else if (row["_problem"].get(inner) == simdjson::SUCCESS) {
      problem_ = member_or<std::string_view>(inner, "detail", "the backtest failed");
    }
  }

  ProgressBar bar_;
  simdjson::dom::parser parser_;
  LinePieces lines_;
  std::string report_;
  std::string problem_;
};

std::uint64_t number_of(object from, std::string_view name) {
  return member_or<std::uint64_t>(from, name, 0);
}

void print_days(simdjson::dom::array days) {
  std::uint64_t most = 1;
  for (const element day : days) {
    most = std::max(most, number_of(day.get_object(), "findings"));
  }
  for (const element each : days) {
    const object day = each.get_object();
    const std::uint64_t findings = number_of(day, "findings");
    const auto width = static_cast<std::size_t>((findings * kBarWidth + most - 1) / most);
    std::string bar;
    for (std::size_t i = 0; i < width; ++i) {
      bar += "━";
    }
    fmt::print("{}  {:>9}  {}\n", member_or<std::string_view>(day, "day", ""), findings, bar);
  }
}

std::string key_of(object tally) {
  std::string text;
  for (const element part : tally["key"].get_array()) {
    text += fmt::format("{}{}={}", text.empty() ? "" : " ",
                        member_or<std::string_view>(part.get_object(), "field", ""),
                        member_or<std::string_view>(part.get_object(), "value", ""));
  }
  return text.empty() ? "(no key)" : terminal_text(text, 200);
}

void print_keys(simdjson::dom::array keys) {
  TextTable table({"findings", "events", "first", "last", "key"});
  for (const element each : keys) {
    const object tally = each.get_object();
    table.add(
        {std::to_string(number_of(tally, "findings")), std::to_string(number_of(tally, "events")),
         std::string(member_or<std::string_view>(tally, "first", "").substr(0, 16)),
         std::string(member_or<std::string_view>(tally, "last", "").substr(0, 16)), key_of(tally)});
  }
  fmt::print("\n{}", table.render(terminal_width()));
  const object first = keys.at(0).get_object();
  fmt::print("\nfor example: {} (record {})\n",
             terminal_text(member_or<std::string_view>(first, "sentence", "")),
             number_of(first, "seq"));
}

Result<std::uint64_t> print_report(const std::string& text) {
  simdjson::dom::parser parser;
  object report;
  if (parser.parse(text).get(report) != simdjson::SUCCESS) {
    return fail(ErrorCode::kUnavailable, "the report is no JSON object");
  }
  for (const element title : report["rules"].get_array()) {
    fmt::print("{}\n", terminal_text(title.get_string().value()));
  }
  const std::uint64_t findings = number_of(report, "findings");
  fmt::print(
      "{} alert{}, {} finding{} ({} events behind them)\n{} events of the period, {} looked at "
      "({}), {:.1f} s\n",
      number_of(report, "alerts"), number_of(report, "alerts") == 1 ? "" : "s", findings,
      findings == 1 ? "" : "s", number_of(report, "events"), number_of(report, "events_stored"),
      number_of(report, "events_matched_against"),
      member_or<bool>(report, "narrowed_by_index", false) ? "picked by the index" : "all of them",
      member_or<double>(report, "took_ms", 0) / 1'000);
  if (findings > 0) {
    fmt::print("\n");
    print_days(report["days"].get_array());
    print_keys(report["keys"].get_array());
  }
  return findings;
}

// A file is tried out as it stands; anything else names a rule in force.
Result<std::string> body_of(const BacktestArguments& arguments, FileSystem& files) {
  JsonWriter json;
  json.begin_object();
  if (const auto info = files.info(arguments.rule); info && !info->is_directory) {
    TRY_ASSIGN(const std::string text, read_file(files, arguments.rule, kRuleBytesMax));
    json.member("text", text);
  } else {
    json.member("rule", arguments.rule);
  }
  json.member("from", arguments.since);
  if (!arguments.until.empty()) {
    json.member("to", arguments.until);
  }
  json.member("keys", arguments.keys).member("format", "ndjson").end_object();
  return json.take();
}

Status run(const BacktestArguments& arguments, ExitCode& exit_code) {
  PosixFileSystem files;
  SystemClock clock;
  TRY_ASSIGN(const std::string body, body_of(arguments, files));
  TRY_ASSIGN(ServerAccess access, ServerAccess::open(arguments.connection));
  ReportReader reader(clock);
  TRY(access.connection().post_stream(
      "/api/v1/rules/backtest", body,
      [&reader](std::string_view bytes) { return reader.take(bytes); }));
  TRY_ASSIGN(const std::string report, reader.finish());
  if (arguments.json) {
    fmt::print("{}\n", report);
    exit_code.value = kDone;
    return {};
  }
  TRY_ASSIGN(const std::uint64_t findings, print_report(report));
  exit_code.value = findings > 0 ? kFound : kDone;
  return {};
}

}  // namespace

void add_rules_backtest_command(CLI::App& rules, ExitCode& exit_code) {
  auto arguments = std::make_shared<BacktestArguments>();
  CLI::App* command =
      rules.add_subcommand("backtest", "What a rule would have found in the stored events");
  command->add_option("rule", arguments->rule, "A YAML file, or the id or title of a rule in force")
      ->required();
  command->add_option("--since", arguments->since, "Time, or a span back from now (30d)");
  command->add_option("--until", arguments->until, "Time, or a span back from now (now)");
  command->add_option("--keys", arguments->keys, "Keys shown (10)")->check(CLI::Range(1, 1'000));
  command->add_flag("--json", arguments->json, "The report as JSON");
  add_connection_options(*command, arguments->connection);
  command->footer(
      "Example: tocsin rules backtest my-rule.yml --since 7d\n"
      "Exit code 1 when it would have found something.");
  command->callback([arguments, &exit_code] { exit_code.finish(run(*arguments, exit_code)); });
}

}  // namespace tocsin
