// Preview over history: what a rule's decisions would have done to whom, had it been armed. Reads
// only; the same guards as in earnest, but for the breaker's memory of that time.
//
// Not exact, and says so: never-block lists and sessions of administrators are today's. Bounded:
// kSubjectsMax decisions, kLoginsMax log-ins; `cut` tells.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/result.h"
#include "respond/guard/guards.h"
#include "respond/new_decision.h"

namespace tocsin {

// What fired then. Whoever has history implements it: alerts, or a backtest of the rule.
struct PreviewFinding {
  DecisionTarget target;
  Micros first;  // event time of the first event behind it
  Micros time;   // of the event that completed it
};
class FindingSource {
 public:
  virtual ~FindingSource() = default;
  // In the order of `time`, until `take` gives false.
  virtual Status each(Micros from, Micros until,
                      const std::function<bool(const PreviewFinding&)>& take) = 0;
};

struct PreviewLogin {
  IpAddress address;
  std::string user;
  Micros time;
};
class HistorySource {
 public:
  virtual ~HistorySource() = default;
  // Successful log-ins, any order, at most so many.
  virtual Result<std::vector<PreviewLogin>> logins(Micros from, Micros until,
                                                   std::size_t logins_max) = 0;
  // How many events that target caused.
  virtual Result<std::uint64_t> events(const DecisionTarget& target, Micros from, Micros until) = 0;
};

struct PreviewWish {
  NewDecision pattern;  // kind, duration or escalation, proposer; its scope and value do not matter
  Micros from;
  Micros until;
};

struct PreviewSubject {
  DecisionTarget target;
  OutcomeKind outcome = OutcomeKind::kTaken;  // or kRefused, kWaiting, kDryRun (breaker)
  DecisionKind kind = DecisionKind::kBlock;
  Micros from;
  Micros until;
  std::uint64_t findings = 0;
  std::uint64_t events_stopped = 0;         // of a taken block: its events in that time
  std::vector<std::string> known_users;     // who had logged in from there before the attack
  std::vector<std::string> innocent_users;  // who logged in while it would have been blocked
  std::string guard;
  std::string sentence;
};

struct PreviewReport {
  static constexpr std::size_t kSubjectsMax = 1'000;
  static constexpr std::size_t kLoginsMax = 100'000;
  static constexpr std::size_t kUsersNamedMax = 20;

  std::vector<PreviewSubject> subjects;  // by `from`
  std::uint64_t findings = 0;
  std::uint64_t events_stopped = 0;
  std::vector<std::string> innocent_users;  // all of them, by name, each once
  bool cut = false;
};

struct PreviewSources {
  FindingSource& findings;
  HistorySource& history;
};

Result<PreviewReport> preview(const PreviewWish& wish, const PreviewSources& sources,
                              const GuardParts& guards);

}  // namespace tocsin
