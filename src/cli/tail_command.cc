#include "cli/tail_command.h"

#include <cstdio>
#include <memory>
#include <string>

#include <fmt/format.h>
#include <simdjson.h>

#include "base/fail.h"
#include "cli/connection.h"
#include "cli/event_line.h"
#include "cli/line_pieces.h"
#include "cli/terminal.h"

namespace tocsin {
namespace {

struct TailArguments {
  ConnectionOptions connection;
  std::string query;
  bool json = false;
};

// Reads server-sent events: blocks of "event: NAME" and "data: JSON" lines, ended by an empty line.
class TailPrinter {
 public:
  explicit TailPrinter(bool as_json) : as_json_(as_json) {}

  bool take(std::string_view bytes) {
    lines_.take(bytes, [this](std::string_view text) { line(text); });
    std::fflush(stdout);
    return problem_.empty();
  }

  Status result() const {
    return problem_.empty() ? Status{} : Status(Error(ErrorCode::kUnavailable, problem_));
  }

 private:
  void line(std::string_view text) {
    if (text.starts_with("event: ")) {
      event_ = text.substr(7);
    } else if (text.starts_with("data: ")) {
      data(text.substr(6));
    } else if (text.empty()) {
      event_.clear();
    }
  }

  void data(std::string_view json) {
    simdjson::dom::object object;
    if (parser_.parse(simdjson::padded_string(json)).get(object) != simdjson::SUCCESS) {
      return;
    }
    if (event_ == "row") {
      fmt::print("{}\n", as_json_ ? std::string(json) : event_line(object));
    } else if (event_ == "sample") {
      fmt::print(stderr, "… showing {} of {}\n", member_or<std::uint64_t>(object, "shown", 0),
                 member_or<std::uint64_t>(object, "of", 0));
    } else if (event_ == "problem") {
      problem_ = member_or<std::string_view>(object, "detail", "the tail ended");
    }
  }

  const bool as_json_;
  simdjson::dom::parser parser_;
  LinePieces lines_;
  std::string event_;
  std::string problem_;
};

Status run(const TailArguments& arguments) {
  TRY_ASSIGN(Connection connection, Connection::find(arguments.connection));
  TailPrinter printer(arguments.json);
  TRY(connection.stream("/api/v1/events/tail" + url_query({{"q", arguments.query}}),
                        [&printer](std::string_view bytes) { return printer.take(bytes); }));
  return printer.result();
}

}  // namespace

void add_tail_command(CLI::App& app, ExitCode& exit_code) {
  auto arguments = std::make_shared<TailArguments>();
  CLI::App* command = app.add_subcommand("tail", "Show events as they arrive, until Ctrl-C");
  command->add_option("query", arguments->query, "Only events that match");
  command->add_flag("--json", arguments->json, "One JSON object an event");
  add_connection_options(*command, arguments->connection);
  command->footer("Example: tocsin tail 'event.category:authentication and event.outcome:failure'");
  command->callback([arguments, &exit_code] { exit_code.finish(run(*arguments)); });
}

}  // namespace tocsin
