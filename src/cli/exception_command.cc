#include "cli/exception_command.h"

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

struct ExceptionArguments {
  ConnectionOptions connection;
  std::string alert;
  std::string rule;
  std::vector<std::string> where;
  std::string schedule;
  std::string expires = "30d";
  std::string owner;
  std::string reason;
  std::string id;
  bool json = false;
};

std::string member(simdjson::dom::object object, std::string_view name) {
  simdjson::dom::element value;
  return object[name].get(value) == simdjson::SUCCESS ? cell_text(value) : std::string();
}

Result<simdjson::dom::object> parse(simdjson::dom::parser& parser, const std::string& body) {
  simdjson::dom::object root;
  if (parser.parse(simdjson::padded_string(body)).get(root) != simdjson::SUCCESS) {
    return Error(ErrorCode::kUnavailable, "the server's answer is not a JSON object");
  }
  return root;
}

std::string spec_json(const ExceptionArguments& arguments) {
  JsonWriter json;
  json.begin_object();
  const auto add = [&json](std::string_view name, const std::string& value) {
    if (!value.empty()) {
      json.member(name, value);
    }
  };
  add("alert_id", arguments.alert);
  add("rule", arguments.rule);
  add("schedule", arguments.schedule);
  add("expires", arguments.expires);
  add("owner", arguments.owner);
  add("reason", arguments.reason);
  if (!arguments.where.empty()) {
    json.key("where").begin_array();
    for (const std::string& condition : arguments.where) {
      json.value(condition);
    }
    json.end_array();
  }
  return json.end_object().take();
}

void print_exception(simdjson::dom::object exception) {
  fmt::print("{} · {} · until {}\n", member(exception, "id"), member(exception, "state"),
             member(exception, "expires"));
  for (const std::string_view name : {"rule", "where", "schedule", "owner", "reason", "alert_id",
                                      "created", "created_by", "findings", "last"}) {
    if (const std::string value = member(exception, name); !value.empty()) {
      fmt::print("  {:<10} {}\n", name, value);
    }
  }
}

Status add(const ExceptionArguments& arguments) {
  TRY_ASSIGN(ServerAccess access, ServerAccess::open(arguments.connection));
  TRY_ASSIGN(const std::string body,
             access.connection().send("POST", "/api/v1/exceptions", spec_json(arguments)));
  simdjson::dom::parser parser;
  TRY_ASSIGN(const simdjson::dom::object made, parse(parser, body));
  if (arguments.json) {
    fmt::print("{}\n", simdjson::minify(made));
  } else {
    print_exception(made);
  }
  return {};
}

Status preview(const ExceptionArguments& arguments) {
  TRY_ASSIGN(ServerAccess access, ServerAccess::open(arguments.connection));
  TRY_ASSIGN(const std::string body,
             access.connection().send("POST", "/api/v1/exceptions/preview", spec_json(arguments)));
  simdjson::dom::parser parser;
  TRY_ASSIGN(const simdjson::dom::object root, parse(parser, body));
  if (arguments.json) {
    fmt::print("{}\n", simdjson::minify(root));
    return {};
  }
  fmt::print("It would have silenced {} of {} alerts ({} findings).\n",
             member(root, "silenced_alerts"), member(root, "looked_at"),
             member(root, "silenced_findings"));
  simdjson::dom::array alerts;
  if (root["alerts"].get(alerts) == simdjson::SUCCESS) {
    for (const simdjson::dom::object alert : alerts) {
      fmt::print("  {} {:<8} {} {}\n", member(alert, "id").substr(0, 8), member(alert, "level"),
                 member(alert, "title"), member(alert, "sentence"));
    }
  }
  return {};
}

Status list(const ExceptionArguments& arguments) {
  TRY_ASSIGN(ServerAccess access, ServerAccess::open(arguments.connection));
  TRY_ASSIGN(const std::string body, access.connection().get("/api/v1/exceptions"));
  simdjson::dom::parser parser;
  TRY_ASSIGN(const simdjson::dom::object root, parse(parser, body));
  simdjson::dom::array exceptions;
  if (root["exceptions"].get(exceptions) != simdjson::SUCCESS) {
    return Error(ErrorCode::kUnavailable, "the server's answer has no exceptions");
  }
  TextTable table({"ID", "STATE", "RULE", "WHERE", "EXPIRES", "FINDINGS", "OWNER", "REASON"});
  for (const simdjson::dom::object exception : exceptions) {
    if (arguments.json) {
      fmt::print("{}\n", simdjson::minify(exception));
      continue;
    }
    table.add({member(exception, "id"), member(exception, "state"), member(exception, "rule"),
               member(exception, "where"), member(exception, "expires").substr(0, 10),
               member(exception, "findings"), member(exception, "owner"),
               member(exception, "reason")});
  }
  if (!arguments.json) {
    fmt::print("{}", table.empty() ? "No exceptions.\n" : table.render(terminal_width()));
  }
  return {};
}

Status show(const ExceptionArguments& arguments) {
  TRY_ASSIGN(ServerAccess access, ServerAccess::open(arguments.connection));
  TRY_ASSIGN(const std::string body,
             access.connection().get("/api/v1/exceptions/" + url_encode(arguments.id)));
  simdjson::dom::parser parser;
  TRY_ASSIGN(const simdjson::dom::object exception, parse(parser, body));
  if (arguments.json) {
    fmt::print("{}\n", simdjson::minify(exception));
    return {};
  }
  print_exception(exception);
  simdjson::dom::array silenced;
  if (exception["silenced"].get(silenced) == simdjson::SUCCESS) {
    for (const simdjson::dom::object key : silenced) {
      fmt::print("  silenced {:>6}  {}  {}\n", member(key, "findings"), member(key, "title"),
                 member(key, "key"));
    }
  }
  return {};
}

Status end(const ExceptionArguments& arguments) {
  TRY_ASSIGN(ServerAccess access, ServerAccess::open(arguments.connection));
  TRY(access.connection().send("DELETE", "/api/v1/exceptions/" + url_encode(arguments.id), ""));
  fmt::print("{} is ended\n", arguments.id);
  return {};
}

using Arguments = std::shared_ptr<ExceptionArguments>;

void add_spec_options(CLI::App* command, const Arguments& arguments) {
  command->add_option("--alert", arguments->alert, "Made from this alert: its rule and key");
  command->add_option("--rule", arguments->rule, "Id of the rule, or * with --where");
  command->add_option("--where", arguments->where,
                      "FIELD=VALUE: a glob or a network; several must all hold");
  command->add_option("--schedule", arguments->schedule,
                      "Only then, e.g. \"daily 02:00-03:00 Europe/Berlin\"");
  command->add_option("--expires", arguments->expires, "After so long, or at an ISO time");
  command->add_option("--owner", arguments->owner, "Who answers for it; default the key's name");
  command->add_option("--reason", arguments->reason, "Why it is expected");
  command->add_flag("--json", arguments->json, "As JSON");
  add_connection_options(*command, arguments->connection);
}

}  // namespace

void add_exception_command(CLI::App& app, ExitCode& exit_code) {
  auto arguments = std::make_shared<ExceptionArguments>();
  CLI::App* exception = app.add_subcommand("exception", "What is expected and opens no alert");
  exception->require_subcommand(1);
  exception->footer(
      "Example: tocsin exception preview --alert 3fa2b1\n         tocsin exception add --alert "
      "3fa2b1 --reason 'our scanner' --expires 14d");

  CLI::App* list_command = exception->add_subcommand("list", "All, with what they silenced");
  list_command->add_flag("--json", arguments->json, "One JSON object an exception");
  add_connection_options(*list_command, arguments->connection);
  list_command->callback([arguments, &exit_code] { exit_code.finish(list(*arguments)); });

  CLI::App* preview_command =
      exception->add_subcommand("preview", "Which past alerts it would have silenced");
  add_spec_options(preview_command, arguments);
  preview_command->callback([arguments, &exit_code] { exit_code.finish(preview(*arguments)); });

  CLI::App* add_command = exception->add_subcommand("add", "Silence what is expected");
  add_spec_options(add_command, arguments);
  add_command->callback([arguments, &exit_code] { exit_code.finish(add(*arguments)); });

  CLI::App* show_command = exception->add_subcommand("show", "One, with what it silenced");
  show_command->add_option("id", arguments->id, "Its id")->required();
  show_command->add_flag("--json", arguments->json, "As JSON");
  add_connection_options(*show_command, arguments->connection);
  show_command->callback([arguments, &exit_code] { exit_code.finish(show(*arguments)); });

  CLI::App* end_command = exception->add_subcommand("end", "End one now");
  end_command->add_option("id", arguments->id, "Its id")->required();
  add_connection_options(*end_command, arguments->connection);
  end_command->callback([arguments, &exit_code] { exit_code.finish(end(*arguments)); });
}

}  // namespace tocsin
