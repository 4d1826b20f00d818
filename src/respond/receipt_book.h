// ReceiptBook: who enforces, which decision each took and when, and what it counted.
//
// Enforcers see decisions in the order of their ids, so a receipt is a range: "at T, everything up
// to id N". Two kinds: given (the server told it) and applied (the enforcer says it is in force;
// CrowdSec's bouncers never say so). heard() only touches memory; flush() makes it durable. What
// lapses (an enforcer gone silent, a decision that nobody took in time or that an enforcer cannot
// carry out) is told once by take_lapses(), for alerts. Bounded: kEnforcersMax; more are counted
// and not remembered. Thread-safe.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/mutex.h"
#include "base/result.h"
#include "config/enforcement_settings.h"
#include "model/receipt.h"
#include "obs/metrics.h"
#include "respond/decision_snapshot.h"
#include "state/state_db.h"

namespace tocsin {

enum class Taken : std::uint8_t { kGiven, kApplied };
std::string_view taken_name(Taken taken);  // "given", "applied"

// What is known of an enforcer after it was heard; absent members say nothing.
struct Sighting {
  std::string name;
  std::string kind;  // "nftables", "crowdsec-firewall-bouncer", "verdict", …
  std::string version;
  std::string address;
  std::string key_id;
  Taken taken = Taken::kGiven;
  std::uint64_t through = 0;                       // every decision up to it; 0: nothing new
  std::optional<std::vector<std::string>> covers;  // "block:address", …; absent: as before
  std::optional<std::uint64_t> standing;
  std::vector<FailedDecision> failed;
  std::vector<EnforcedCount> counts;
  bool leaving = false;  // its silence is meant
  // Of an answer that was written: says what was given, nothing about who is there now.
  bool afterwards = false;
};

struct EnforcerInfo {
  std::string name, kind, version, address, key_id;
  Micros first_seen;
  Micros last_seen;
  std::uint64_t given_through = 0;
  std::uint64_t applied_through = 0;
  std::optional<std::uint64_t> standing;
  std::vector<std::string> covers;  // empty: everything
  std::vector<EnforcedCount> counts;
  bool left = false;
  bool silent = false;

  bool says_covers(DecisionKind decision, ScopeKind scope) const;
};

struct Receipt {
  std::string enforcer;
  std::string kind;
  std::optional<Micros> given;
  std::optional<Micros> applied;
  std::string failed;  // why it cannot be carried out; else empty
};

enum class LapseKind : std::uint8_t { kSilent, kBack, kNotTaken, kFailed };
std::string_view lapse_name(LapseKind kind);  // "enforcer_silent", "enforcer_back", …

struct Lapse {
  LapseKind kind = LapseKind::kSilent;
  std::string enforcer;         // of all but kNotTaken
  std::uint64_t decision = 0;   // the first, of kNotTaken and kFailed
  std::uint64_t decisions = 0;  // how many
  std::string sentence;
};

class ReceiptBook {
 public:
  static constexpr std::size_t kEnforcersMax = 1'000;
  static constexpr std::size_t kWaitingMax = 50'000;  // receipts that are not durable yet
  static constexpr std::size_t kFailedMax = 10'000;   // remembered in the database, newest

  static Result<std::unique_ptr<ReceiptBook>> open(const EnforcementSettings& settings, StateDb& db,
                                                   Clock& clock, Metrics& metrics);

  void heard(const Sighting& sighting) EXCLUDES(mutex_);
  // About once a second, and at the end.
  Status flush() EXCLUDES(mutex_, flush_mutex_);

  std::vector<EnforcerInfo> enforcers() const EXCLUDES(mutex_);  // by name
  // Who was given or applied that decision; in the order of names.
  Result<std::vector<Receipt>> of_decision(std::uint64_t id) EXCLUDES(mutex_);
  // An enforcer that is gone for good. kNotFound when there is none of that name.
  Status forget(const std::string& name) EXCLUDES(mutex_, flush_mutex_);

  // Told once. `now` is the decision book's. Counts too how late what was taken since was.
  std::vector<Lapse> take_lapses(const DecisionSnapshot& active, Micros now) EXCLUDES(mutex_);

 private:
  struct Row {  // a receipt that waits for the database
    std::string enforcer;
    Taken taken;
    std::uint64_t from, through;  // (from, through]
    Micros at;
  };
  struct Fault {
    std::string enforcer;
    FailedDecision failed;
    Micros at;
  };
  ReceiptBook(const EnforcementSettings& settings, StateDb& db, Clock& clock, Metrics& metrics);
  Status load();
  void meet(EnforcerInfo& info, const Sighting& sighting, Micros now) REQUIRES(mutex_);
  void take(EnforcerInfo& info, const Sighting& sighting, Micros now) REQUIRES(mutex_);
  Status write(const std::vector<EnforcerInfo>& changed, const std::vector<Row>& rows,
               const std::vector<Fault>& faults);
  void measure(const DecisionSnapshot& active, Span wall_offset) REQUIRES(mutex_);
  void find_silent(std::vector<Lapse>& lapses, Micros now) REQUIRES(mutex_);
  void find_not_taken(std::vector<Lapse>& lapses, const DecisionSnapshot& active, Micros now)
      REQUIRES(mutex_);

  const EnforcementSettings settings_;
  StateDb& db_;
  Clock& clock_;
  Metrics& metrics_;
  Mutex flush_mutex_;
  mutable Mutex mutex_;
  std::map<std::string, EnforcerInfo, std::less<>> enforcers_ GUARDED_BY(mutex_);
  std::map<std::string, bool, std::less<>> changed_ GUARDED_BY(mutex_);
  std::vector<Row> rows_ GUARDED_BY(mutex_);
  std::vector<Fault> faults_ GUARDED_BY(mutex_);
  std::vector<Lapse> failures_ GUARDED_BY(mutex_);  // to be told
  std::vector<Row> unmeasured_ GUARDED_BY(mutex_);  // how late each was, not yet counted
  std::uint64_t judged_through_ GUARDED_BY(mutex_) = 0;
  Micros pruned_ GUARDED_BY(mutex_);
};

}  // namespace tocsin
