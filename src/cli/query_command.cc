#include "cli/query_command.h"

#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <simdjson.h>

#include "base/fail.h"
#include "base/json_writer.h"
#include "cli/event_line.h"
#include "cli/line_pieces.h"
#include "cli/server_access.h"
#include "cli/terminal.h"

namespace tocsin {
namespace {

struct QueryArguments {
  ConnectionOptions connection;
  std::string query;
  std::string sql;
  std::string from;
  std::string to;
  std::uint64_t limit = 100;
  bool json = false;
};

// Takes the answer's lines as they come; rows are printed at once, a table at the end.
class RowPrinter {
 public:
  explicit RowPrinter(bool as_json) : as_json_(as_json) {}

  bool take(std::string_view bytes) {
    lines_.take(bytes, [this](std::string_view text) { line(text); });
    return true;
  }

  Status finish() {
    if (!problem_.empty()) {
      return Error(ErrorCode::kUnavailable, problem_);
    }
    if (table_ != nullptr && !as_json_) {
      fmt::print("{}", table_->render(terminal_width()));
    }
    for (const std::string& warning : warnings_) {
      fmt::print(stderr, "note: {}\n", terminal_text(warning));
    }
    if (!as_json_ && stdout_is_terminal()) {
      fmt::print(stderr, "{}\n", summary_);
    }
    return {};
  }

 private:
  void line(std::string_view text) {
    simdjson::dom::object row;
    if (parser_.parse(simdjson::padded_string(text)).get(row) != simdjson::SUCCESS) {
      return;
    }
    simdjson::dom::object special;
    if (row["_outcome"].get(special) == simdjson::SUCCESS) {
      outcome(special);
    } else if (row["_problem"].get(special) == simdjson::SUCCESS) {
      problem_ = member_or<std::string_view>(special, "detail", "the search failed");
    } else if (as_json_) {
      fmt::print("{}\n", text);
    } else {
      print(row);
    }
  }

  void outcome(simdjson::dom::object outcome) {
    const auto took_ms = member_or<double>(outcome, "took_ms", 0);
    const auto rows = member_or<std::uint64_t>(outcome, "rows", 0);
    const bool more = member_or<bool>(outcome, "more", false);
    summary_ = fmt::format("{} row{}{} in {:.1f} ms", rows, rows == 1 ? "" : "s",
                           more ? " (there are more: raise --limit)" : "", took_ms);
    simdjson::dom::array warnings;
    if (outcome["warnings"].get(warnings) == simdjson::SUCCESS) {
      for (const simdjson::dom::element warning : warnings) {
        warnings_.push_back(cell_text(warning));
      }
    }
  }

  void print(simdjson::dom::object row) {
    simdjson::dom::element seq;
    if (row["_seq"].get(seq) == simdjson::SUCCESS) {
      fmt::print("{}\n", event_line(row));
      return;
    }
    std::vector<std::string> names;
    std::vector<std::string> cells;
    for (const auto [name, value] : row) {
      names.push_back(terminal_text(name));
      cells.push_back(cell_text(value));
    }
    if (table_ == nullptr) {
      table_ = std::make_unique<TextTable>(std::move(names));
    }
    table_->add(std::move(cells));
  }

  const bool as_json_;
  simdjson::dom::parser parser_;
  LinePieces lines_;
  std::string problem_;
  std::string summary_;
  std::vector<std::string> warnings_;
  std::unique_ptr<TextTable> table_;
};

std::string body_of(const QueryArguments& arguments) {
  JsonWriter json;
  json.begin_object();
  if (arguments.sql.empty()) {
    json.member("query", arguments.query);
  } else {
    json.member("sql", arguments.sql);
  }
  if (!arguments.from.empty()) {
    json.member("from", arguments.from);
  }
  if (!arguments.to.empty()) {
    json.member("to", arguments.to);
  }
  json.member("limit", arguments.limit).member("format", "ndjson").end_object();
  return json.take();
}

Status run(const QueryArguments& arguments) {
  TRY_ASSIGN(ServerAccess access, ServerAccess::open(arguments.connection));
  RowPrinter printer(arguments.json);
  TRY(access.connection().post_stream(
      "/api/v1/events/search", body_of(arguments),
      [&printer](std::string_view bytes) { return printer.take(bytes); }));
  return printer.finish();
}

}  // namespace

void add_query_command(CLI::App& app, ExitCode& exit_code) {
  auto arguments = std::make_shared<QueryArguments>();
  CLI::App* command = app.add_subcommand("query", "Search events (KQL and pipes; docs/query.md)");
  command->add_option("query", arguments->query, "Empty: the newest events");
  command->add_option("--sql", arguments->sql, "Read-only SQL instead, over a view per dataset");
  command->add_option("--from", arguments->from, "Time, or a span back from now: 15m, 24h");
  command->add_option("--to", arguments->to, "Time, or a span back from now");
  command->add_option("--limit", arguments->limit, "Rows at most")->check(CLI::Range(1, 100'000));
  command->add_flag("--json", arguments->json, "One JSON object a row");
  add_connection_options(*command, arguments->connection);
  command->footer(
      "Example: tocsin query 'event.outcome:failure | stats count by source.ip | sort -count | "
      "head 10'");
  command->callback([arguments, &exit_code] { exit_code.finish(run(*arguments)); });
}

}  // namespace tocsin
