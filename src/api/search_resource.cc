#include "api/search_resource.h"

#include <algorithm>

#include "api/parameters.h"
#include "api/problem.h"
#include "api/row_sinks.h"
#include "base/fail.h"
#include "base/json_writer.h"
#include "base/text.h"

namespace tocsin {
namespace {

constexpr std::string_view kLines = "application/x-ndjson";
// A panel of a long range changes slowly: its answer may be older than that of a short one.
constexpr Span kFreshMin = span_s(1);
constexpr Span kFreshMax = span_s(20);
constexpr std::int64_t kFreshShare = 1'000;  // of the range

void write_outcome(JsonWriter& json, const QueryOutcome& outcome, Span took) {
  json.begin_object();
  json.member("rows", outcome.rows);
  json.member("more", outcome.more);
  json.member("events", outcome.events);
  json.member("took_ms", static_cast<double>(took.value) / static_cast<double>(kMicrosPerMilli));
  json.member("parts_read", outcome.parts_read);
  json.member("parts_skipped", outcome.parts_skipped);
  json.key("warnings").begin_array();
  for (const std::string& warning : outcome.warnings) {
    json.value(warning);
  }
  json.end_array().end_object();
}

Span freshness(const QueryRequest& request) {
  if (!request.from) {
    return kFreshMax;
  }
  const std::int64_t range = (request.until.value_or(request.now) - *request.from).value;
  return Span(std::clamp(range / kFreshShare, kFreshMin.value, kFreshMax.value));
}

HttpResponse cached_response(const AnswerCache::Answer& answer, std::string_view how) {
  HttpResponse response = HttpResponse::json(200, "");
  response.shared_body = answer.body;
  response.with("Age", fmt::format("{}", answer.age.value / kMicrosPerSecond));
  response.with("X-Tocsin-Cache", how);
  return response;
}

}  // namespace

Result<SearchResource::Search> SearchResource::read(const HttpRequest& request,
                                                    bool is_post) const {
  const std::initializer_list<std::string_view> names = {
      "query", "q", "sql", "from", "to", "limit", "format", "timeout_ms", "cache"};
  TRY_ASSIGN(const Parameters given, is_post ? Parameters::of_json(request.body, names)
                                             : Parameters::of_query(request, names));
  Search wanted;
  TRY_ASSIGN(const std::optional<std::string> query, given.text("query"));
  TRY_ASSIGN(const std::optional<std::string> short_query, given.text("q"));
  TRY_ASSIGN(wanted.sql, given.text("sql"));
  wanted.query = query.value_or(short_query.value_or(""));
  if (wanted.sql && !wanted.query.empty()) {
    return fail(ErrorCode::kInvalid, "give either query or sql");
  }
  QueryRequest& to = wanted.request;
  to.now = clock_.now();
  TRY_ASSIGN(to.from, given.time("from", to.now));
  TRY_ASSIGN(to.until, given.time("to", to.now));
  if (wanted.sql && (to.from || to.until)) {
    return fail(ErrorCode::kInvalid, "sql says its own time range: leave from and to out");
  }
  TRY_ASSIGN(const auto limit, given.number("limit", 1, limits_.rows_max));
  to.rows_max = limit.value_or(kRowsDefault);
  const auto time_max_ms = static_cast<std::uint64_t>(limits_.time_max.value / kMicrosPerMilli);
  TRY_ASSIGN(const auto timeout_ms, given.number("timeout_ms", 1, time_max_ms));
  to.limits.time = span_ms(static_cast<std::int64_t>(timeout_ms.value_or(time_max_ms)));
  to.limits.rows_max = limits_.rows_max + 1;
  TRY_ASSIGN(const std::optional<std::string> format, given.text("format"));
  if (format && *format != "json" && *format != "ndjson") {
    return fail(ErrorCode::kInvalid, "format is neither json nor ndjson: {}",
                format->substr(0, 32));
  }
  TRY_ASSIGN(const std::optional<bool> cache, given.flag("cache"));
  wanted.cache = cache.value_or(false);
  if (wanted.cache) {
    TRY_ASSIGN(const std::optional<std::string> from, given.text("from"));
    TRY_ASSIGN(const std::optional<std::string> until, given.text("to"));
    wanted.range_key = fmt::format("{}\x1f{}", from.value_or(""), until.value_or(""));
  }
  wanted.lines =
      format ? *format == "ndjson" : contains_ignore_case(request.header("Accept"), kLines);
  return wanted;
}

void SearchResource::get(Call call) {
  run(std::move(call), false);
}
void SearchResource::post(Call call) {
  run(std::move(call), true);
}

void SearchResource::run(Call call, bool is_post) {
  const Result<Search> wanted = read(call.request, is_post);
  if (!wanted) {
    call.refuse(wanted.error());
    return;
  }
  if (wanted->lines) {
    send_lines(std::move(call), *wanted);
  } else if (wanted->cache && !wanted->sql) {
    send_cached(std::move(call), *wanted);
  } else {
    send_document(std::move(call), *wanted);
  }
}

Result<QueryOutcome> SearchResource::search(const Search& wanted, RowSink& sink,
                                            const Cancel& cancel) {
  if (wanted.sql) {
    FirstRows first(sink, wanted.request.rows_max);
    const Result<RunStats> stats =
        events_.run_sandboxed(*wanted.sql, wanted.request.limits, first, cancel);
    if (!stats && !first.cut()) {
      return stats.error();
    }
    QueryOutcome outcome;
    outcome.rows = first.rows();
    outcome.more = first.cut();
    return outcome;
  }
  TRY_ASSIGN(const Query query, parse_query(wanted.query));
  return run_query(events_, query, wanted.request, sink, cancel);
}

Result<std::string> SearchResource::document(const Search& wanted,
                                             const std::function<bool()>& gone) {
  Cancel cancel;
  DocumentRows rows(limits_.document_bytes_max);
  const Span begun = clock_.since_boot();
  const Result<QueryOutcome> outcome = [&] {
    const CancelWatch::Watched watched(watch_, cancel, gone);
    return search(wanted, rows, cancel);
  }();
  if (!outcome) {
    return outcome.error();
  }
  JsonWriter& json = rows.finish();
  json.key("outcome");
  write_outcome(json, *outcome, Span(clock_.since_boot().value - begun.value));
  json.end_object();
  return json.take();
}

void SearchResource::send_document(Call call, const Search& wanted) {
  Result<std::string> made = document(wanted, [&call] { return call.responder.abandoned(); });
  if (made) {
    call.answer(HttpResponse::json(200, std::move(*made)));
  } else {
    call.refuse(made.error());
  }
}

// The search runs on for those who wait when the one who asked first has gone.
void SearchResource::send_cached(Call call, const Search& wanted) {
  const std::string key =
      fmt::format("{}\x1f{}\x1f{}", wanted.query, wanted.range_key, wanted.request.rows_max);
  AnswerCache::Answer kept;
  const auto wait = [&call]() -> AnswerCache::Waiter {
    return [held = std::make_shared<Call>(std::move(call))](
               const Result<AnswerCache::Answer>& answer) {
      if (answer) {
        held->answer(cached_response(*answer, "shared"));
      } else {
        held->refuse(answer.error());
      }
    };
  };
  switch (cache_.ask(key, freshness(wanted.request), kept, wait)) {
    case AnswerCache::Turn::kKept:
      call.answer(cached_response(kept, "hit"));
      return;
    case AnswerCache::Turn::kWaits:
      return;
    case AnswerCache::Turn::kWorks:
      break;
  }
  Result<std::string> made =
      document(wanted, [&] { return call.responder.abandoned() && !cache_.is_awaited(key); });
  if (!made) {
    cache_.settle(key, made.error());
    call.refuse(made.error());
    return;
  }
  const auto body = std::make_shared<const std::string>(std::move(*made));
  cache_.settle(key, body);
  call.answer(cached_response({body, Span(0)}, "miss"));
}

void SearchResource::send_lines(Call call, const Search& wanted) {
  // What is wrong with the text itself is said with a status, before the stream begins.
  if (!wanted.sql) {
    if (const Result<Query> parsed = parse_query(wanted.query); !parsed) {
      call.refuse(parsed.error());
      return;
    }
  }
  Cancel cancel;
  const std::shared_ptr<EventStream> stream = call.start_stream(kLines);
  LineRows rows(*stream, cancel);
  const Span begun = clock_.since_boot();
  Result<QueryOutcome> outcome = [&] {
    const CancelWatch::Watched watched(watch_, cancel, [&stream] { return stream->closed(); });
    return search(wanted, rows, cancel);
  }();
  JsonWriter json;
  json.begin_object();
  if (const Status flushed = rows.flush(); !flushed) {
    return;
  }
  if (outcome) {
    json.key("_outcome");
    write_outcome(json, *outcome, Span(clock_.since_boot().value - begun.value));
  } else {
    json.key("_problem").begin_object();
    write_problem(json, status_of(outcome.error().code()), error_code_name(outcome.error().code()),
                  outcome.error().full_text(), call.request_id);
    json.end_object();
  }
  json.end_object();
  stream->write(json.take() + "\n");
  stream->finish();
}

}  // namespace tocsin
