// What is put before the DecisionBook, and what it answers. Values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "model/decision.h"

namespace tocsin {

// Who proposes: the guards treat them differently (docs/decisions.md).
enum class Proposer : std::uint8_t {
  kRule,    // a rule or a playbook: must be armed, is limited by the breaker
  kPerson,  // by API, command line or console
  kImport,  // a list that a person loads
  kAgent,   // CrowdSec agents and cscli through their log-in: limited by the breaker
};
std::string_view proposer_name(Proposer proposer);

// How long, for whom it happens again. Steps win over the factor; the last step repeats.
struct Escalation {
  Span first = span_s(4 * 3'600);
  double factor = 2;
  std::vector<Span> steps = {};
  Span longest = span_s(7 * 86'400);
  Span forget_after = span_s(30 * 86'400);  // without a decision: the next is the first again
  bool operator==(const Escalation&) const = default;
};
Span escalated(const Escalation& escalation, std::uint32_t strike);

struct NewDecision {
  Proposer proposer = Proposer::kRule;
  DecisionKind kind = DecisionKind::kBlock;
  std::string custom;
  ScopeKind scope = ScopeKind::kAddress;
  std::string value;                     // any spelling; canonical_target() decides
  std::optional<Span> duration;          // exactly so long; absent: by escalation
  std::optional<Escalation> escalation;  // absent: the configured one
  std::string reason;
  std::string rule_id;
  std::string rule_version;
  std::string rule_title;
  std::string alert_id;
  std::string playbook;          // empty: by the rule alone
  std::string playbook_version;  // what somebody armed
  std::string decided_by;
  std::string origin = "tocsin";
  std::optional<ThrottleRate> rate;  // absent for kThrottle: the configured one
  std::string redirect_to;
  bool dry_run = false;                // wanted so
  bool approval = false;               // the playbook wants a person's yes
  bool despite_customers = false;      // a person insists: skips the shared-address guard only
  std::optional<Micros> attack_began;  // log-ins after it do not make an address a shared one
};

enum class OutcomeKind : std::uint8_t {
  kTaken,     // durable, and on its way to the enforcers
  kStanding,  // one that lasts at least as long was there already
  kDryRun,    // recorded only
  kRefused,   // by a guard
  kWaiting,   // for a person's approval
};
std::string_view outcome_name(OutcomeKind kind);

struct Outcome {
  OutcomeKind kind = OutcomeKind::kRefused;
  std::string guard =
      {};  // whose word it was: "never_block", "shared_address", "arming", …; or empty
  std::string sentence = {};              // what happened and why, for people
  std::optional<Decision> decision = {};  // taken, standing or recorded; perhaps softened
  std::string approval_id = {};           // of kWaiting
};

}  // namespace tocsin
