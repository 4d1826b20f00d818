#include "api/backtest_resource.h"

#include <algorithm>
#include <utility>

#include "api/paced_stream.h"
#include "api/parameters.h"
#include "api/problem.h"
#include "base/fail.h"
#include "base/json_writer.h"
#include "base/text.h"
#include "base/time_text.h"

namespace tocsin {
namespace {

constexpr std::string_view kLines = "application/x-ndjson";
constexpr std::size_t kRefusalsTold = 10;
constexpr Span kProgressEvery = span_ms(200);

void write_days(JsonWriter& json, const std::vector<DayTally>& days) {
  json.key("days").begin_array();
  for (const DayTally& day : days) {
    json.begin_object();
    json.member("day", iso_time(day.day).substr(0, 10));
    json.member("findings", day.findings);
    json.member("events", day.events);
    json.end_object();
  }
  json.end_array();
}

void write_keys(JsonWriter& json, const std::vector<KeyTally>& keys) {
  json.key("keys").begin_array();
  for (const KeyTally& tally : keys) {
    json.begin_object();
    json.key("key").begin_array();
    for (const KeyPart& part : tally.key) {
      json.begin_object().member("field", part.field).member("value", part.value).end_object();
    }
    json.end_array();
    json.member("findings", tally.findings);
    json.member("events", tally.events);
    json.member("first", iso_time(tally.first));
    json.member("last", iso_time(tally.last));
    json.member("seq", tally.seq.value);
    json.member("sentence", tally.sentence);
    json.end_object();
  }
  json.end_array();
}

void write_report(JsonWriter& json, const BacktestReport& report, const BacktestRequest& request,
                  const std::vector<std::string>& titles) {
  json.begin_object();
  json.key("rules").begin_array();
  for (const std::string& title : titles) {
    json.value(title);
  }
  json.end_array();
  json.member("from", iso_time(request.from));
  json.member("to", iso_time(request.until));
  json.member("events_stored", report.stored);
  json.member("events_matched_against", report.candidates);
  json.member("narrowed_by_index", report.narrowed);
  json.member("findings", report.findings);
  json.member("events", report.events);
  json.member("alerts", report.alerts);
  json.member("keys_cut", report.keys_cut);
  write_days(json, report.days);
  write_keys(json, report.top);
  json.member("took_ms", static_cast<double>(report.took.value) / kMicrosPerMilli);
  json.end_object();
}

bool is_asked_for(const RuleInfo& info, std::string_view rule) {
  return info.id == rule || equals_ignore_case(info.title, rule);
}

}  // namespace

// The one place for a backtest, free again before its answer is out.
class BacktestResource::Place {
 public:
  explicit Place(std::atomic<bool>& busy) : busy_(busy), taken_(!busy.exchange(true)) {}
  ~Place() { leave(); }
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;

  bool taken() const { return taken_; }
  void leave() {
    if (std::exchange(taken_, false)) {
      busy_ = false;
    }
  }

 private:
  std::atomic<bool>& busy_;
  bool taken_;
};

Result<BacktestResource::Wanted> BacktestResource::read(const HttpRequest& request) {
  TRY_ASSIGN(const Parameters given,
             Parameters::of_json(request.body, {"rule", "text", "from", "to", "keys", "format"}));
  Wanted wanted;
  const Micros now = clock_.now();
  TRY_ASSIGN(const auto from, given.time("from", now));
  TRY_ASSIGN(const auto until, given.time("to", now));
  wanted.request.until = until.value_or(now);
  wanted.request.from = from.value_or(wanted.request.until - kSinceDefault);
  TRY_ASSIGN(const auto keys, given.number("keys", 1, 1'000));
  wanted.request.keys_max = keys.value_or(20);
  TRY_ASSIGN(const auto format, given.text("format"));
  if (format && *format != "json" && *format != "ndjson") {
    return fail(ErrorCode::kInvalid, "format is neither json nor ndjson: {}",
                format->substr(0, 32));
  }
  wanted.lines =
      format ? *format == "ndjson" : contains_ignore_case(request.header("Accept"), kLines);
  TRY_ASSIGN(const auto rule, given.text("rule"));
  TRY_ASSIGN(const auto text, given.text("text"));
  if (rule.has_value() == text.has_value()) {
    return fail(ErrorCode::kInvalid,
                "give either rule (the id or title of a rule in force) or text (YAML)");
  }
  TRY(rule ? choose_in_force(*rule, wanted) : choose_trial(*text, wanted));
  return wanted;
}

Status BacktestResource::choose_in_force(std::string_view rule, Wanted& wanted) {
  wanted.request.rules = of_.rules.compiled();
  const RuleSet& rules = *wanted.request.rules->rule_set();
  const auto look_at = [&](const RuleInfo& info) {
    if (is_asked_for(info, rule)) {
      wanted.request.wanted.push_back(info.id);
      wanted.titles.push_back(info.title);
    }
  };
  for (const Rule& each : rules.rules()) {
    look_at(*each.info);
  }
  for (const sigma::Correlation& each : rules.correlations()) {
    look_at(*each.info);
  }
  if (wanted.titles.empty()) {
    return fail(ErrorCode::kNotFound, "no rule in force has the id or title {}",
                rule.substr(0, 200));
  }
  return {};
}

Status BacktestResource::choose_trial(std::string_view text, Wanted& wanted) {
  TRY_ASSIGN(const TrialRules trial, of_.rules.try_out(text));
  wanted.request.rules = trial.rules;
  std::string refusals;
  std::size_t told = 0;
  for (const LoadIssue& issue : trial.report.issues) {
    if (issue.refused && issue.file == kTrialFile && told++ < kRefusalsTold) {
      refusals += fmt::format("{}{}:{}: {}", refusals.empty() ? "" : "\n", issue.line, issue.column,
                              issue.reason);
    }
  }
  if (!refusals.empty()) {
    return fail(ErrorCode::kInvalid, "{}", refusals);
  }
  const auto look_at = [&](const RuleInfo& info, bool silent) {
    if (info.file == kTrialFile && !silent) {
      wanted.request.wanted.push_back(info.id);
      wanted.titles.push_back(info.title);
    }
  };
  const RuleSet& rules = *trial.rules->rule_set();
  for (const Rule& rule : rules.rules()) {
    look_at(*rule.info, rule.silent);
  }
  for (const sigma::Correlation& correlation : rules.correlations()) {
    look_at(*correlation.info, correlation.silent);
  }
  if (wanted.titles.empty()) {
    return fail(ErrorCode::kInvalid, "the text has no rule that finds anything by itself");
  }
  return {};
}

Result<BacktestReport> BacktestResource::run(
    const Wanted& wanted, const Cancel& cancel,
    const std::function<Status(const BacktestProgress&)>& on_progress) {
  const BacktestParts parts{of_.events,   of_.journal, of_.fields,
                            of_.datasets, clock_,      of_.make_decode()};
  return run_backtest(parts, wanted.request, on_progress, cancel);
}

Result<BacktestReport> BacktestResource::look_back(std::string_view rule, BacktestRequest request,
                                                   const Cancel& cancel) {
  const Place place(busy_);
  if (!place.taken()) {
    return fail(ErrorCode::kExhausted, "a backtest is under way: try again when it is done");
  }
  Wanted wanted;
  wanted.request = std::move(request);
  TRY(choose_in_force(rule, wanted));
  return run(wanted, cancel, [](const BacktestProgress&) { return Status(); });
}

void BacktestResource::take(Call call) {
  Place place(busy_);
  if (!place.taken()) {
    call.refuse(Error(ErrorCode::kExhausted, "another backtest is under way"));
    return;
  }
  const Result<Wanted> wanted = read(call.request);
  if (!wanted) {
    place.leave();
    call.refuse(wanted.error());
  } else if (wanted->lines) {
    send_lines(std::move(call), *wanted, place);
  } else {
    send_document(std::move(call), *wanted, place);
  }
}

void BacktestResource::send_document(Call call, const Wanted& wanted, Place& place) {
  Cancel cancel;
  const Result<BacktestReport> report = [&] {
    const CancelWatch::Watched watched(watch_, cancel,
                                       [&call] { return call.responder.abandoned(); });
    return run(wanted, cancel, [](const BacktestProgress&) { return Status(); });
  }();
  place.leave();
  if (!report) {
    call.refuse(report.error());
    return;
  }
  JsonWriter json;
  write_report(json, *report, wanted.request, wanted.titles);
  call.answer(HttpResponse::json(200, json.take()));
}

void BacktestResource::send_lines(Call call, const Wanted& wanted, Place& place) {
  Cancel cancel;
  const std::shared_ptr<EventStream> stream = call.start_stream(kLines);
  PacedStream lines(*stream, cancel);
  Span told(0);
  const Result<BacktestReport> report = [&] {
    const CancelWatch::Watched watched(watch_, cancel, [&stream] { return stream->closed(); });
    return run(wanted, cancel, [&](const BacktestProgress& progress) -> Status {
      const Span now = clock_.since_boot();
      if (now.value - told.value < kProgressEvery.value) {
        return {};
      }
      told = now;
      JsonWriter json;
      json.begin_object().key("progress").begin_object();
      json.member("done", progress.done).member("of", progress.of).end_object().end_object();
      return lines.write(json.take() + "\n");
    });
  }();
  place.leave();
  JsonWriter json;
  json.begin_object();
  if (report) {
    json.key("report");
    write_report(json, *report, wanted.request, wanted.titles);
  } else {
    const ErrorCode code = report.error().code();
    json.key("_problem").begin_object();
    write_problem(json, status_of(code), error_code_name(code), report.error().full_text(),
                  call.request_id);
    json.end_object();
  }
  json.end_object();
  static_cast<void>(lines.write(json.take() + "\n"));
  stream->finish();
}

}  // namespace tocsin
