#include "cli/monitors_command.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <fmt/format.h>
#include <simdjson.h>

#include "base/json_writer.h"
#include "cli/event_line.h"
#include "cli/rule_loading.h"
#include "cli/server_access.h"
#include "cli/terminal.h"

namespace tocsin {
namespace {

constexpr auto kAskAgain = std::chrono::milliseconds(500);

struct MonitorsArguments {
  ConnectionOptions connection;
  std::vector<std::string> paths;
  std::string placeholders;
  std::string name;
  std::string key;
  std::string since = "30d";
  std::size_t limit = 20;
  bool json = false;
};

Result<simdjson::dom::element> parse(simdjson::dom::parser& parser, const std::string& body) {
  simdjson::dom::element root;
  if (parser.parse(simdjson::padded_string(body)).get(root) != simdjson::SUCCESS) {
    return Error(ErrorCode::kUnavailable, "the server's answer is not JSON");
  }
  return root;
}

std::string member(const simdjson::dom::object& object, std::string_view name) {
  simdjson::dom::element value;
  return object[name].get(value) == simdjson::SUCCESS && !value.is_null() ? cell_text(value)
                                                                          : std::string();
}

double number(const simdjson::dom::object& object, std::string_view name) {
  double value = 0;
  return object[name].get(value) == simdjson::SUCCESS ? value : 0;
}

std::string short_time(const std::string& iso) {
  return iso.size() < 19 ? "-" : iso.substr(0, 10) + " " + iso.substr(11, 5);
}

std::string key_of(const simdjson::dom::object& known) {
  std::string text;
  simdjson::dom::array parts;
  if (known["key"].get(parts) == simdjson::SUCCESS) {
    for (const simdjson::dom::object part : parts) {
      text += fmt::format("{}{}={}", text.empty() ? "" : " ", member(part, "field"),
                          member(part, "value"));
    }
  }
  return text.empty() ? "all events" : text;
}

// list

Status list(const MonitorsArguments& arguments) {
  TRY_ASSIGN(ServerAccess access, ServerAccess::open(arguments.connection));
  TRY_ASSIGN(const std::string body, access.connection().get("/api/v1/monitors"));
  simdjson::dom::parser parser;
  TRY_ASSIGN(const simdjson::dom::element root, parse(parser, body));
  simdjson::dom::array monitors;
  if (root["monitors"].get(monitors) != simdjson::SUCCESS) {
    return Error(ErrorCode::kUnavailable, "the server's answer has no monitors");
  }
  TextTable table({"LEVEL", "TITLE", "MODEL", "KEYS", "EVENTS", "FINDINGS", "SINCE", "ID"});
  for (const simdjson::dom::object one : monitors) {
    if (arguments.json) {
      fmt::print("{}\n", simdjson::minify(one));
      continue;
    }
    table.add({member(one, "level"), member(one, "title"), member(one, "model"),
               member(one, "keys"), member(one, "events"), member(one, "findings"),
               short_time(member(one, "first")), member(one, "id").substr(0, 8)});
  }
  if (!arguments.json) {
    fmt::print("{}",
               table.empty() ? std::string("No monitors.\n") : table.render(terminal_width()));
  }
  return {};
}

// check

Status check(const MonitorsArguments& arguments, ExitCode& exit_code) {
  PosixFileSystem files;
  FieldCatalog fields;
  TRY_ASSIGN(const ChosenRules chosen,
             load_chosen_rules(files, {arguments.paths, false, arguments.placeholders}, fields));
  for (const LoadIssue& issue : chosen.report.issues) {
    fmt::print("{}:{}:{}: {}: {}\n", terminal_text(issue.file), issue.line, issue.column,
               issue.refused ? "refused" : "warning", terminal_text(issue.reason));
  }
  for (const sigma::Monitor& monitor : chosen.rules->monitors()) {
    fmt::print("{}: {} ({})\n", terminal_text(monitor.info->file),
               terminal_text(monitor.info->title), sigma::monitor_model_name(monitor.model));
  }
  fmt::print(stderr, "{} monitors, {} refused\n", chosen.rules->monitors().size(),
             chosen.report.refused);
  exit_code.value = chosen.report.refused > 0 ? kFound : kDone;
  return {};
}

// show

std::string amount(double value) {
  return value == std::round(value) && std::abs(value) < 1e15 ? fmt::format("{:.0f}", value)
                                                              : fmt::format("{:.4g}", value);
}

// One line a point of the history: its time, its value, the range that is usual now.
void print_history(const simdjson::dom::object& baseline) {
  simdjson::dom::array points;
  if (baseline["history"].get(points) != simdjson::SUCCESS) {
    return;
  }
  constexpr std::size_t kWidth = 40;
  double highest = 0;
  for (const simdjson::dom::object point : points) {
    highest = std::max(highest, number(point, "value"));
  }
  for (const simdjson::dom::object point : points) {
    const double value = number(point, "value");
    const double part = highest > 0 ? std::clamp(value / highest, 0.0, 1.0) : 0;
    const std::string bar(static_cast<std::size_t>(std::lround(part * kWidth)), '#');
    fmt::print("    {}  {:>10}  {:<{}}  {}..{}\n", short_time(member(point, "time")), amount(value),
               bar, kWidth, amount(number(point, "low")), amount(number(point, "high")));
  }
}

void print_known(const simdjson::dom::object& known) {
  fmt::print("{}\n  {}{}\n  {} events, {} to {}\n", terminal_text(key_of(known)),
             terminal_text(member(known, "sentence")),
             member(known, "learning") == "true" ? " (learning: nothing is reported yet)" : "",
             member(known, "events"), short_time(member(known, "first")),
             short_time(member(known, "last")));
  simdjson::dom::object baseline;
  if (known["baseline"].get(baseline) != simdjson::SUCCESS) {
    return;
  }
  simdjson::dom::array usual;
  if (baseline["usual"].get(usual) == simdjson::SUCCESS) {
    for (const simdjson::dom::object value : usual) {
      fmt::print("    {:>10}  {}\n", member(value, "count"), terminal_text(member(value, "value")));
    }
  }
  print_history(baseline);
}

Status show(const MonitorsArguments& arguments) {
  TRY_ASSIGN(ServerAccess access, ServerAccess::open(arguments.connection));
  const bool wants_history = !arguments.key.empty();
  TRY_ASSIGN(const std::string body,
             access.connection().get(
                 "/api/v1/monitors/" + url_encode(arguments.name) +
                 url_query({{"key", arguments.key}, {"limit", std::to_string(arguments.limit)}})));
  simdjson::dom::parser parser;
  TRY_ASSIGN(const simdjson::dom::element root, parse(parser, body));
  if (arguments.json) {
    fmt::print("{}\n", simdjson::minify(root));
    return {};
  }
  simdjson::dom::object monitor;
  simdjson::dom::array known;
  if (root.get(monitor) != simdjson::SUCCESS || monitor["known"].get(known) != simdjson::SUCCESS) {
    return Error(ErrorCode::kUnavailable, "the server's answer has no keys");
  }
  fmt::print("{} · {} · {} keys, {} events, {} findings\n\n",
             terminal_text(member(monitor, "title")), member(monitor, "model"),
             member(monitor, "keys"), member(monitor, "events"), member(monitor, "findings"));
  if (wants_history) {
    for (const simdjson::dom::object one : known) {
      print_known(one);
    }
    return {};
  }
  TextTable table({"KEY", "EVENTS", "LAST", "EXPECTED"});
  for (const simdjson::dom::object one : known) {
    table.add({key_of(one), member(one, "events"), short_time(member(one, "last")),
               member(one, "learning") == "true" ? "learning" : member(one, "sentence")});
  }
  fmt::print("{}", table.empty() ? std::string("No keys yet.\n") : table.render(terminal_width()));
  return {};
}

// train

Status train(const MonitorsArguments& arguments) {
  TRY_ASSIGN(ServerAccess access, ServerAccess::open(arguments.connection));
  JsonWriter wanted;
  wanted.begin_object().member("since", arguments.since).end_object();
  TRY(access.connection().send("POST", "/api/v1/monitors/train", wanted.take()));
  while (true) {
    TRY_ASSIGN(const std::string body, access.connection().get("/api/v1/monitors"));
    simdjson::dom::parser parser;
    TRY_ASSIGN(const simdjson::dom::element root, parse(parser, body));
    simdjson::dom::object training;
    if (root["training"].get(training) != simdjson::SUCCESS) {
      return Error(ErrorCode::kUnavailable, "the server's answer tells no training");
    }
    if (member(training, "running") != "true") {
      const std::string error = member(training, "error");
      if (!error.empty()) {
        return Error(ErrorCode::kUnavailable, "the training ended early: " + error);
      }
      fmt::print("learned from {} records\n", member(training, "records"));
      return {};
    }
    fmt::print(stderr, "\r{} of {} records ", member(training, "records"),
               member(training, "records_total"));
    std::this_thread::sleep_for(kAskAgain);
  }
}

}  // namespace

void add_monitors_command(CLI::App& app, ExitCode& exit_code) {
  auto arguments = std::make_shared<MonitorsArguments>();
  CLI::App* monitors = app.add_subcommand("monitors", "What is usual, and for whom");
  monitors->require_subcommand(1);

  CLI::App* list_command = monitors->add_subcommand("list", "The monitors in force");
  list_command->add_flag("--json", arguments->json, "One JSON object a monitor");
  add_connection_options(*list_command, arguments->connection);
  list_command->callback([arguments, &exit_code] { exit_code.finish(list(*arguments)); });

  CLI::App* check_command =
      monitors->add_subcommand("check", "Read monitors and say what is wrong with them");
  check_command->add_option("path", arguments->paths, "Files or folders")->required();
  check_command->add_option("--placeholders", arguments->placeholders,
                            "YAML file with the values of %placeholders%");
  check_command->footer("Exit code 1 when one was refused.");
  check_command->callback(
      [arguments, &exit_code] { exit_code.finish(check(*arguments, exit_code)); });

  CLI::App* train_command =
      monitors->add_subcommand("train", "Learn from stored records, without findings");
  train_command->add_option("--since", arguments->since, "How far back, like 30d");
  add_connection_options(*train_command, arguments->connection);
  train_command->callback([arguments, &exit_code] { exit_code.finish(train(*arguments)); });

  CLI::App* show_command = monitors->add_subcommand("show", "What is expected of a key, and why");
  show_command->add_option("name", arguments->name, "Id, name or title")->required();
  show_command->add_option("key", arguments->key, "user.name=alice, or only the value");
  show_command->add_option("--limit", arguments->limit, "Keys at most")
      ->check(CLI::Range(1, 1'000));
  show_command->add_flag("--json", arguments->json, "As JSON");
  add_connection_options(*show_command, arguments->connection);
  show_command->footer("Example: tocsin monitors show 'Log-ins of a network' 64500");
  show_command->callback([arguments, &exit_code] { exit_code.finish(show(*arguments)); });
}

}  // namespace tocsin
