#include "cli/alerts_command.h"

#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <simdjson.h>

#include "base/json_writer.h"
#include "cli/event_line.h"
#include "cli/server_access.h"
#include "cli/terminal.h"

namespace tocsin {
namespace {

struct AlertsArguments {
  ConnectionOptions connection;
  std::string state = "new,acknowledged";
  std::string level;
  std::string key;
  std::string rule;
  std::string from;
  std::uint64_t limit = 100;
  std::vector<std::string> ids;
  std::string verdict = "true_positive";
  std::string note;
  bool json = false;
};

Result<simdjson::dom::element> parse(simdjson::dom::parser& parser, const std::string& body) {
  simdjson::dom::element root;
  if (parser.parse(simdjson::padded_string(body)).get(root) != simdjson::SUCCESS) {
    return Error(ErrorCode::kUnavailable, "the server's answer is not JSON");
  }
  return root;
}

std::string member(simdjson::dom::object object, std::string_view name) {
  simdjson::dom::element value;
  return object[name].get(value) == simdjson::SUCCESS ? cell_text(value) : std::string();
}

std::string key_of(simdjson::dom::object alert) {
  std::string text;
  simdjson::dom::array parts;
  if (alert["key"].get(parts) == simdjson::SUCCESS) {
    for (const simdjson::dom::object part : parts) {
      text += (text.empty() ? "" : " ") + member(part, "field") + "=" + member(part, "value");
    }
  }
  return text.empty() ? "-" : text;
}

// "2026-11-23T14:00:00.000000Z" → "11-23 14:00:00"
std::string short_time(const std::string& iso) {
  return iso.size() < 19 ? iso : iso.substr(5, 5) + " " + iso.substr(11, 8);
}

void print_table(simdjson::dom::array alerts) {
  TextTable table({"LEVEL", "TITLE", "ABOUT", "EVENTS", "FIRST", "LAST", "STATE", "ID"});
  for (const simdjson::dom::object alert : alerts) {
    table.add({member(alert, "level"), member(alert, "title"), key_of(alert),
               member(alert, "events"), short_time(member(alert, "first")),
               short_time(member(alert, "last")), member(alert, "state"),
               member(alert, "id").substr(0, 8)});
  }
  if (table.empty()) {
    fmt::print("No alerts.\n");
  } else {
    fmt::print("{}", table.render(terminal_width()));
  }
}

Status list(const AlertsArguments& arguments) {
  TRY_ASSIGN(ServerAccess access, ServerAccess::open(arguments.connection));
  const std::string path =
      "/api/v1/alerts" + url_query({{"state", arguments.state == "all" ? "" : arguments.state},
                                    {"level", arguments.level},
                                    {"key", arguments.key},
                                    {"rule", arguments.rule},
                                    {"from", arguments.from},
                                    {"limit", std::to_string(arguments.limit)}});
  TRY_ASSIGN(const std::string body, access.connection().get(path));
  simdjson::dom::parser parser;
  TRY_ASSIGN(const simdjson::dom::element root, parse(parser, body));
  simdjson::dom::array alerts;
  if (root["alerts"].get(alerts) != simdjson::SUCCESS) {
    return Error(ErrorCode::kUnavailable, "the server's answer has no alerts");
  }
  if (!arguments.json) {
    print_table(alerts);
    return {};
  }
  for (const simdjson::dom::element alert : alerts) {
    fmt::print("{}\n", simdjson::minify(alert));
  }
  return {};
}

void print_alert(simdjson::dom::object alert) {
  fmt::print("{} · {} · {}\n{}\n\n", member(alert, "title"), member(alert, "level"),
             member(alert, "state"), member(alert, "sentence"));
  for (const std::string_view name : {"id", "rule_id", "first", "last", "opened", "findings",
                                      "events", "tags", "verdict", "assignee", "note", "samples"}) {
    if (const std::string value = member(alert, name); !value.empty() && value != "none") {
      fmt::print("  {:<10} {}\n", name, value);
    }
  }
  fmt::print("  {:<10} {}\n", "about", key_of(alert));
  simdjson::dom::array history;
  if (alert["history"].get(history) == simdjson::SUCCESS) {
    fmt::print("\n");
    for (const simdjson::dom::object change : history) {
      fmt::print("  {}  {}: {} {} → {}\n", short_time(member(change, "at")), member(change, "who"),
                 member(change, "what"), member(change, "from"), member(change, "to"));
    }
  }
}

Status show(const AlertsArguments& arguments) {
  TRY_ASSIGN(ServerAccess access, ServerAccess::open(arguments.connection));
  for (const std::string& id : arguments.ids) {
    TRY_ASSIGN(const std::string body, access.connection().get("/api/v1/alerts/" + url_encode(id)));
    simdjson::dom::parser parser;
    TRY_ASSIGN(const simdjson::dom::element root, parse(parser, body));
    if (arguments.json) {
      fmt::print("{}\n", simdjson::minify(root));
      continue;
    }
    simdjson::dom::object alert;
    if (root["alert"].get(alert) == simdjson::SUCCESS || root.get(alert) == simdjson::SUCCESS) {
      print_alert(alert);
    }
  }
  return {};
}

// PATCHes each alert; the ids may be shortened, so they go one by one.
Status change(const AlertsArguments& arguments, std::string_view state) {
  TRY_ASSIGN(ServerAccess access, ServerAccess::open(arguments.connection));
  for (const std::string& id : arguments.ids) {
    JsonWriter json;
    json.begin_object().member("state", state);
    if (state == "closed") {
      json.member("verdict", arguments.verdict);
    }
    if (!arguments.note.empty()) {
      json.member("note", arguments.note);
    }
    json.end_object();
    TRY(access.connection().send("PATCH", "/api/v1/alerts/" + url_encode(id), json.take()));
    fmt::print("{} is {}\n", id, state);
  }
  return {};
}

void add_ids(CLI::App* command, const std::shared_ptr<AlertsArguments>& arguments) {
  command->add_option("ids", arguments->ids, "Ids, or their first 6 characters")->required();
  add_connection_options(*command, arguments->connection);
}

}  // namespace

void add_alerts_command(CLI::App& app, ExitCode& exit_code) {
  auto arguments = std::make_shared<AlertsArguments>();
  CLI::App* alerts = app.add_subcommand("alerts", "List and triage alerts");
  alerts->add_option("--state", arguments->state, "new, acknowledged, closed, or all");
  alerts->add_option("--level", arguments->level, "Lowest level wanted, e.g. high");
  alerts->add_option("--about", arguments->key, "source.ip=1.2.3.4, or only the value");
  alerts->add_option("--rule", arguments->rule, "Id of the rule");
  alerts->add_option("--from", arguments->from, "Active since: a time, or a span back from now");
  alerts->add_option("--limit", arguments->limit, "At most so many")->check(CLI::Range(1, 1'000));
  alerts->add_flag("--json", arguments->json, "One JSON object an alert");
  add_connection_options(*alerts, arguments->connection);
  alerts->footer(
      "Examples: tocsin alerts --level high\n          tocsin alerts close 3fa2b1 "
      "--verdict false_positive --note 'our scanner'");

  CLI::App* show_command = alerts->add_subcommand("show", "One alert with its history");
  add_ids(show_command, arguments);
  show_command->add_flag("--json", arguments->json, "As JSON");
  show_command->callback([arguments, &exit_code] { exit_code.finish(show(*arguments)); });

  CLI::App* ack = alerts->add_subcommand("ack", "Acknowledge: somebody looks at it");
  add_ids(ack, arguments);
  ack->add_option("--note", arguments->note, "Why");
  ack->callback([arguments, &exit_code] { exit_code.finish(change(*arguments, "acknowledged")); });

  CLI::App* close = alerts->add_subcommand("close", "Close with a verdict");
  add_ids(close, arguments);
  close->add_option("--verdict", arguments->verdict, "true_positive, benign or false_positive");
  close->add_option("--note", arguments->note, "Why");
  close->callback([arguments, &exit_code] { exit_code.finish(change(*arguments, "closed")); });

  alerts->callback([alerts, arguments, &exit_code] {
    if (alerts->get_subcommands().empty()) {
      exit_code.finish(list(*arguments));
    }
  });
}

}  // namespace tocsin
