// MonitorEngine: runs the monitors of a RuleSet over the hits of their filters.
//
// For: findings of what is unusual, in event time, with bounded state. Not for: what has a
// signature. consume() takes batches in Seq order and ignores events below covered(): after a
// restore the journal may be replayed from anywhere earlier. The stream's time is the newest event
// time; without events it runs on with the clock of reception (tick), so that a silence is noticed.
// A reload (adopt) keeps the state of each monitor whose text did not change.
//
// Thread-safe: one thread feeds it, others may ask list() and show(); one lock a batch.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/mutex.h"
#include "base/result.h"
#include "detect/baseline/monitor_state.h"
#include "detect/matcher.h"
#include "detect/rule_set.h"

namespace tocsin {

struct MonitorOptions {
  Span lateness = span_s(10);
  std::uint64_t hash_seed = 0;  // random in a server: senders choose the keys
};

struct MonitorSummary {
  std::shared_ptr<const RuleInfo> info;
  std::string name;
  sigma::MonitorModel model = sigma::MonitorModel::kLevel;
  std::size_t keys = 0;
  std::uint64_t evicted = 0;
  std::uint64_t events = 0;    // taken since it began to learn
  std::uint64_t findings = 0;  // made since then
  Micros first;                // event time of the first event; 0: none yet
  Micros last;
};

class MonitorEngine {
 public:
  MonitorEngine(std::shared_ptr<const RuleSet> rules, Metrics& metrics, MonitorOptions options);
  ~MonitorEngine();
  MonitorEngine(const MonitorEngine&) = delete;
  MonitorEngine& operator=(const MonitorEngine&) = delete;

  // `hits` sorted as Matcher gives them.
  void consume(const EventBatch& batch, std::span<const RuleHit> hits, std::vector<Finding>& out)
      EXCLUDES(mutex_);
  // Nothing came, and it is now `now` (clock of reception).
  void tick(Micros now, std::vector<Finding>& out) EXCLUDES(mutex_);
  // The stream is over (scan, rule tests).
  void finish(std::vector<Finding>& out) EXCLUDES(mutex_);
  void adopt(std::shared_ptr<const RuleSet> rules) EXCLUDES(mutex_);

  // Events below are learned already.
  Seq covered() const EXCLUDES(mutex_);
  // What an engine to be trained for this one must be made with.
  MonitorOptions options() const EXCLUDES(mutex_);
  bool empty() const EXCLUDES(mutex_);  // no monitor at all
  // Nothing below `seq` will come any more.
  void skip_to(Seq seq) EXCLUDES(mutex_);

  // All state as bytes: format in docs/formats.md.
  std::string snapshot() const EXCLUDES(mutex_);
  // Takes back what fits the monitors in force. kCorrupt: nothing was taken.
  Status restore(std::string_view bytes) EXCLUDES(mutex_);
  // Takes the state of each monitor that `trained` has learned from earlier events than this one.
  // catch_up(covered()) is called first, while this engine waits: it brings `trained` up to there.
  Status take_training(MonitorEngine& trained, const std::function<Status(Seq)>& catch_up)
      EXCLUDES(mutex_);

  std::vector<MonitorSummary> list() const EXCLUDES(mutex_);
  // By id, name or title. The keys that occurred most, or those that `key` names.
  Result<std::vector<KeyKnowledge>> show(std::string_view monitor, std::string_view key,
                                         std::size_t most) const EXCLUDES(mutex_);

 private:
  struct Running {
    const sigma::Monitor* monitor = nullptr;
    std::unique_ptr<MonitorState> state;
    std::uint64_t events = 0;
    std::uint64_t findings = 0;
    std::uint64_t evicted_told = 0;
    Micros first;
    Micros last;
  };
  // Which monitor a rule feeds, and as what.
  struct Feed {
    std::uint32_t monitor = 0;
    bool is_part = false;
    bool is_fed = false;
  };

  std::unique_ptr<MonitorState> make_state(const sigma::Monitor& monitor) REQUIRES(mutex_);
  void bind(std::shared_ptr<const RuleSet> rules) REQUIRES(mutex_);
  void observe(const Hit& hit, const Feed& feed, std::vector<Finding>& out) REQUIRES(mutex_);
  void advance(std::vector<Finding>& out) REQUIRES(mutex_);

  const Span lateness_;
  MonitorMeters meters_;
  Counter& findings_;
  mutable Mutex mutex_;
  std::uint64_t hash_seed_ GUARDED_BY(mutex_);  // saved with the state: values are kept as hashes
  std::shared_ptr<const RuleSet> rules_ GUARDED_BY(mutex_);
  std::vector<Running> running_ GUARDED_BY(mutex_);
  std::vector<Feed> feeds_ GUARDED_BY(mutex_);  // by rule
  std::string key_ GUARDED_BY(mutex_);          // reused
  Moment moment_ GUARDED_BY(mutex_);            // newest event time, newest Seq
  Micros received_ GUARDED_BY(mutex_);          // when that event time came
  Micros next_advance_ GUARDED_BY(mutex_);
  Seq covered_ GUARDED_BY(mutex_);
};

// What a snapshot covers: MonitorEngine::covered() when it was taken. 0 when it is none.
Seq snapshot_covers(std::string_view snapshot);

}  // namespace tocsin
