// Decision: what shall happen to whom until when, and why. A value.
//
// Times are the decision book's (respond/decision_book.h): equal to the wall clock unless that one
// jumps. A decision always ends. `network` is set for kAddress and kNetwork; an IPv4 /24 has 120
// prefix bits there (base/ip.h).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/ip.h"
#include "base/result.h"
#include "base/time.h"

namespace tocsin {

enum class DecisionKind : std::uint8_t {
  kBlock,
  kThrottle,
  kChallenge,
  kRedirect,
  kDisable,
  kCustom
};
inline constexpr std::size_t kDecisionKinds = 6;
std::string_view decision_kind_name(DecisionKind kind);  // "block", "throttle", …
std::optional<DecisionKind> parse_decision_kind(std::string_view word);

enum class ScopeKind : std::uint8_t {
  kAddress,
  kNetwork,
  kNetworkOwner,
  kCountry,
  kUser,
  kSession,
  kApiKey
};
inline constexpr std::size_t kScopeKinds = 7;
std::string_view scope_kind_name(ScopeKind scope);  // "address", "network", "network_owner", …
std::optional<ScopeKind> parse_scope_kind(std::string_view word);

struct ThrottleRate {
  std::uint32_t requests = 0;  // at most so many
  Span per = span_s(60);       // in so long
  bool operator==(const ThrottleRate&) const = default;
};
// "30/1m", "5/1s"; 1..1,000,000 requests in 1 s..1 d.
std::optional<ThrottleRate> parse_throttle_rate(std::string_view text);
std::string throttle_rate_text(const ThrottleRate& rate);

inline constexpr std::size_t kDecisionValueBytesMax = 256;
inline constexpr std::size_t kDecisionReasonBytesMax = 1'000;
inline constexpr std::size_t kDecisionTextBytesMax = 256;  // of each of the other texts

struct Decision {
  std::uint64_t id = 0;  // grows, never reused: the order in which enforcers see them
  std::string uuid;
  DecisionKind kind = DecisionKind::kBlock;
  std::string custom;  // word of kCustom, else empty
  ScopeKind scope = ScopeKind::kAddress;
  std::string value;  // canonical: "203.0.113.7", "203.0.113.0/24", "AS64500", "DE", "alice", …
  IpNetwork network;
  Micros created;
  Micros until;
  std::string reason;  // one sentence
  std::string rule_id;
  std::string rule_version;
  std::string rule_title;
  std::string alert_id;
  std::string playbook;
  std::string decided_by;  // "playbook credential-attack", "user alice", "crowdsec cscli-import", …
  std::string origin;      // CrowdSec's word: "tocsin", "cscli", "crowdsec", "lists:NAME", "CAPI"
  std::uint32_t strike = 1;  // which repetition for this scope and value
  bool dry_run = false;      // recorded, never given to enforcers
  std::optional<ThrottleRate> rate;
  std::string redirect_to;
  bool operator==(const Decision&) const = default;
};

enum class LiftCause : std::uint8_t { kExpired, kRemoved, kGuard, kReplaced };
std::string_view lift_cause_name(LiftCause cause);  // "expired", "removed", "guard", "replaced"

struct LiftedDecision {
  Decision decision;
  Micros lifted;
  LiftCause cause = LiftCause::kExpired;
  std::string by;
  std::string why;
};

// Whom a decision is about, in its one canonical form.
struct DecisionTarget {
  ScopeKind scope = ScopeKind::kAddress;
  std::string value;
  IpNetwork network;
  bool operator==(const DecisionTarget&) const = default;
};
// "::ffff:203.0.113.7" is "203.0.113.7"; host bits of a network are cleared; "203.0.113.7/32" is an
// address; "64500" is "AS64500"; "de" is "DE". kInvalid names the value.
Result<DecisionTarget> canonical_target(ScopeKind scope, std::string_view value);
// The scope from the look of the value: an address, a network, "AS64500"; nothing for other words.
std::optional<DecisionTarget> target_of_text(std::string_view value);
// "203.0.113.7", "network owner AS64500", "country DE", "user alice": for sentences.
std::string target_text(const DecisionTarget& target);
std::string target_text(const Decision& decision);

}  // namespace tocsin
