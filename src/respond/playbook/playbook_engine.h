// PlaybookEngine: alerts in, steps taken. Runs are durable: after a restart each goes on where it
// was, and alerts that nobody offered meanwhile are caught up.
//
// A round (step()) takes what was offered, starts runs, takes steps until all of them wait or are
// over, puts all proposals of one depth before the decision book in one write, and keeps the runs
// in another. A step whose effect was not yet kept when the machine died is taken again; decisions,
// messages, assignments and evidence are made so that the second time changes nothing. Bounded:
// what finds no room is counted and, for alerts, caught up from the store.
//
// offer() never waits for the database. Everything is thread-safe; rounds take turns.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <unordered_set>
#include <vector>

#include "base/clock.h"
#include "base/mutex.h"
#include "base/published.h"
#include "base/rng.h"
#include "obs/log.h"
#include "obs/metrics.h"
#include "respond/decision_book.h"
#include "respond/playbook/playbook.h"
#include "respond/playbook/playbook_hands.h"
#include "respond/playbook/run_rows.h"

namespace tocsin {

struct PlaybookSet {
  std::vector<std::shared_ptr<const Playbook>> playbooks;  // by priority, then name
  std::vector<std::string> issues;                         // why others are not here

  std::shared_ptr<const Playbook> find(std::string_view name) const;
};

struct EngineLimits {
  std::size_t queue_max = 20'000;
  std::size_t runs_max = 10'000;  // at the same time
  Span history = span_s(90LL * 86'400);
};

struct EngineParts {
  DecisionBook& book;
  const ArmBook& armed;
  PlaybookHands& hands;
  StateDb& db;
  AuditSink& audit;
  Clock& clock;
  Metrics& metrics;
  Log& log;
  std::uint64_t seed = 0;
  EngineLimits limits = {};
};

// What one step would come to.
struct RehearsedStep {
  std::string step;
  std::string kind;
  std::string sentence;
};

class PlaybookEngine {
 public:
  static Result<std::unique_ptr<PlaybookEngine>> open(const EngineParts& parts);
  ~PlaybookEngine();
  PlaybookEngine(const PlaybookEngine&) = delete;
  PlaybookEngine& operator=(const PlaybookEngine&) = delete;

  // Runs that began stay on the playbook they began with.
  void put_in_force(std::shared_ptr<const PlaybookSet> set);
  std::shared_ptr<const PlaybookSet> in_force() const { return set_.get(); }
  bool is_armed(const Playbook& playbook) const {
    return parts_.armed.is_armed("playbook", playbook.name, playbook.version);
  }

  // An alert was opened, folded or changed.
  void offer(const Alert& alert) EXCLUDES(inbox_mutex_);
  void wake() EXCLUDES(inbox_mutex_);

  void start();
  void stop();
  // One round; gives when the next is due at the latest. The engine's thread calls it, and tests.
  Micros step() EXCLUDES(mutex_);

  // A run by hand, whatever the trigger says; gives its id. kNotFound, kExhausted.
  Result<std::string> run(const std::string& playbook, const std::string& alert_id,
                          const std::string& by) EXCLUDES(mutex_);
  // Changes nothing and tells nobody.
  Result<std::vector<RehearsedStep>> rehearse(const std::string& playbook,
                                              const std::string& alert_id);
  // kNotFound when there is none, kConflict when it is over.
  Status cancel(const std::string& run_id, const std::string& by) EXCLUDES(mutex_);
  // The yes or no that a step of the kind approve waits for.
  Status answer(const std::string& run_id, bool yes, const std::string& by) EXCLUDES(mutex_);

  Result<std::vector<PlaybookRun>> runs(const RunFilter& filter);
  Result<std::vector<RunStep>> steps(const std::string& run_id);

 private:
  struct Active {
    PlaybookRun run;
    std::shared_ptr<const Playbook> playbook;
    Alert alert;
    bool dirty = false;
    std::optional<bool> answer;  // of a person
    std::string answered_by;
  };
  // What the decision of one step proposes.
  struct Proposed {
    Active* active;
    std::vector<NewDecision> wanted;
  };
  enum class Move : std::uint8_t { kGoesOn, kProposes, kStays };

  explicit PlaybookEngine(const EngineParts& parts);
  Status load() EXCLUDES(mutex_);
  std::shared_ptr<const Playbook> playbook_of(const PlaybookRun& run, RunRows& rows);

  void take_inbox() REQUIRES(mutex_);
  void catch_up() REQUIRES(mutex_);
  void consider(const Alert& alert) REQUIRES(mutex_);
  bool begin(std::shared_ptr<const Playbook> playbook, const Alert& alert, const std::string& id,
             const std::string& by) REQUIRES(mutex_);
  bool is_known(const std::string& run_id) REQUIRES(mutex_);

  void read_approvals() REQUIRES(mutex_);
  void move_all() REQUIRES(mutex_);
  Move move(Active& active, std::vector<Proposed>& proposals) REQUIRES(mutex_);
  Move take(Active& active, const PlaybookStep& step, std::vector<Proposed>& proposals)
      REQUIRES(mutex_);
  Move decide(Active& active, const PlaybookStep& step, std::vector<Proposed>& proposals)
      REQUIRES(mutex_);
  Move wait(Active& active, const PlaybookStep& step) REQUIRES(mutex_);
  Move await_approval(Active& active, const PlaybookStep& step) REQUIRES(mutex_);
  Move await_book(Active& active) REQUIRES(mutex_);
  void propose(std::vector<Proposed>& proposals) REQUIRES(mutex_);
  void settle(Proposed& proposed, std::span<const Result<Outcome>> outcomes) REQUIRES(mutex_);

  Move done(Active& active, const std::string& outcome, const std::string& sentence)
      REQUIRES(mutex_);
  Move failed(Active& active, const std::string& sentence) REQUIRES(mutex_);
  Move tried(Active& active, const Error& error) REQUIRES(mutex_);
  void go_to(Active& active, const std::string& next, RunState otherwise,
             const std::string& sentence) REQUIRES(mutex_);
  void end(Active& active, RunState state, const std::string& detail) REQUIRES(mutex_);
  void note_step(Active& active, const std::string& outcome, const std::string& sentence)
      REQUIRES(mutex_);
  void note(const Active& active, std::string action, std::string sentence) REQUIRES(mutex_);

  bool is_live(const Active& active) const;
  NewDecision proposal(const Active& active, const PlaybookStep& step,
                       const DecisionTarget& target) const;
  std::vector<DecisionTarget> targets(const Alert& alert, const DecideStep& step);
  Status keep() REQUIRES(mutex_);
  Micros next_due() const REQUIRES(mutex_);
  void run_thread(const std::stop_token& stop);

  const EngineParts parts_;
  Counter& started_;
  Counter& taken_;
  Counter& left_out_queue_;
  Counter& left_out_runs_;
  Published<PlaybookSet> set_;

  Mutex inbox_mutex_;
  std::deque<Alert> inbox_ GUARDED_BY(inbox_mutex_);
  bool missed_ GUARDED_BY(inbox_mutex_) = true;  // alerts that only the store knows
  bool woken_ GUARDED_BY(inbox_mutex_) = false;
  std::condition_variable_any wake_;

  Mutex mutex_;
  std::map<std::string, Active> active_ GUARDED_BY(mutex_);              // by run id
  std::multimap<std::string, std::string> by_alert_ GUARDED_BY(mutex_);  // alert → run
  std::unordered_set<std::string> known_ GUARDED_BY(mutex_);             // ids of runs there were
  std::unordered_set<std::string> open_approvals_ GUARDED_BY(mutex_);    // of this round
  bool approvals_read_ GUARDED_BY(mutex_) = false;
  std::vector<RunStep> new_steps_ GUARDED_BY(mutex_);
  std::vector<PlaybookText> new_texts_ GUARDED_BY(mutex_);
  std::vector<AuditEntry> new_audit_ GUARDED_BY(mutex_);
  std::optional<Micros> mark_ GUARDED_BY(mutex_);  // alerts that changed before are considered
  bool mark_moved_ GUARDED_BY(mutex_) = false;
  Micros forgot_ GUARDED_BY(mutex_);
  Micros retry_ GUARDED_BY(mutex_);  // after the database failed
  Rng rng_ GUARDED_BY(mutex_);
  std::jthread thread_;
};

}  // namespace tocsin
