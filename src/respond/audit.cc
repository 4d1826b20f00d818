#include "respond/audit.h"

#include "base/json_writer.h"
#include "base/time_text.h"

namespace tocsin {
namespace {

constexpr int kFirstFailure = 400;  // of the status codes
constexpr std::int64_t kNanosPerMicro = 1'000;

void write_request(JsonWriter& json, const AuditRequest& request) {
  json.member("event.outcome", request.status < kFirstFailure ? "success" : "failure");
  json.member("http.response.status_code", request.status);
  json.member("event.duration", request.took.value * kNanosPerMicro);
  json.member("tocsin.request.peer", request.peer);
  if (!request.target.empty()) {
    json.member("tocsin.target", request.target);
  }
  if (!request.query.empty()) {
    json.member("tocsin.query", request.query);
  }
  if (request.repeats > 0) {
    json.member("tocsin.repeats", request.repeats);
  }
}

}  // namespace

std::string audit_json(const AuditEntry& entry) {
  JsonWriter json;
  json.begin_object();
  json.member("@timestamp", iso_time(entry.at));
  json.member("event.dataset", entry.dataset());
  json.member("event.kind", "event");
  json.member("event.action", entry.action);
  json.member("message", entry.sentence);
  json.member("tocsin.actor", entry.who);
  if (!entry.guard.empty()) {
    json.member("tocsin.guard", entry.guard);
  }
  if (entry.login) {
    const AuditLogin& login = *entry.login;
    json.member("event.category", "authentication");
    json.member("event.type", "start");
    json.member("event.outcome", login.success ? "success" : "failure");
    json.member("user.name", login.user);
    json.member("source.ip", login.peer);
    json.member("service.name", "tocsin");
    if (!login.reason.empty()) {
      json.member("event.reason", login.reason);
    }
  }
  if (entry.request) {
    write_request(json, *entry.request);
  }
  if (entry.decision) {
    const Decision& d = *entry.decision;
    json.member("tocsin.decision.id", d.id);
    json.member("tocsin.decision.kind", decision_kind_name(d.kind));
    json.member("tocsin.decision.scope", scope_kind_name(d.scope));
    json.member("tocsin.decision.value", d.value);
    json.member("tocsin.decision.until", iso_time(d.until));
    json.member("tocsin.decision.origin", d.origin);
    json.member("tocsin.decision.by", d.decided_by);
    json.member("tocsin.decision.dry_run", d.dry_run);
    if (!d.rule_id.empty()) {
      json.member("rule.id", d.rule_id);
      json.member("rule.version", d.rule_version);
    }
    if (!d.alert_id.empty()) {
      json.member("tocsin.alert.id", d.alert_id);
    }
  }
  return json.end_object().take();
}

}  // namespace tocsin
