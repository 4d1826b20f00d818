#include "api/decision_json.h"

#include <algorithm>

#include "base/fail.h"
#include "base/time_text.h"
#include "base/utf8.h"
#include "respond/decision_exchange.h"

namespace tocsin {
namespace {

void write_texts(JsonWriter& json, std::string_view name, const std::vector<std::string>& texts) {
  json.key(name).begin_array();
  for (const std::string& text : texts) {
    json.value(text);
  }
  json.end_array();
}

Error not_a(std::string_view what, std::string_view value) {
  return fail(ErrorCode::kInvalid, "\"{}\" is not {}", utf8_prefix(value, 60), what);
}

template <class T>
Result<T> or_invalid(const std::optional<T>& value, std::string_view what,
                     const std::string& text) {
  if (!value) {
    return not_a(what, text);
  }
  return *value;
}

}  // namespace

std::string actor_of(const Call& call) {
  return call.who.is_person() ? call.who.name
                              : fmt::format("{} ({})", call.who.name, call.who.key_id);
}

void write_decision(JsonWriter& json, const Decision& decision, const LiftedDecision* lifted,
                    const DecisionBook& book) {
  const Span ahead = book.wall_offset();
  const std::int64_t left = (decision.until - book.now()).value / kMicrosPerSecond;
  json.begin_object();
  json.member("id", decision.id);
  json.member("uuid", decision.uuid);
  json.member("kind", decision_kind_name(decision.kind));
  json.member("custom", decision.custom);
  json.member("scope", scope_kind_name(decision.scope));
  json.member("value", decision.value);
  json.member("created", iso_time(decision.created + ahead));
  json.member("until", iso_time(decision.until + ahead));
  json.member("remaining_s", lifted != nullptr ? 0 : std::max<std::int64_t>(0, left));
  json.member("reason", decision.reason);
  json.member("rule_id", decision.rule_id);
  json.member("rule_version", decision.rule_version);
  json.member("rule_title", decision.rule_title);
  json.member("alert_id", decision.alert_id);
  json.member("playbook", decision.playbook);
  json.member("decided_by", decision.decided_by);
  json.member("origin", decision.origin);
  json.member("strike", decision.strike);
  json.member("dry_run", decision.dry_run);
  json.member("rate", decision.rate ? throttle_rate_text(*decision.rate) : std::string());
  json.member("redirect_to", decision.redirect_to);
  json.key("lifted");
  if (lifted == nullptr) {
    json.null();
  } else {
    json.begin_object();
    json.member("at", iso_time(lifted->lifted + ahead));
    json.member("cause", lift_cause_name(lifted->cause));
    json.member("by", lifted->by);
    json.member("why", lifted->why);
    json.end_object();
  }
  json.end_object();
}

void write_outcome(JsonWriter& json, const Outcome& outcome, const DecisionBook& book) {
  json.begin_object();
  json.member("outcome", outcome_name(outcome.kind));
  json.member("guard", outcome.guard);
  json.member("sentence", outcome.sentence);
  json.member("approval_id", outcome.approval_id);
  json.key("decision");
  if (outcome.decision) {
    write_decision(json, *outcome.decision, nullptr, book);
  } else {
    json.null();
  }
  json.end_object();
}

void write_approval(JsonWriter& json, const Approval& approval) {
  json.begin_object();
  json.member("id", approval.id);
  json.member("kind", decision_kind_name(approval.wanted.kind));
  json.member("scope", scope_kind_name(approval.wanted.scope));
  json.member("value", approval.wanted.value);
  json.member("reason", approval.wanted.reason);
  json.member("decided_by", approval.wanted.decided_by);
  json.member("alert_id", approval.wanted.alert_id);
  json.member("why", approval.why);
  json.member("asked", iso_time(approval.asked));
  json.member("until", iso_time(approval.until));
  json.end_object();
}

void write_preview(JsonWriter& json, const PreviewReport& report) {
  json.begin_object();
  json.member("findings", report.findings);
  json.member("events_stopped", report.events_stopped);
  write_texts(json, "innocent_users", report.innocent_users);
  json.member("cut", report.cut);
  json.key("subjects").begin_array();
  for (const PreviewSubject& subject : report.subjects) {
    json.begin_object();
    json.member("scope", scope_kind_name(subject.target.scope));
    json.member("value", subject.target.value);
    json.member("outcome", outcome_name(subject.outcome));
    json.member("kind", decision_kind_name(subject.kind));
    json.member("from", iso_time(subject.from));
    json.member("until", iso_time(subject.until));
    json.member("findings", subject.findings);
    json.member("events_stopped", subject.events_stopped);
    write_texts(json, "known_users", subject.known_users);
    write_texts(json, "innocent_users", subject.innocent_users);
    json.member("guard", subject.guard);
    json.member("sentence", subject.sentence);
    json.end_object();
  }
  json.end_array().end_object();
}

Result<NewDecision> read_proposal(const Parameters& given, const std::string& actor) {
  NewDecision wanted;
  wanted.proposer = Proposer::kPerson;
  wanted.decided_by = actor;
  TRY_ASSIGN(const std::optional<std::string> kind, given.text("kind"));
  if (kind) {
    TRY_ASSIGN(wanted.kind,
               or_invalid(parse_decision_kind(*kind),
                          "block, throttle, challenge, redirect, disable or custom", *kind));
  }
  TRY_ASSIGN(const std::optional<DecisionTarget> target, read_target(given));
  if (target) {
    wanted.scope = target->scope;
    wanted.value = target->value;
  }
  TRY_ASSIGN(const std::optional<std::string> duration, given.text("duration"));
  if (duration) {
    TRY_ASSIGN(wanted.duration, or_invalid(parse_list_duration(*duration),
                                           "a duration like 4h or 1h30m", *duration));
  }
  TRY_ASSIGN(const std::optional<std::string> rate, given.text("rate"));
  if (rate) {
    TRY_ASSIGN(wanted.rate, or_invalid(parse_throttle_rate(*rate), "a rate like 60/1m", *rate));
  }
  TRY_ASSIGN(const std::optional<std::string> custom, given.text("custom"));
  TRY_ASSIGN(const std::optional<std::string> reason, given.text("reason"));
  TRY_ASSIGN(const std::optional<std::string> redirect, given.text("redirect_to"));
  TRY_ASSIGN(const std::optional<std::string> alert, given.text("alert_id"));
  TRY_ASSIGN(const std::optional<bool> dry_run, given.flag("dry_run"));
  TRY_ASSIGN(const std::optional<bool> despite, given.flag("despite_customers"));
  wanted.custom = custom.value_or("");
  wanted.reason = reason.value_or("by hand");
  wanted.redirect_to = redirect.value_or("");
  wanted.alert_id = alert.value_or("");
  wanted.dry_run = dry_run.value_or(false);
  wanted.despite_customers = despite.value_or(false);
  return wanted;
}

Result<std::optional<DecisionTarget>> read_target(const Parameters& given) {
  TRY_ASSIGN(const std::optional<std::string> value, given.text("value"));
  TRY_ASSIGN(const std::optional<std::string> scope, given.text("scope"));
  if (!value) {
    return std::optional<DecisionTarget>();
  }
  if (!scope) {
    std::optional<DecisionTarget> target = target_of_text(*value);
    if (!target) {
      return fail(ErrorCode::kInvalid,
                  "\"{}\" is not an address, a network or a network owner; other values need a "
                  "scope: country, user, session or api_key",
                  utf8_prefix(*value, 60));
    }
    return target;
  }
  TRY_ASSIGN(
      const ScopeKind kind,
      or_invalid(parse_scope_kind(*scope),
                 "address, network, network_owner, country, user, session or api_key", *scope));
  TRY_ASSIGN(DecisionTarget target, canonical_target(kind, *value));
  return std::optional(std::move(target));
}

}  // namespace tocsin
