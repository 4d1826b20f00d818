#include "respond/audit.h"

#include "base/json_writer.h"
#include "base/time_text.h"

namespace tocsin {

std::string audit_json(const AuditEntry& entry) {
  JsonWriter json;
  json.begin_object();
  json.member("@timestamp", iso_time(entry.at));
  json.member("event.dataset", kAuditDataset);
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
