#include "api/lapi/lapi_alerts.h"

#include <simdjson.h>

#include "api/lapi/go_duration.h"
#include "api/lapi/lapi_words.h"
#include "base/fail.h"
#include "base/text.h"
#include "base/time_text.h"

namespace tocsin {
namespace {

using simdjson::dom::element;

constexpr std::size_t kShown = 64;

std::string text_of(element object, std::string_view name) {
  std::string_view text;
  return object[name].get(text) == simdjson::SUCCESS
             ? std::string(text.substr(0, kDecisionReasonBytesMax))
             : std::string();
}

bool flag_of(element object, std::string_view name) {
  bool flag = false;
  return object[name].get(flag) == simdjson::SUCCESS && flag;
}

Result<ScopeKind> scope_of(const std::string& word) {
  const std::optional<ScopeKind> scope = parse_lapi_scope(word);
  if (!scope) {
    return fail(ErrorCode::kInvalid,
                "scope is none of Ip, Range, AS, Country, User, Session, "
                "ApiKey: {}",
                word.substr(0, kShown));
  }
  return *scope;
}

// What all decisions of an alert have in common.
NewDecision from_alert(element alert, std::string_view machine) {
  NewDecision wanted;
  wanted.proposer = Proposer::kAgent;
  wanted.decided_by = fmt::format("crowdsec {}", machine);
  wanted.reason = text_of(alert, "scenario");
  wanted.dry_run = flag_of(alert, "simulated");
  return wanted;
}

Result<NewDecision> read_decision(element object, NewDecision wanted) {
  const std::string type = text_of(object, "type");
  LapiKind kind = parse_lapi_type(type.empty() ? "ban" : type);
  wanted.kind = kind.kind;
  wanted.custom = std::move(kind.custom);
  TRY_ASSIGN(wanted.scope, scope_of(text_of(object, "scope")));
  wanted.value = text_of(object, "value");
  const std::string duration = text_of(object, "duration");
  wanted.duration = parse_go_duration(duration);
  if (!wanted.duration || wanted.duration->value <= 0) {
    return fail(ErrorCode::kInvalid, "duration is not like 4h or 59m30s: {}",
                duration.substr(0, kShown));
  }
  const std::string scenario = text_of(object, "scenario");
  wanted.reason = scenario.empty() ? wanted.reason : scenario;
  std::string origin = text_of(object, "origin");
  if (origin == "lists" && !scenario.empty()) {
    origin += ":" + scenario;
  }
  wanted.origin = origin.empty() ? "crowdsec" : origin;
  wanted.dry_run = wanted.dry_run || flag_of(object, "simulated");
  return wanted;
}

Result<LapiAlert> read_alert(element object, std::string_view machine) {
  const NewDecision common = from_alert(object, machine);
  LapiAlert alert;
  simdjson::dom::array decisions;
  if (object["decisions"].get(decisions) == simdjson::SUCCESS) {
    for (const element each : decisions) {
      TRY_ASSIGN(NewDecision wanted, read_decision(each, common));
      alert.decisions.push_back(std::move(wanted));
    }
  }
  element source;
  if (alert.decisions.empty() && flag_of(object, "remediation") &&
      object["source"].get(source) == simdjson::SUCCESS) {
    NewDecision wanted = common;
    TRY_ASSIGN(wanted.scope, scope_of(text_of(source, "scope")));
    wanted.value = text_of(source, "value");
    wanted.origin = "crowdsec";
    alert.decisions.push_back(std::move(wanted));
  }
  return alert;
}

}  // namespace

Result<std::vector<LapiAlert>> parse_lapi_alerts(std::string_view json, std::string_view machine) {
  simdjson::dom::parser parser;
  element root;
  simdjson::dom::array list;
  if (parser.parse(json.data(), json.size()).get(root) != simdjson::SUCCESS ||
      root.get(list) != simdjson::SUCCESS) {
    return fail(ErrorCode::kInvalid, "the body is no JSON list of alerts");
  }
  if (list.size() > kLapiAlertsMax) {
    return fail(ErrorCode::kTooLarge, "{} alerts at once; at most {}", list.size(), kLapiAlertsMax);
  }
  std::vector<LapiAlert> alerts;
  std::size_t decisions = 0;
  for (const element item : list) {
    Result<LapiAlert> alert = read_alert(item, machine);
    if (!alert) {
      return fail(ErrorCode::kInvalid, "alert {}: {}", alerts.size(), alert.error().text());
    }
    decisions += alert->decisions.size();
    if (decisions > kLapiDecisionsMax) {
      return fail(ErrorCode::kTooLarge, "over {} decisions at once", kLapiDecisionsMax);
    }
    alerts.push_back(std::move(*alert));
  }
  return alerts;
}

void write_lapi_alert(JsonWriter& json, const PackedDecision& decision, Micros now,
                      Span wall_offset) {
  const std::string created = iso_time(decision.created() + wall_offset);
  const std::string value = lapi_value(decision);
  const bool is_address = decision.scope() == ScopeKind::kAddress;
  json.begin_object();
  json.member("id", decision.id()).member("uuid", decision.uuid());
  json.member("created_at", created).member("start_at", created).member("stop_at", created);
  json.member("scenario", lapi_scenario(decision)).member("scenario_hash", "");
  json.member("scenario_version", "").member("message", decision.reason());
  json.member("machine_id", decision.context().decided_by);
  json.member("events_count", 0).member("capacity", 0).member("leakspeed", "");
  json.member("simulated", false).member("remediation", true);
  json.key("events").begin_array().end_array().key("labels").null();
  json.key("meta").begin_array().end_array();
  json.key("source").begin_object();
  json.member("scope", lapi_scope(decision.scope())).member("value", value);
  json.member("ip", is_address ? value : std::string());
  json.end_object();
  json.key("decisions").begin_array();
  write_lapi_decision(json, decision, decision.until() - now, decision.until() + wall_offset,
                      LapiPlace::kAlert);
  json.end_array().end_object();
}

}  // namespace tocsin
