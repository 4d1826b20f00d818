#include "api/monitors_resource.h"

#include <algorithm>

#include "api/parameters.h"
#include "base/fail.h"
#include "base/json_writer.h"
#include "base/time_text.h"
#include "model/baseline_json.h"

namespace tocsin {
namespace {

constexpr std::size_t kKnownDefault = 20;
constexpr std::size_t kKnownMax = 1'000;
constexpr Span kTrainDefault = span_s(30 * 86'400);
constexpr Span kTrainMax = span_s(3'650LL * 86'400);

void write_time(JsonWriter& json, std::string_view name, Micros time) {
  json.key(name);
  if (time == Micros(0)) {
    json.null();
  } else {
    json.value(iso_time(time));
  }
}

void write_members(JsonWriter& json, const MonitorSummary& monitor) {
  json.member("id", monitor.info->id);
  json.member("name", monitor.name);
  json.member("title", monitor.info->title);
  json.member("description", monitor.info->description);
  json.member("level", level_name(monitor.info->level));
  json.member("model", sigma::monitor_model_name(monitor.model));
  json.member("file", monitor.info->file);
  json.member("version", monitor.info->version);
  json.member("keys", std::uint64_t{monitor.keys});
  json.member("evicted", monitor.evicted);
  json.member("events", monitor.events);
  json.member("findings", monitor.findings);
  write_time(json, "first", monitor.first);
  write_time(json, "last", monitor.last);
}

void write_training(JsonWriter& json, const TrainingState& training) {
  json.begin_object();
  json.member("running", training.running);
  write_time(json, "started", training.started);
  write_time(json, "finished", training.finished);
  json.member("records", training.records);
  json.member("records_total", training.records_total);
  json.member("error", training.error);
  json.end_object();
}

void write_key(JsonWriter& json, const KeyKnowledge& known) {
  json.begin_object().key("key").begin_array();
  for (const KeyPart& part : known.key) {
    json.begin_object().member("field", part.field).member("value", part.value).end_object();
  }
  json.end_array();
  json.member("events", known.events);
  write_time(json, "first", known.first);
  write_time(json, "last", known.last);
  json.member("learning", known.learning);
  json.member("sentence", known.sentence);
  json.key("baseline");
  write_baseline(json, known.baseline);
  json.end_object();
}

}  // namespace

Result<HttpResponse> MonitorsResource::list(const Call& call) {
  TRY(Parameters::of_query(call.request, {}));
  JsonWriter json;
  json.begin_object().key("monitors").begin_array();
  for (const MonitorSummary& monitor : desk_.list()) {
    json.begin_object();
    write_members(json, monitor);
    json.end_object();
  }
  json.end_array().key("training");
  write_training(json, desk_.training());
  json.end_object();
  return HttpResponse::json(200, json.take());
}

Result<HttpResponse> MonitorsResource::get(const Call& call) {
  TRY_ASSIGN(const Parameters given, Parameters::of_query(call.request, {"key", "limit"}));
  TRY_ASSIGN(const std::optional<std::string> key, given.text("key"));
  TRY_ASSIGN(const auto limit, given.number("limit", 1, kKnownMax));
  const std::string& wanted = call.path_values[0];
  TRY_ASSIGN(const std::vector<KeyKnowledge> known,
             desk_.show(wanted, key.value_or(""), limit.value_or(kKnownDefault)));
  const std::vector<MonitorSummary> all = desk_.list();
  const auto found = std::ranges::find_if(all, [&wanted](const MonitorSummary& monitor) {
    return monitor.info->id == wanted || monitor.name == wanted || monitor.info->title == wanted;
  });
  if (found == all.end()) {
    return fail(ErrorCode::kNotFound, "there is no monitor \"{}\"", wanted);
  }
  JsonWriter json;
  json.begin_object();
  write_members(json, *found);
  json.key("known").begin_array();
  for (const KeyKnowledge& one : known) {
    write_key(json, one);
  }
  json.end_array().end_object();
  return HttpResponse::json(200, json.take());
}

Result<HttpResponse> MonitorsResource::train(const Call& call) {
  const std::string_view given_body = call.request.body;
  const std::string_view body = given_body.empty() ? std::string_view("{}") : given_body;
  TRY_ASSIGN(const Parameters given, Parameters::of_json(body, {"since"}));
  TRY_ASSIGN(const std::optional<std::string> text, given.text("since"));
  const std::optional<Span> since = text ? parse_span(*text) : kTrainDefault;
  if (!since || since->value <= 0 || *since > kTrainMax) {
    return fail(ErrorCode::kInvalid, "since is not a span such as 30d: {}",
                text.value_or("").substr(0, 32));
  }
  TRY(desk_.train(*since));
  JsonWriter json;
  write_training(json, desk_.training());
  return HttpResponse::json(202, json.take());
}

}  // namespace tocsin
