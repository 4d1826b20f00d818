#include "respond/decision_taking.h"

#include <algorithm>
#include <array>

#include "base/fail.h"
#include "base/text.h"
#include "base/time_text.h"
#include "base/utf8.h"

namespace tocsin {
namespace {

constexpr std::size_t kApprovalIdBytes = 13;

// A sentence may quote a log line: one line of valid text, and no longer than it may be.
std::string clean(std::string_view text, std::size_t bytes_max) {
  std::string one_line = to_valid_utf8(text);
  std::ranges::replace_if(one_line, [](char c) { return (c >= 0 && c < ' ') || c == 127; }, ' ');
  return std::string(utf8_prefix(trim(one_line), bytes_max));
}

bool is_word(std::string_view text) {
  return !text.empty() && text.size() <= kCustomWordBytesMax &&
         std::ranges::all_of(text, [](char c) {
           return is_digit(c) || (ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z') || c == '-' ||
                  c == '_';
         });
}

void clean_texts(NewDecision& wanted) {
  wanted.reason = clean(wanted.reason, kDecisionReasonBytesMax);
  for (std::string* text : {&wanted.rule_id, &wanted.rule_version, &wanted.rule_title,
                            &wanted.alert_id, &wanted.playbook, &wanted.playbook_version,
                            &wanted.decided_by, &wanted.origin, &wanted.redirect_to}) {
    *text = clean(*text, kDecisionTextBytesMax);
  }
}

Status check_kind(const NewDecision& wanted) {
  if ((wanted.kind == DecisionKind::kCustom) != !wanted.custom.empty()) {
    return fail(ErrorCode::kInvalid, "the kind custom, and only it, needs a word");
  }
  if (!wanted.custom.empty() && !is_word(wanted.custom)) {
    return fail(ErrorCode::kInvalid,
                "the word of a custom decision is 1 to {} letters, digits, - and _",
                kCustomWordBytesMax);
  }
  if (wanted.kind == DecisionKind::kRedirect && wanted.redirect_to.empty()) {
    return fail(ErrorCode::kInvalid, "a redirect needs to know where to");
  }
  if (wanted.reason.empty()) {
    return fail(ErrorCode::kInvalid, "a decision needs a reason");
  }
  if (wanted.decided_by.empty() || wanted.origin.empty()) {
    return fail(ErrorCode::kInvalid, "a decision needs to know who took it and its origin");
  }
  return {};
}

std::string_view verb(DecisionKind kind) {
  switch (kind) {
    case DecisionKind::kBlock:
      return "blocked";
    case DecisionKind::kThrottle:
      return "throttled";
    case DecisionKind::kChallenge:
      return "challenged";
    case DecisionKind::kRedirect:
      return "redirected";
    case DecisionKind::kDisable:
      return "disabled";
    case DecisionKind::kCustom:
      return "decided on";
  }
  return "decided on";
}

Escalation configured(const RespondSettings& settings) {
  Escalation escalation;
  escalation.first = settings.first_duration;
  escalation.factor = static_cast<double>(settings.factor);
  escalation.steps = settings.steps;
  escalation.longest = settings.longest_duration;
  escalation.forget_after = settings.forget_after;
  return escalation;
}

}  // namespace

// A rule's IPv6 address stands for its network, which one subscriber has to himself; not when
// something in there is protected or legitimate.
DecisionTarget DecisionTaking::widened(const DecisionTarget& target,
                                       const NewDecision& wanted) const {
  const auto bits = static_cast<unsigned>(parts_.settings.v6_address_prefix);
  if (wanted.proposer != Proposer::kRule || target.scope != ScopeKind::kAddress ||
      target.network.base.is_v4() || bits >= 128) {
    return target;
  }
  const IpNetwork network = network_around(target.network.base, bits);
  const DecisionTarget wide{ScopeKind::kNetwork, network_text(network), network};
  const LoginMemory& logins = parts_.guards.parts().logins;
  const bool others =
      logins.legitimate_within(wide, now_, now_) > logins.legitimate_within(target, now_, now_);
  return others || parts_.guards.judge_standing(wide, now_).word != Word::kAllow ? target : wide;
}

Result<DecisionTaking::Plan> DecisionTaking::plan(const NewDecision& wanted, bool approved) {
  Plan plan;
  plan.wanted = wanted;
  plan.approved = approved;
  clean_texts(plan.wanted);
  TRY(check_kind(plan.wanted));
  TRY_ASSIGN(const DecisionTarget target, canonical_target(wanted.scope, wanted.value));
  plan.target = widened(target, wanted);
  plan.before = parts_.rows.strikes(plan.target);
  const Escalation escalation = wanted.escalation.value_or(configured(parts_.settings));
  const bool remembered =
      plan.before.count > 0 && now_ - plan.before.last_end <= escalation.forget_after;
  const bool ongoing = remembered && plan.before.last_end > now_;
  plan.strike = !remembered ? 1 : plan.before.count + (ongoing ? 0 : 1);
  plan.duration = wanted.duration.value_or(escalated(escalation, plan.strike));
  if (wanted.proposer == Proposer::kRule && !wanted.duration) {
    plan.duration = std::min(plan.duration, escalation.longest);
  }
  if (plan.duration < span_s(1) || plan.duration > kDurationMax) {
    return fail(ErrorCode::kInvalid, "a decision lasts 1 s to {} d, not {}",
                kDurationMax.value / (86'400 * kMicrosPerSecond), span_text(plan.duration));
  }
  return plan;
}

Result<Outcome> DecisionTaking::take(const NewDecision& wanted) {
  TRY_ASSIGN(const Plan planned, plan(wanted, false));
  return decide(planned);
}

Result<Outcome> DecisionTaking::take_approved(const Approval& approval, const std::string& by) {
  TRY_ASSIGN(Plan planned, plan(approval.wanted, true));
  planned.wanted.decided_by =
      clean(planned.wanted.decided_by + ", approved by " + by, kDecisionTextBytesMax);
  return decide(planned);
}

Result<Outcome> DecisionTaking::decide(const Plan& plan) {
  const Proposal proposal{plan.wanted, plan.target, plan.wanted.kind, now_, plan.approved};
  const Guards::Verdict verdict = parts_.guards.judge(proposal);
  if (verdict.word == Word::kRefuse) {
    note(plan, "decision_refused", verdict.sentence, verdict.guard, nullptr);
    return Outcome{OutcomeKind::kRefused, verdict.guard, verdict.sentence, {}, {}};
  }
  if (verdict.word == Word::kApproval) {
    return ask_approval(plan, verdict);
  }
  const DecisionSnapshot& among = verdict.word == Word::kAllow ? active : shadow;
  const PackedDecision* standing = among.exact(plan.target, verdict.kind, plan.wanted.custom);
  // An attack that goes on is not news: a rule's decision is made longer in its second half only.
  const bool machine =
      plan.wanted.proposer == Proposer::kRule || plan.wanted.proposer == Proposer::kAgent;
  const Span wanted_at_least(machine ? plan.duration.value / 2 : plan.duration.value);
  const bool lasts = standing != nullptr && standing->until() >= now_ + wanted_at_least;
  if (lasts || (standing != nullptr && verdict.word == Word::kDryRun && standing->until() > now_)) {
    const bool dry = verdict.word == Word::kDryRun;
    return Outcome{dry ? OutcomeKind::kDryRun : OutcomeKind::kStanding,
                   verdict.guard,
                   dry ? verdict.sentence
                       : fmt::format("{} is {} already, until {}", target_text(plan.target),
                                     verb(verdict.kind), iso_time(standing->until())),
                   standing->full(),
                   {}};
  }
  if (mode_ == Mode::kReal) {
    parts_.guards.count(proposal, verdict);
  }
  return verdict.word == Word::kDryRun ? record_dry_run(plan, verdict, verdict.kind)
                                       : take_real(plan, verdict, verdict.kind);
}

Decision DecisionTaking::make(const Plan& plan, DecisionKind kind) {
  const NewDecision& wanted = plan.wanted;
  Decision decision;
  decision.id = mode_ == Mode::kReal ? next_id++ : 0;
  decision.uuid = decision_uuid(parts_.contexts.uuid_seed(), decision.id);
  decision.kind = kind;
  decision.custom = kind == DecisionKind::kCustom ? wanted.custom : std::string();
  decision.scope = plan.target.scope;
  decision.value = plan.target.value;
  decision.network = plan.target.network;
  decision.created = now_;
  decision.until = now_ + plan.duration;
  decision.reason = wanted.reason;
  decision.rule_id = wanted.rule_id;
  decision.rule_version = wanted.rule_version;
  decision.rule_title = wanted.rule_title;
  decision.alert_id = wanted.alert_id;
  decision.playbook = wanted.playbook;
  decision.decided_by = wanted.decided_by;
  decision.origin = wanted.origin;
  decision.strike = plan.strike;
  if (kind == DecisionKind::kThrottle) {
    decision.rate = wanted.rate ? wanted.rate : parse_throttle_rate(parts_.settings.throttle);
  }
  decision.redirect_to = kind == DecisionKind::kRedirect ? wanted.redirect_to : std::string();
  return decision;
}

Result<Outcome> DecisionTaking::take_real(const Plan& plan, const Guards::Verdict& verdict,
                                          DecisionKind kind) {
  const PackedDecision* standing = active.exact(plan.target, kind, plan.wanted.custom);
  if (standing == nullptr && active.size() >= parts_.settings.decisions_max) {
    return fail(ErrorCode::kExhausted, "{} decisions stand already: respond.decisions_max",
                active.size());
  }
  const Decision decision = make(plan, kind);
  std::string sentence = verdict.sentence;
  if (sentence.empty()) {
    sentence = fmt::format("{} is {} for {}: {}", target_text(plan.target), verb(kind),
                           span_text(plan.duration), decision.reason);
  }
  const Outcome outcome{OutcomeKind::kTaken, verdict.guard, sentence, decision, {}};
  if (mode_ == Mode::kSimulate) {
    return outcome;
  }
  if (standing != nullptr) {
    const Ref<PackedDecision> old = Ref<PackedDecision>::share(standing);
    active.erase(*old);
    parts_.rows.lift({old->full(), now_, LiftCause::kReplaced, plan.wanted.decided_by,
                      fmt::format("decision {} lasts longer", decision.id)});
    effects.push_back({false, now_, LiftCause::kReplaced, old});
  }
  Ref<PackedDecision> packed =
      PackedDecision::make(decision, parts_.contexts.of(decision), active.hash_of(plan.target));
  parts_.rows.insert(decision);
  const bool outlasts = plan.before.last_end > decision.until && plan.before.last_end > now_;
  parts_.rows.set_strikes(plan.target,
                          {plan.strike, outlasts ? plan.before.last_end : decision.until});
  active.insert(packed);
  effects.push_back({true, now_, LiftCause::kReplaced, std::move(packed)});
  note(plan, "decision_taken", sentence, verdict.guard, &decision);
  return outcome;
}

Outcome DecisionTaking::record_dry_run(const Plan& plan, const Guards::Verdict& verdict,
                                       DecisionKind kind) {
  Outcome outcome{OutcomeKind::kDryRun, verdict.guard, verdict.sentence, {}, {}};
  if (mode_ == Mode::kSimulate || shadow.size() >= parts_.settings.dry_runs_max) {
    return outcome;
  }
  Decision decision = make(plan, kind);
  decision.dry_run = true;
  if (const PackedDecision* ended = shadow.exact(plan.target, kind, plan.wanted.custom)) {
    parts_.rows.lift({ended->full(), ended->until(), LiftCause::kExpired, "tocsin", ""});
    shadow.erase(*ended);
  }
  Ref<PackedDecision> packed =
      PackedDecision::make(decision, parts_.contexts.of(decision), shadow.hash_of(plan.target));
  parts_.rows.insert(decision);
  shadow.insert(packed);
  new_shadows.push_back(std::move(packed));
  note(plan, "decision_dry_run", verdict.sentence, verdict.guard, &decision);
  outcome.decision = std::move(decision);
  return outcome;
}

Result<Outcome> DecisionTaking::ask_approval(const Plan& plan, const Guards::Verdict& verdict) {
  Outcome outcome{OutcomeKind::kWaiting, verdict.guard, verdict.sentence, {}, {}};
  if (mode_ == Mode::kSimulate) {
    return outcome;
  }
  Approval approval;
  approval.wanted = plan.wanted;
  approval.wanted.duration = plan.duration;
  approval.wanted.scope = plan.target.scope;
  approval.wanted.value = plan.target.value;
  approval.why = verdict.sentence;
  approval.asked = now_;
  approval.until = now_ + parts_.settings.approval_time;
  if (const std::optional<std::string> same = parts_.rows.approval_of(approval.wanted)) {
    outcome.approval_id = *same;
    return outcome;
  }
  if (const std::size_t waiting = parts_.rows.approvals_waiting(); waiting >= kApprovalsMax) {
    return fail(ErrorCode::kExhausted, "{} decisions wait for approval already", waiting);
  }
  approval.id = decision_uuid(~parts_.contexts.uuid_seed(), next_id++).substr(0, kApprovalIdBytes);
  parts_.rows.add_approval(approval);
  outcome.approval_id = approval.id;
  note(plan, "approval_asked", verdict.sentence, verdict.guard, nullptr);
  return outcome;
}

void DecisionTaking::note(const Plan& plan, std::string action, const std::string& sentence,
                          const std::string& guard, const Decision* decision) {
  if (mode_ == Mode::kSimulate) {
    return;
  }
  AuditEntry entry{now_, plan.wanted.decided_by, std::move(action), sentence, {}, guard};
  if (decision != nullptr) {
    entry.decision = *decision;
  }
  audit.push_back(std::move(entry));
}

}  // namespace tocsin
