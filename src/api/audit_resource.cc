#include "api/audit_resource.h"

#include <array>

#include <simdjson.h>

#include "api/parameters.h"
#include "api/row_sinks.h"
#include "api/seq_query.h"
#include "base/fail.h"
#include "base/json_writer.h"
#include "respond/audit.h"

namespace tocsin {
namespace {

constexpr std::uint64_t kPageDefault = 100;
constexpr std::uint64_t kPageMax = 1'000;

// field:"value" with what the language would read as its own escaped.
std::string term(std::string_view field, std::string_view value) {
  std::string text(field);
  text += ":\"";
  for (const char c : value) {
    if (c == '"' || c == '\\') {
      text += '\\';
    }
    text += c;
  }
  return text + "\"";
}

struct Row {
  explicit Row(const simdjson::dom::object& of) : event(of) {}
  // The first that the event has; empty when it has none.
  std::string_view text(std::initializer_list<std::string_view> names) const {
    for (const std::string_view name : names) {
      std::string_view value;
      if (event.at_key(name).get(value) == simdjson::SUCCESS) {
        return value;
      }
    }
    return {};
  }
  std::uint64_t number(std::string_view name) const {
    std::uint64_t value = 0;
    return event.at_key(name).get(value) == simdjson::SUCCESS ? value : 0;
  }
  simdjson::dom::object event;
};

void write_entry(JsonWriter& json, const Row& row) {
  json.begin_object().member("seq", row.number("_seq"));
  json.member("at", row.text({"@timestamp"}));
  json.member("who", row.text({"tocsin.actor", "user.name"}));
  json.member("action", row.text({"event.action"}));
  const std::string_view outcome = row.text({"event.outcome"});
  json.member("outcome", outcome.empty() ? "success" : outcome);
  json.member("target", row.text({"tocsin.target", "tocsin.decision.value", "user.name"}));
  json.member("detail", row.text({"message"}));
  json.member("query", row.text({"tocsin.query"}));
  json.member("peer", row.text({"tocsin.request.peer", "source.ip"}));
  json.member("status", row.number("http.response.status_code"));
  json.member("repeats", row.number("tocsin.repeats"));
  json.end_object();
}

}  // namespace

Result<HttpResponse> AuditResource::list(const Call& call) {
  TRY_ASSIGN(
      const Parameters given,
      Parameters::of_query(call.request, {"from", "to", "who", "action", "limit", "cursor"}));
  std::string text = fmt::format("event.dataset:(\"{}\" or \"{}\")", kAuditDataset, kReadsDataset);
  for (const auto& [name, field] :
       {std::pair("who", "tocsin.actor"), std::pair("action", "event.action")}) {
    const Result<std::optional<std::string>> wanted = given.text(name);
    if (!wanted) {
      return wanted.error();
    }
    if (*wanted && !(*wanted)->empty()) {
      text += " and " + term(field, **wanted);
    }
  }
  QueryRequest request;
  request.now = clock_.now();
  TRY_ASSIGN(request.from, given.time("from", request.now));
  TRY_ASSIGN(request.until, given.time("to", request.now));
  TRY_ASSIGN(const auto limit, given.number("limit", 1, kPageMax));
  request.rows_max = limit.value_or(kPageDefault);
  TRY_ASSIGN(const auto cursor, given.number("cursor", 0, INT64_MAX));
  TRY_ASSIGN(const Query query, query_of_seqs(text, Seq(0), Seq(cursor.value_or(INT64_MAX))));
  TextRows rows;
  const Cancel never;
  TRY_ASSIGN(const QueryOutcome outcome, run_query(events_, query, request, rows, never));
  JsonWriter json;
  json.begin_object().key("entries").begin_array();
  simdjson::dom::parser parser;
  std::uint64_t last = 0;
  for (const std::string& line : rows.rows()) {
    simdjson::dom::element event;
    simdjson::dom::object members;
    if (parser.parse(line).get(event) != simdjson::SUCCESS ||
        event.get(members) != simdjson::SUCCESS) {
      return fail(ErrorCode::kInternal, "an event is not JSON");
    }
    const Row row(members);
    last = row.number("_seq");
    write_entry(json, row);
  }
  json.end_array().key("next");
  if (outcome.more) {
    json.value(fmt::format("{}", last));
  } else {
    json.null();
  }
  return HttpResponse::json(200, json.end_object().take());
}

}  // namespace tocsin
