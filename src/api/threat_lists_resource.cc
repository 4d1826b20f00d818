#include "api/threat_lists_resource.h"

#include "api/parameters.h"
#include "base/fail.h"
#include "base/json_writer.h"
#include "base/time_text.h"

namespace tocsin {
namespace {

void write_time(JsonWriter& json, std::string_view name, Micros time) {
  json.key(name);
  if (time == Micros(0)) {
    json.null();
  } else {
    json.value(iso_time(time));
  }
}

void write_time(JsonWriter& json, std::string_view name, const std::optional<Micros>& time) {
  json.key(name);
  if (time) {
    json.value(iso_time(*time));
  } else {
    json.null();
  }
}

void write_retro(JsonWriter& json, const RetroProgress& retro) {
  json.key("retro_match").begin_object();
  json.member("waiting", retro.waiting);
  json.member("running", retro.running);
  json.member("new_entries", retro.entries);
  json.member("parts_done", retro.parts_done);
  json.member("parts", retro.parts);
  json.member("findings", retro.findings);
  json.member("left_out", retro.left_out);
  write_time(json, "finished", retro.finished);
  json.member("error", retro.error);
  json.end_object();
}

void write_list(JsonWriter& json, const ThreatListStatus& list) {
  json.begin_object();
  json.member("name", list.name);
  json.member("origin", list.origin);
  json.member("location", list.location);
  json.member("format", list.format);
  std::uint64_t all = 0;
  json.key("entries").begin_object();
  for (const auto& [kind, count] : list.entries) {
    json.member(kind, count);
    all += count;
  }
  json.end_object();
  json.member("entries_total", all);
  json.member("memory_bytes", list.memory_bytes);
  json.member("bad_entries", list.bad_entries);
  json.key("bad_samples").begin_array();
  for (const std::string& sample : list.bad_samples) {
    json.value(sample);
  }
  json.end_array();
  json.member("unsure_entries", list.unsure_entries);
  json.member("refreshing", list.refreshing);
  write_time(json, "fetched", list.fetched);
  write_time(json, "attempted", list.attempted);
  write_time(json, "next", list.next);
  json.member("failures", list.failures);
  json.member("error", list.error);
  write_retro(json, list.retro);
  json.end_object();
}

void write_lookup(JsonWriter& json, const ThreatLookup& found) {
  json.begin_object();
  json.member("list", found.list);
  json.member("kind", found.kind);
  json.member("indicator", found.indicator);
  json.member("confidence", found.confidence);
  write_time(json, "valid_from", found.from);
  write_time(json, "valid_until", found.until);
  json.member("valid", found.valid);
  json.member("label", found.label);
  json.member("reference", found.reference);
  json.end_object();
}

}  // namespace

Result<HttpResponse> ThreatListsResource::list(const Call& call) {
  TRY(Parameters::of_query(call.request, {}));
  JsonWriter json;
  json.begin_object().key("threat_lists").begin_array();
  for (const ThreatListStatus& list : desk_.lists()) {
    write_list(json, list);
  }
  json.end_array().end_object();
  return HttpResponse::json(200, json.take());
}

Result<HttpResponse> ThreatListsResource::lookup(const Call& call) {
  TRY_ASSIGN(const Parameters parameters, Parameters::of_query(call.request, {"value"}));
  TRY_ASSIGN(const std::optional<std::string> value, parameters.text("value"));
  if (!value || value->empty()) {
    return fail(ErrorCode::kInvalid,
                "value is needed: an address, domain, URL, hash or user agent");
  }
  TRY_ASSIGN(const std::vector<ThreatLookup> found, desk_.lookup(*value));
  JsonWriter json;
  json.begin_object().member("value", *value);
  json.key("found").begin_array();
  for (const ThreatLookup& one : found) {
    write_lookup(json, one);
  }
  json.end_array().end_object();
  return HttpResponse::json(200, json.take());
}

Result<HttpResponse> ThreatListsResource::refresh(const Call& call) {
  TRY(Parameters::of_query(call.request, {}));
  TRY(desk_.refresh(call.path_values.at(0)));
  JsonWriter json;
  json.begin_object().member("name", call.path_values.at(0)).member("refreshing", true);
  json.end_object();
  return HttpResponse::json(202, json.take());
}

}  // namespace tocsin
