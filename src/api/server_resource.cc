#include "api/server_resource.h"

#include "api/openapi.h"
#include "base/check.h"
#include "base/json_writer.h"
#include "base/time_text.h"

namespace tocsin {
namespace {

bool healthy(const VitalSigns& signs) {
  return signs.accepting && signs.problems.empty();
}

std::string_view status_word(const VitalSigns& signs) {
  return healthy(signs) ? "ok" : "degraded";
}

std::uint64_t behind(Seq end, Seq stage_end) {
  return stage_end < end ? end.value - stage_end.value : 0;
}

}  // namespace

Result<HttpResponse> ServerResource::alive(const Call& call) {
  static_cast<void>(call);
  const VitalSigns signs = parts_.vitals.signs();
  JsonWriter json;
  json.begin_object().member("status", status_word(signs)).end_object();
  // Degraded but taking records is alive: a restart would not help.
  return HttpResponse::json(signs.accepting ? 200 : 503, json.take());
}

Result<HttpResponse> ServerResource::health(const Call& call) {
  static_cast<void>(call);
  const VitalSigns signs = parts_.vitals.signs();
  const StoreStats stats = parts_.events.stats();
  const Seq end = parts_.journal.end();
  JsonWriter json;
  json.begin_object();
  json.member("status", status_word(signs));
  json.member("accepting", signs.accepting);
  json.key("problems").begin_array();
  for (const std::string& problem : signs.problems) {
    json.value(problem);
  }
  json.end_array();
  json.member("version", version_);
  json.member("started", iso_time(signs.started));
  json.member("now", iso_time(parts_.clock.now()));
  json.key("lag_records").begin_object();
  json.member("matched", behind(end, signs.decoded_end));
  json.member("searchable", behind(end, signs.indexed_end));
  json.member("alerted", behind(end, signs.alerted_end));
  json.end_object();
  json.key("journal").begin_object();
  json.member("first_seq", parts_.journal.begin().value);
  json.member("next_seq", end.value);
  json.member("bytes", parts_.journal.stored_bytes());
  json.end_object();
  json.key("index").begin_object();
  json.member("events", stats.rows);
  json.member("unsealed_events", stats.hot_rows);
  json.member("memory_bytes", stats.hot_bytes);
  json.member("disk_bytes", stats.disk_bytes);
  json.member("segments", stats.segments);
  json.member("damaged_segments", stats.damaged);
  json.end_object();
  json.member("disk_free_bytes", signs.disk_free_bytes);
  json.member("bugs_seen", bugs_seen());
  json.end_object();
  return HttpResponse::json(200, json.take());
}

Result<HttpResponse> ServerResource::metrics(const Call& call) {
  static_cast<void>(call);
  return HttpResponse::bytes(200, "text/plain; version=0.0.4; charset=utf-8",
                             parts_.metrics.text());
}

Result<HttpResponse> ServerResource::openapi(const Call& call) {
  static_cast<void>(call);
  return HttpResponse::json(200, std::string(openapi_document()));
}

}  // namespace tocsin
