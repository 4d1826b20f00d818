// DecisionBook: the one place where decisions are taken, kept and lifted.
//
// propose() asks the guards (guard/guards.h), writes to the state database, and only then
// publishes: what enforcers see is durable, and after a restart it is there again. Time in here is
// the book's: it follows the wall clock, but neither goes back nor leaps when that one does (see
// now()).
//
// Thread-safe. Writers take turns; active() never waits for them longer than a pointer's copy.
// Listeners are called after a change is published, outside every lock, on the thread that made it;
// with several writers they may be called out of order: use them to wake up, and changes_since().
#pragma once

#include <atomic>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <queue>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/mutex.h"
#include "base/published.h"
#include "base/result.h"
#include "config/settings.h"
#include "obs/metrics.h"
#include "respond/approval.h"
#include "respond/audit.h"
#include "respond/decision_contexts.h"
#include "respond/decision_filter.h"
#include "respond/decision_rows.h"
#include "respond/decision_snapshot.h"
#include "respond/decision_taking.h"
#include "respond/guard/guards.h"
#include "respond/new_decision.h"
#include "state/state_db.h"

namespace tocsin {

struct BookParts {
  const RespondSettings& settings;
  StateDb& db;
  Guards& guards;
  AuditSink& audit;
  Clock& clock;
  Metrics& metrics;
  std::uint64_t secret_seed;  // of hash tables whose keys attackers choose, and of uuids
};

struct DecisionChange {
  std::uint64_t number = 0;  // grows by one
  bool added = false;        // else it was lifted
  LiftCause cause = LiftCause::kExpired;
  Micros at;
  Ref<PackedDecision> decision;
};
struct DecisionChanges {
  std::vector<DecisionChange> changes;  // oldest first
  std::uint64_t cursor = 0;             // for the next call
};
using DecisionListener = std::function<void(std::span<const DecisionChange>)>;

// Which decisions to lift: every given condition must hold, and at least one must be given.
struct LiftWish {
  std::vector<std::uint64_t> ids = {};
  std::optional<DecisionTarget> target = {};  // exactly this one
  std::optional<IpNetwork> overlapping = {};  // every address and network decision that touches it
  std::optional<DecisionKind> kind = {};
  std::optional<std::string> origin = {};
  std::optional<std::string> rule_id = {};
  bool all = false;
};

class DecisionBook {
 public:
  static constexpr std::size_t kChangesKept = 200'000;
  static constexpr std::size_t kProposalsMax = 100'000;  // of one propose_all()

  // Reads what is in the database; everything passed in outlives the book.
  static Result<std::unique_ptr<DecisionBook>> open(const BookParts& parts);
  ~DecisionBook();
  DecisionBook(const DecisionBook&) = delete;
  DecisionBook& operator=(const DecisionBook&) = delete;

  // kInvalid for a proposal that is malformed; kExhausted when the book is full (decisions_max).
  Result<Outcome> propose(const NewDecision& wanted) EXCLUDES(mutex_);
  // One durable write for all; one malformed proposal does not stop the others.
  Result<std::vector<Result<Outcome>>> propose_all(std::span<const NewDecision> wanted)
      EXCLUDES(mutex_);
  // What propose() would answer now; changes nothing and asks nobody.
  Result<Outcome> simulate(const NewDecision& wanted) EXCLUDES(mutex_);

  // Gives what was lifted. `by`: "user alice", "cli", …; `why` may be empty.
  Result<std::vector<LiftedDecision>> lift(const LiftWish& wish, const std::string& by,
                                           const std::string& why) EXCLUDES(mutex_);
  // Call at least every second: lifts what has ended, forgets approvals nobody gave in time.
  Status tick() EXCLUDES(mutex_);
  // After a list of never-block changed, or an administrator came from a new address: lifts what
  // the guards would refuse now; with `only`, of what touches that network. Gives how many.
  Result<std::size_t> recheck(const std::optional<IpNetwork>& only = {}) EXCLUDES(mutex_);

  // Approvals.
  Result<std::vector<Approval>> approvals();
  Result<Outcome> approve(const std::string& id, const std::string& by) EXCLUDES(mutex_);
  Status reject(const std::string& id, const std::string& by, const std::string& why)
      EXCLUDES(mutex_);

  std::shared_ptr<const DecisionSnapshot> active() const { return active_.get(); }
  // Nothing when the cursor is too old or not from this run: then read active() as a whole and go
  // on from its cursor(). At most `changes_max`; more is there when cursor < active()->cursor().
  std::optional<DecisionChanges> changes_since(std::uint64_t cursor,
                                               std::size_t changes_max = 10'000) const
      EXCLUDES(history_mutex_);
  void add_listener(DecisionListener listener);  // before the first proposal

  // History and dry runs included; from the database, newest first.
  Result<DecisionPage> list(const DecisionFilter& filter);
  Result<DecisionRow> get(std::uint64_t id);
  // Lifted at or after that time, oldest first; real ones only. For enforcers that come back.
  Result<std::vector<LiftedDecision>> lifted_since(Micros time, std::size_t limit);

  // The book's time: what `created` and `until` are compared with.
  Micros now() const EXCLUDES(time_mutex_);
  // How far the wall clock is ahead of it, because it leapt; usually zero.
  Span wall_offset() const EXCLUDES(time_mutex_);

  BreakerState breaker() const EXCLUDES(mutex_);
  // By hand. `why` is for people.
  Status open_breaker(const std::string& by, const std::string& why) EXCLUDES(mutex_);
  Status close_breaker(const std::string& by) EXCLUDES(mutex_);

 private:
  // What one call did, told to listeners and the audit after the lock is gone.
  struct Told {
    std::vector<DecisionChange> changes;
    std::vector<AuditEntry> audit;
  };
  struct Deadline {
    Micros until;
    std::uint64_t id;
    auto operator<=>(const Deadline&) const = default;
  };
  using Deadlines = std::priority_queue<Deadline, std::vector<Deadline>, std::greater<>>;
  using Work = std::function<Status(DecisionTaking& taking)>;

  explicit DecisionBook(const BookParts& parts);
  Status load() EXCLUDES(mutex_);
  void start_time(Micros kept) EXCLUDES(time_mutex_);

  // One transaction of proposals; publishes and tells what came of it.
  Status take(const Work& work) EXCLUDES(mutex_);
  Status save_marks(DecisionRows& rows, const BreakerState& before) REQUIRES(mutex_);
  void publish(DecisionSnapshot next, std::vector<DecisionChange>& changes) REQUIRES(mutex_);
  void note_breaker(const BreakerState& before, const std::string& by, Told& told) REQUIRES(mutex_);
  void tell(Told told);
  std::vector<AuditEntry> limited(std::vector<AuditEntry> entries) REQUIRES(mutex_);

  struct Lifting {
    std::vector<Ref<PackedDecision>> which;  // of active and shadow
    LiftCause cause = LiftCause::kRemoved;
    std::string by;
    std::function<std::string(const PackedDecision&)> why;
  };
  Result<std::vector<LiftedDecision>> lift_these(const Lifting& lifting, Told& told)
      REQUIRES(mutex_);
  Status expire(Micros now, Told& told) REQUIRES(mutex_);
  Status keep_house(Micros now, Told& told) REQUIRES(mutex_);

  const BookParts parts_;
  Counter& taken_;
  Counter& dry_runs_;
  Counter& refused_;
  Counter& lifted_;
  Counter& audit_left_out_;
  std::vector<DecisionListener> listeners_;
  Published<DecisionSnapshot> active_;
  std::atomic<std::uint64_t> uuid_seed_{0};  // set once, by open()

  mutable Mutex time_mutex_;
  mutable Micros last_wall_ GUARDED_BY(time_mutex_);
  mutable Span last_boot_ GUARDED_BY(time_mutex_);
  mutable Micros last_now_ GUARDED_BY(time_mutex_);
  mutable Span offset_ GUARDED_BY(time_mutex_);

  mutable Mutex mutex_;
  DecisionContexts contexts_ GUARDED_BY(mutex_);
  Deadlines deadlines_ GUARDED_BY(mutex_);
  DecisionSnapshot shadow_ GUARDED_BY(mutex_);  // dry runs that stand, so that each is one row
  std::uint64_t next_id_ GUARDED_BY(mutex_) = 1;
  Micros marks_kept_ GUARDED_BY(mutex_);
  Micros house_kept_ GUARDED_BY(mutex_);
  Micros audit_minute_ GUARDED_BY(mutex_);
  std::uint64_t audit_in_minute_ GUARDED_BY(mutex_) = 0;

  mutable Mutex history_mutex_;
  std::deque<DecisionChange> history_ GUARDED_BY(history_mutex_);
  std::uint64_t last_change_ GUARDED_BY(history_mutex_) = 0;
};

}  // namespace tocsin
