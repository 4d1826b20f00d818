// Exceptions: what people said is expected: findings of a rule that open no alert, for a while.
//
// An exception names a rule, conditions on the finding's key and on fields of the events behind it,
// maybe times of the week, and always an end, an owner and a reason. The AlertStore asks before it
// folds; what is silenced is counted and kept, per rule and key, so that it stays visible and so
// that a replay of the journal changes nothing, also after the exception has ended.
//
// Thread-safe. judge() is the alert stage's; it may read events of the journal when (and only when)
// rule and key fit an exception that has conditions on fields.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <soci/soci.h>

#include "alert/schedule.h"
#include "base/clock.h"
#include "base/ip.h"
#include "base/mutex.h"
#include "base/published.h"
#include "base/result.h"
#include "model/alert.h"
#include "model/finding.h"
#include "obs/metrics.h"
#include "state/state_db.h"
#include "sys/file_system.h"

namespace tocsin {

// One of all that must hold: "source.ip" in 10.0.0.0/8, "user.name" like adm*.
struct ExceptionCondition {
  std::string field;
  std::string value;  // a glob; a network where the field's value is an address
  bool operator==(const ExceptionCondition&) const = default;
};

struct ExceptionSpec {
  std::string rule;                       // id of the rule; "*": any
  std::vector<ExceptionCondition> where;  // at least one unless the rule is named
  std::string schedule;                   // only then, by event time; empty: always
  std::optional<Micros> expires;          // absent: in kExceptionDefaultSpan
  std::string owner;
  std::string reason;
  std::string alert_id;  // it was made from; may be empty
};

struct AlertException {
  std::string id;  // "exc_" and 8 hexadecimal digits
  ExceptionSpec spec;
  Micros created;
  std::string created_by;
  Micros expires;
  std::optional<Micros> ended;  // by a person, before its time
  std::uint64_t findings = 0;   // silenced so far
  std::optional<Micros> last;   // event time of the newest
};

// What an exception silenced for one rule and key.
struct SilencedKey {
  std::string rule_id;
  std::string title;
  std::string key;
  std::uint64_t findings = 0;
  Micros first;
  Micros last;
};

inline constexpr Span kExceptionDefaultSpan = span_s(30LL * 86'400);
inline constexpr Span kExceptionSpanMax = span_s(366LL * 86'400);
inline constexpr std::size_t kExceptionsMax = 1'000;  // in force
inline constexpr std::size_t kConditionsMax = 20;
inline constexpr std::size_t kExceptionTextBytesMax = 1'000;

// The value of a field of the event behind a Seq; nothing when the event or the field is not there.
// Thread-safe; owned by whoever has the journal.
class EventFields {
 public:
  virtual ~EventFields() = default;
  virtual std::optional<std::string> value(Seq seq, std::string_view field) = 0;
};

class ExceptionStore {
 public:
  static Result<std::unique_ptr<ExceptionStore>> open(StateDb& db, FileSystem& files, Clock& clock,
                                                      Metrics& metrics);

  // Without it conditions on fields that are not in the key never hold. Call before the first
  // judge(); outlives the store.
  void set_event_fields(EventFields* fields) { fields_ = fields; }

  // kInvalid names the member that is wrong. The exception is in force when it returns.
  Result<AlertException> add(const ExceptionSpec& spec, const std::string& who);
  Status end(const std::string& id, const std::string& who);
  // Newest first; with those that are over.
  Result<std::vector<AlertException>> list();
  Result<AlertException> get(const std::string& id);
  Result<std::vector<SilencedKey>> silenced(const std::string& id, std::size_t limit);

  // Which of `alerts` it would have silenced, had it been there.
  struct Preview {
    std::uint64_t looked_at = 0;
    std::uint64_t findings = 0;
    std::vector<Alert> alerts;
  };
  Result<Preview> preview(const ExceptionSpec& spec, std::span<const Alert> alerts);

  // ---- for the AlertStore ---------------------------------------------------------------------

  // For each finding the id of the exception that silences it, or "".
  std::vector<std::string> judge(std::span<const Finding> findings);
  // Within the fold's transaction: keeps what was silenced.
  Status record(soci::session& sql, const std::string& exception_id, const std::string& identity,
                const Finding& finding);
  // Findings of that rule and key up to here were silenced.
  static Seq silenced_through(soci::session& sql, const std::string& identity);

 private:
  struct Compiled;
  using Table = std::vector<std::shared_ptr<const Compiled>>;

  ExceptionStore(StateDb& db, FileSystem& files, Clock& clock, Metrics& metrics);
  Result<std::shared_ptr<const Compiled>> compile(const AlertException& exception) const;
  Status reload() EXCLUDES(mutex_);
  bool silences(const Compiled& exception, const Finding& finding) const;

  StateDb& db_;
  FileSystem& files_;
  Clock& clock_;
  Metrics& metrics_;
  Counter& silenced_;
  EventFields* fields_ = nullptr;
  Mutex mutex_;  // one reload at a time
  Published<Table> table_;
};

// The conditions and the rule that silence this alert and nothing else.
ExceptionSpec exception_from(const Alert& alert);

}  // namespace tocsin
