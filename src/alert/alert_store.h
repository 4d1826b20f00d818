// AlertStore: folds findings into alerts, and keeps what people do with them.
//
// One open alert per rule and key; a finding after the alert was closed opens a new one. Folding is
// idempotent: a finding whose Seq is not past the last_seq of the newest alert of its rule and key,
// open or closed, changes nothing, so the journal may be replayed from anywhere earlier. Findings
// of one rule and key arrive in Seq order. A rule that has kOpenPerRuleMax open alerts folds
// findings with further keys into one overflow alert: nobody may fill the disk by inventing keys.
//
// Thread-safe; fold() is one thread's work (the alert stage). Listeners are called after the change
// is durable, on the thread that made it, outside every lock.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/mutex.h"
#include "base/result.h"
#include "model/alert.h"
#include "obs/metrics.h"
#include "state/state_db.h"

namespace tocsin {

enum class AlertEventKind : std::uint8_t { kOpened, kFolded, kChanged };
std::string_view alert_event_name(AlertEventKind kind);

struct AlertEvent {
  AlertEventKind kind = AlertEventKind::kOpened;
  Alert alert;                        // as it is now
  std::string identity;               // the same for all alerts of this rule and key
  AlertState was = AlertState::kNew;  // of kChanged: the state before
  std::string who;                    // of kChanged: who did it
};
using AlertListener = std::function<void(std::span<const AlertEvent>)>;
// Runs inside the transaction that makes the change: what it writes is durable with the change, and
// not at all when either fails. Must not wait for anything but the database.
using AlertRecorder = std::function<Status(soci::session&, std::span<const AlertEvent>)>;

// What to list: every given condition must hold.
struct AlertFilter {
  std::vector<AlertState> states;  // any of them; empty: all
  std::optional<Level> level_min;
  std::optional<std::string> rule_id;
  std::optional<std::string> key;       // one part of the key, "source.ip=1.2.3.4", or only a value
  std::optional<std::string> assignee;  // "" finds those that nobody has
  std::optional<Micros> from;           // whose last event is at or after this
  std::optional<Micros> to;             // whose first event is before this
  std::size_t limit = 100;              // 1..kAlertsPageMax
  std::string cursor;                   // AlertPage::next of the page before
};

struct AlertPage {
  std::vector<Alert> alerts;  // last event newest first
  std::string next;           // cursor of the next page; empty when this is the last
};

// What a person changes; absent members stay. Closing wants a verdict other than kNone.
struct AlertPatch {
  std::optional<AlertState> state;
  std::optional<AlertVerdict> verdict;
  std::optional<std::string> assignee;
  std::optional<std::string> note;
};

struct AlertChange {
  std::string alert_id;
  Micros at;
  std::string who;   // id of an API key, "cli", or "tocsin"
  std::string what;  // "opened", "state", "verdict", "assignee", "note"
  std::string from;
  std::string to;
};

struct AlertCount {
  AlertState state = AlertState::kNew;
  Level level = Level::kMedium;
  std::uint64_t alerts = 0;
};

inline constexpr std::size_t kAlertsPageMax = 1'000;
inline constexpr std::size_t kAlertNoteBytesMax = 16 * 1024;
inline constexpr std::size_t kAlertAssigneeBytesMax = 200;
inline constexpr std::string_view kOverflowField = "tocsin.overflow";

struct AlertLimits {
  std::uint64_t open_per_rule_max = 10'000;
  Span progress_interval = span_s(1);  // how often folded_through() is kept when nothing is found
};

class ExceptionStore;

class AlertStore {
 public:
  static Result<std::unique_ptr<AlertStore>> open(StateDb& db, Clock& clock, Metrics& metrics,
                                                  AlertLimits limits = {});

  // Call these before the first fold().
  void add_listener(AlertListener listener);
  void set_recorder(AlertRecorder recorder);
  // What people said is expected; outlives the store.
  void set_exceptions(ExceptionStore* exceptions) { exceptions_ = exceptions; }

  // Folds the findings of all records up to and including `through`; the change is durable when it
  // returns. On an error nothing of it happened, and the same call may be made again.
  Status fold(std::span<const Finding> findings, Seq through) EXCLUDES(fold_mutex_);
  // Every finding up to here is folded and durable: replay of findings may start after it.
  Seq folded_through() const EXCLUDES(fold_mutex_);

  Result<AlertPage> list(const AlertFilter& filter);
  // By id, or by the first characters of it (at least 6) when only one alert has them.
  Result<Alert> get(const std::string& id);
  // Oldest first.
  Result<std::vector<AlertChange>> history(const std::string& id);
  Result<std::vector<AlertCount>> counts();
  // By rule: on each of `days` days from `from` on, the findings of its alerts whose last event was
  // that day.
  Result<std::map<std::string, std::vector<std::uint64_t>>> activity(Micros from, std::size_t days);

  // All or none. kNotFound names the id; kConflict for a step that the alert's state forbids
  // (reopening while a newer alert of the same rule and key is open); kInvalid for a bad patch.
  Result<std::vector<Alert>> change(std::span<const std::string> ids, const AlertPatch& patch,
                                    const std::string& who);

 private:
  AlertStore(StateDb& db, Clock& clock, Metrics& metrics, AlertLimits limits);
  Status load_progress();
  Status record(soci::session& sql, std::span<const AlertEvent> events) const;
  void tell(std::span<const AlertEvent> events) const;

  StateDb& db_;
  Clock& clock_;
  const AlertLimits limits_;
  Counter& folded_;
  Counter& replayed_;
  Counter& opened_;
  Counter& overflowed_;
  std::vector<AlertListener> listeners_;
  AlertRecorder recorder_;
  ExceptionStore* exceptions_ = nullptr;
  mutable Mutex fold_mutex_;
  Seq folded_through_ GUARDED_BY(fold_mutex_);
  Span progress_kept_ GUARDED_BY(fold_mutex_);
};

}  // namespace tocsin
