// Playbook: what to do about an alert, step by step, in the words of CACAO 2.0. A value.
// Not for: reading (playbook_yaml.h), running (playbook_engine.h). Immutable once made.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/alert.h"
#include "model/decision.h"

namespace tocsin {

// Every given condition must hold; of a list, any of its members.
struct PlaybookCondition {
  std::vector<std::string> rules;  // globs over id or title
  std::vector<std::string> tags;   // globs
  std::vector<ScopeKind> entities;
  std::optional<Level> level_min;
  std::uint64_t findings_min = 0;
  std::uint64_t events_min = 0;
  std::vector<KeyPart> key;  // field → glob or network; one entry a field and value
  bool operator==(const PlaybookCondition&) const = default;
};

struct PlaybookTrigger {
  bool linked = false;  // rules whose `tocsin.playbook` names this playbook
  PlaybookCondition when;
  bool operator==(const PlaybookTrigger&) const = default;
};

struct DecideStep {
  DecisionKind kind = DecisionKind::kBlock;
  std::string custom;
  std::optional<ScopeKind> about;  // absent: the first that the alert names
  std::string about_events;        // or: a field of the events behind the alert, "source.ip"
  std::optional<Span> duration;    // absent: by escalation
  std::optional<ThrottleRate> rate;
  std::string redirect_to;
  std::string reason;  // absent: the alert's sentence
  bool approval = false;
  bool operator==(const DecideStep&) const = default;
};

enum class WaitKind : std::uint8_t { kTime, kCalm, kFindings };

enum class StepKind : std::uint8_t {
  kDecide,   // put before the guards
  kLift,     // ends what this run decided
  kNotify,   // people, through channels
  kAssign,   // the alert: assignee, note, state
  kApprove,  // a person must say yes
  kWait,     // for a time, for calm, for more findings
  kCollect,  // keeps the evidence
  kBranch,
  kEnd,
};
std::string_view step_kind_name(StepKind kind);  // "decide", …: the key in YAML

struct PlaybookStep {
  std::string name;
  StepKind kind = StepKind::kEnd;
  std::string on_success;  // of kBranch: when true; empty: the run ends well
  std::string on_failure;  // of kBranch: when false; empty: the run ends, failed (branch: well)
  bool failure_ends = true;
  std::uint64_t retries = 0;
  Span retry_after = span_s(5);  // doubles

  DecideStep decide;
  std::vector<std::string> channels;
  std::string text;  // of kNotify, kApprove
  std::string assignee, note, state;
  WaitKind wait = WaitKind::kTime;
  Span time;  // kWait: how long, or how long calm; kApprove, other waits: at most
  Span at_most = span_s(86'400);
  std::uint64_t findings = 0;  // more than when the wait began
  PlaybookCondition condition;
  bool operator==(const PlaybookStep&) const = default;
};

struct Playbook {
  static constexpr std::size_t kStepsMax = 64;
  static constexpr std::size_t kNameBytesMax = 64;

  std::string name;
  std::string description;
  std::vector<std::string> types;   // CACAO's playbook_types: mitigation, notification, …
  std::vector<std::string> labels;  // RE&CT ("RA3101"), D3FEND ("D3-NTF"), others
  std::uint64_t priority = 0;       // CACAO: 0 (none), 1 (highest) to 100
  std::uint64_t severity = 0;       // 0 to 100
  std::map<std::string, std::string> variables;
  PlaybookTrigger trigger;
  Span timeout = span_s(7 * 86'400);  // of a whole run
  std::vector<PlaybookStep> steps;    // the first is where a run begins
  std::string file;                   // where it was read
  std::string text;                   // what was read, variables filled in
  std::string version;                // hash of that

  const PlaybookStep* find(std::string_view step) const;
};

}  // namespace tocsin
