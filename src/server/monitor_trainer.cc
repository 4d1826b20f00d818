#include "server/monitor_trainer.h"

#include <algorithm>
#include <utility>

#include "base/fail.h"
#include "detect/compiled_rules.h"

namespace tocsin {
namespace {

constexpr std::size_t kReadRecords = 8'192;
constexpr std::size_t kReadBytes = 4 * kMiB;
// So near to the engine in force, the rest is learned while that one waits.
constexpr std::uint64_t kNearRecords = 4'096;

}  // namespace

// One training: an engine that walks through the journal.
class MonitorTrainer::Run {
 public:
  Run(const MonitorTrainerParts& parts, Seq from)
      : journal_(parts.journal),
        decode_(parts.work),
        rules_(parts.rules.compiled()),
        matcher_(make_matcher(rules_, parts.work.fields, parts.work.datasets, metrics_)),
        engine_(rules_->rule_set(), metrics_, parts.book.engine()->options()),
        next_(from) {}

  MonitorEngine& engine() { return engine_; }
  Seq next() const { return next_; }

  // Learns from the next records below `end`; false when there is none.
  Result<bool> step(Seq end) {
    if (next_ >= end) {
      return false;
    }
    TRY_ASSIGN(const std::shared_ptr<const RecordBatch> batch,
               journal_.read(next_, kReadRecords, kReadBytes));
    if (batch->empty() || batch->first_seq() >= end) {
      next_ = end;
      return false;
    }
    const Seq first = batch->first_seq();
    const std::size_t from = first < next_ ? next_.value - first.value : 0;
    const std::size_t to = std::min<std::size_t>(batch->size(), end.value - first.value);
    next_ = seq_plus(first, to);
    const std::shared_ptr<EventBatch> events = decode_.decode(batch, from, to);
    hits_.clear();
    matcher_->match(*events, hits_);
    findings_.clear();
    engine_.consume(*events, hits_, findings_);
    return true;
  }

 private:
  Metrics metrics_;  // its own: what is learned again is not counted again
  Journal& journal_;
  EventWork decode_;
  std::shared_ptr<const CompiledRules> rules_;
  std::unique_ptr<Matcher> matcher_;
  MonitorEngine engine_;
  Seq next_;
  std::vector<RuleHit> hits_;
  std::vector<Finding> findings_;
};

Status MonitorTrainer::train(Span since) {
  MutexLock lock(mutex_);
  if (state_.running) {
    return fail(ErrorCode::kConflict, "a training is running: {} of {} records", records_.load(),
                records_total_.load());
  }
  records_ = 0;
  records_total_ = 0;
  state_ = {};
  state_.running = true;
  state_.started = parts_.clock.now();
  // The one before has ended, or is about to without needing the lock for long.
  thread_ = std::jthread([this, since](const std::stop_token& stop) {
    const Status status = run(since, stop);
    MutexLock locked(mutex_);
    state_.running = false;
    state_.finished = parts_.clock.now();
    if (!status) {
      state_.error = status.error().full_text();
      parts_.log.error("training of monitors: {}", state_.error);
    }
  });
  return {};
}

Status MonitorTrainer::run(Span since, const std::stop_token& stop) {
  TRY_ASSIGN(const Seq from, parts_.journal.first_received_at_or_after(parts_.clock.now() - since));
  MonitorEngine& live = *parts_.book.engine();
  Run training(parts_, std::max(from, parts_.journal.begin()));
  const Seq begin = training.next();
  while (live.covered().value > training.next().value + kNearRecords) {
    if (stop.stop_requested()) {
      return fail(ErrorCode::kCancelled, "the server stops");
    }
    TRY(training.step(live.covered()));
    records_ = training.next().value - begin.value;
    records_total_ = live.covered().value - begin.value;
  }
  const auto catch_up = [&](Seq covered) -> Status {
    while (true) {
      TRY_ASSIGN(const bool more, training.step(covered));
      if (!more) {
        return {};
      }
    }
  };
  TRY(live.take_training(training.engine(), catch_up));
  records_ = training.next().value - begin.value;
  records_total_ = records_.load();
  parts_.log.info("monitors learned from {} stored records", records_.load());
  return {};
}

TrainingState MonitorTrainer::training() {
  MutexLock lock(mutex_);
  TrainingState state = state_;
  state.records = records_;
  state.records_total = records_total_;
  return state;
}

void MonitorTrainer::stop() {
  std::jthread thread;
  {
    MutexLock lock(mutex_);
    thread = std::move(thread_);
  }
  if (thread.joinable()) {
    thread.request_stop();
    thread.join();
  }
}

}  // namespace tocsin
