#include "api/rules_resource.h"

#include <algorithm>

#include "api/load_report_json.h"
#include "api/parameters.h"
#include "backtest/logsource_census.h"
#include "base/fail.h"
#include "base/json_writer.h"
#include "base/time_text.h"

namespace tocsin {
namespace {

void write_texts(JsonWriter& json, std::string_view name, const std::vector<std::string>& texts) {
  json.key(name).begin_array();
  for (const std::string& text : texts) {
    json.value(text);
  }
  json.end_array();
}

void write_rule(JsonWriter& json, const RuleInfo& rule, std::string_view kind) {
  json.begin_object();
  json.member("id", rule.id);
  json.member("title", rule.title);
  json.member("description", rule.description);
  json.member("level", level_name(rule.level));
  json.member("status", rule.status);
  json.member("kind", kind);
  write_texts(json, "tags", rule.tags);
  write_texts(json, "false_positives", rule.false_positives);
  write_texts(json, "references", rule.references);
  json.member("logsource", rule.logsource);
  json.member("file", rule.file);
  json.member("own", rule.file.starts_with(kOwnRulePrefix));
  json.member("line", rule.line);
  json.member("version", rule.version);
  json.end_object();
}

void write_report(JsonWriter& json, const LoadReport& report) {
  json.member("loaded", std::uint64_t{report.loaded});
  json.member("refused", std::uint64_t{report.refused});
  write_issues(json, report);
}

constexpr Span kCensusPeriod = span_s(7LL * 86'400);

}  // namespace

HttpResponse RulesResource::in_force() {
  const RulesInForce now = desk_.current();
  JsonWriter json;
  json.begin_object();
  json.member("loaded_at", iso_time(now.loaded));
  write_report(json, *now.report);
  json.key("rules").begin_array();
  for (const Rule& rule : now.rules->rules()) {
    write_rule(json, *rule.info, "rule");
  }
  for (const sigma::Correlation& correlation : now.rules->correlations()) {
    write_rule(json, *correlation.info, "correlation");
  }
  json.end_array().end_object();
  return HttpResponse::json(200, json.take());
}

Result<HttpResponse> RulesResource::list(const Call& call) {
  TRY(Parameters::of_query(call.request, {}));
  return in_force();
}

Result<HttpResponse> RulesResource::reload(const Call& call) {
  TRY(Parameters::of_query(call.request, {}));
  TRY(desk_.reload());
  return in_force();
}

Result<HttpResponse> RulesResource::coverage(const Call& call) {
  TRY(Parameters::of_query(call.request, {}));
  const std::string& id = call.path_values[0];
  std::string version;
  const RulesInForce now = desk_.current();
  const auto look_at = [&](const RuleInfo& info) {
    version = info.id == id ? info.version : version;
  };
  std::ranges::for_each(now.rules->rules(), [&](const Rule& rule) { look_at(*rule.info); });
  std::ranges::for_each(now.rules->correlations(),
                        [&](const sigma::Correlation& each) { look_at(*each.info); });
  TRY_ASSIGN(const std::vector<VersionCoverage> versions, coverage_.of_rule(id));
  if (version.empty() && versions.empty()) {
    return fail(ErrorCode::kNotFound, "there is no rule \"{}\", and there never was", id);
  }
  JsonWriter json;
  json.begin_object().member("id", id).member("version_in_force", version);
  json.key("versions").begin_array();
  for (const VersionCoverage& each : versions) {
    std::uint64_t records = 0;
    json.begin_object().member("version", each.version).key("ranges").begin_array();
    for (const SeqRange& range : each.ranges) {
      records += range.end.value - range.begin.value;
      json.begin_object().member("first", range.begin.value);
      json.member("last", range.end.value - 1).end_object();
    }
    json.end_array().member("records", records).end_object();
  }
  return HttpResponse::json(200, json.end_array().end_object().take());
}

Result<HttpResponse> RulesResource::logsources(const Call& call) {
  TRY_ASSIGN(const Parameters given, Parameters::of_query(call.request, {"from"}));
  SeqScan period;
  period.now = clock_.now();
  TRY_ASSIGN(const auto from, given.time("from", period.now));
  period.from = from.value_or(period.now - kCensusPeriod);
  period.until = Micros(INT64_MAX);
  Cancel cancel;
  const CancelWatch::Watched watched(watch_, cancel,
                                     [&call] { return call.responder.abandoned(); });
  TRY_ASSIGN(const Census census,
             take_census(*desk_.current().rules, fields_, events_, period, cancel));
  JsonWriter json;
  json.begin_object();
  json.member("from", iso_time(period.from));
  json.member("events", census.events);
  json.key("logsources").begin_array();
  for (const LogsourceCount& count : census.logsources) {
    json.begin_object();
    json.member("logsource", count.logsource).member("rules", count.rules);
    json.member("events", count.events).member("exact", count.exact);
    json.end_object();
  }
  json.end_array().end_object();
  return HttpResponse::json(200, json.take());
}

}  // namespace tocsin
