#include "api/deeds.h"

#include <algorithm>
#include <array>

namespace tocsin {
namespace {

constexpr auto kDone = DeedKind::kDone;
constexpr auto kLook = DeedKind::kLook;
constexpr auto kTold = DeedKind::kTold;
constexpr auto kQuiet = DeedKind::kQuiet;

// clang-format off
constexpr auto kDeeds = std::to_array<Deed>({
    {"GET", "/api/v1/events/search", kLook, "searched", "searched"},
    {"POST", "/api/v1/events/search", kLook, "searched", "searched"},
    {"GET", "/api/v1/events/tail", kLook, "tailed", "watched events live"},
    {"GET", "/api/v1/events/{seq}", kLook, "record_read", "read the record"},
    {"POST", "/api/v1/evidence", kDone, "evidence_exported", "exported evidence"},
    {"GET", "/api/v1/audit", kLook, "audit_read", "read the audit"},
    {"GET", "/api/v1/decisions/export", kLook, "decisions_exported", "exported the decisions"},

    {"PATCH", "/api/v1/alerts/{id}", kDone, "alert_changed", "changed the alert"},
    {"POST", "/api/v1/alerts/bulk", kDone, "alerts_changed", "changed many alerts"},
    {"POST", "/api/v1/exceptions", kDone, "exception_made", "made an exception"},
    {"DELETE", "/api/v1/exceptions/{id}", kDone, "exception_ended", "ended the exception"},
    {"POST", "/api/v1/exceptions/preview", kLook, "exception_tried", "tried an exception"},
    {"PUT", "/api/v1/documents/{kind}/{id}", kDone, "document_saved", "saved the document"},
    {"DELETE", "/api/v1/documents/{kind}/{id}", kDone, "document_deleted", "deleted the document"},

    {"POST", "/api/v1/rules/backtest", kLook, "rule_tried", "tried a rule on the past"},
    {"POST", "/api/v1/rules/check", kQuiet, "", ""},
    {"PUT", "/api/v1/rules/{id}", kDone, "rule_saved", "saved the rule"},
    {"DELETE", "/api/v1/rules/{id}", kDone, "rule_deleted", "deleted the rule"},
    {"POST", "/api/v1/rules/reload", kDone, "rules_reloaded", "read the rules again"},
    {"POST", "/api/v1/threat-lists/{name}/refresh", kDone, "threat_list_refreshed",
     "fetched the threat list"},
    {"POST", "/api/v1/monitors/train", kDone, "monitors_trained", "trained the monitors"},

    {"POST", "/api/v1/keys", kDone, "key_created", "made an API key"},
    {"DELETE", "/api/v1/keys/{id}", kDone, "key_revoked", "revoked the API key"},
    {"PUT", "/api/v1/channels/{name}", kDone, "channel_saved", "saved the channel"},
    {"DELETE", "/api/v1/channels/{name}", kDone, "channel_deleted", "deleted the channel"},
    {"POST", "/api/v1/channels/{name}/test", kDone, "channel_tested", "tested the channel"},
    {"POST", "/api/v1/notifications/retry", kDone, "messages_retried", "had messages sent again"},
    {"POST", "/api/v1/notifications/drop", kDone, "messages_dropped", "dropped messages"},
    {"DELETE", "/api/v1/enforcers/{name}", kDone, "enforcer_forgotten", "forgot the enforcer"},
    {"POST", "/api/v1/playbooks/{name}/run", kDone, "playbook_run", "ran the playbook"},
    {"POST", "/api/v1/playbook-runs/{id}/cancel", kDone, "playbook_run_cancelled",
     "cancelled the run"},
    {"POST", "/api/v1/playbook-runs/{id}/answer", kDone, "playbook_run_answered",
     "answered the run"},

    {"POST", "/api/v1/setup", kTold, "set_up", "set up"},
    {"POST", "/api/v1/session", kTold, "login", "logged in"},
    {"DELETE", "/api/v1/session", kTold, "logout", "logged out"},
    {"POST", "/api/v1/session/password", kTold, "password_changed", "changed the password"},
    {"GET", "/api/v1/users", kTold, "users_listed", "listed the users"},
    {"GET", "/api/v1/keys", kTold, "keys_listed", "listed the API keys"},
    {"POST", "/api/v1/users", kTold, "user_added", "added a user"},
    {"PATCH", "/api/v1/users/{name}", kTold, "user_changed", "changed the user"},
    {"DELETE", "/api/v1/users/{name}", kTold, "user_removed", "removed the user"},
    {"POST", "/api/v1/decisions", kTold, "decision_taken", "took a decision"},
    {"DELETE", "/api/v1/decisions/{id}", kTold, "decision_lifted", "lifted the decision"},
    {"POST", "/api/v1/decisions/lift", kTold, "decision_lifted", "lifted decisions"},
    {"POST", "/api/v1/decisions/import", kTold, "decisions_imported", "imported decisions"},
    {"POST", "/api/v1/decisions/approvals/{id}", kTold, "approval_answered",
     "answered the proposal"},
    {"POST", "/api/v1/decisions/arm", kTold, "armed", "armed"},
    {"POST", "/api/v1/decisions/breaker", kTold, "breaker_set", "set the breaker"},
    {"POST", "/api/v1/decisions/simulate", kLook, "decisions_simulated", "simulated decisions"},
    {"POST", "/api/v1/playbooks/{name}/arm", kTold, "playbook_armed", "armed the playbook"},
    {"POST", "/v1/alerts", kTold, "decision_taken", "pushed alerts"},
    {"DELETE", "/v1/decisions", kTold, "decision_lifted", "lifted decisions"},
    {"DELETE", "/v1/decisions/{id}", kTold, "decision_lifted", "lifted the decision"},

    {"POST", "/api/v1/events", kQuiet, "", ""},
    {"POST", "/api/v1/enforcers/receipts", kQuiet, "", ""},
    {"POST", "/api/v1/verdict/outcomes", kQuiet, "", ""},
    {"POST", "/v1/usage-metrics", kQuiet, "", ""},
    {"POST", "/v1/watchers/login", kQuiet, "", ""},
});
// clang-format on

}  // namespace

std::span<const Deed> all_deeds() {
  return kDeeds;
}

const Deed* deed_of(std::string_view method, std::string_view pattern) {
  const auto found = std::ranges::find_if(
      kDeeds, [&](const Deed& deed) { return deed.method == method && deed.pattern == pattern; });
  return found == kDeeds.end() ? nullptr : &*found;
}

}  // namespace tocsin
