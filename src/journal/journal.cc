#include "journal/journal.h"

#include <algorithm>
#include <chrono>
#include <deque>
#include <future>
#include <optional>
#include <thread>
#include <vector>

#include "base/check.h"
#include "base/fail.h"
#include "base/published.h"
#include "journal/store.h"

namespace tocsin {
namespace {

using journal::Archive;
using journal::Store;

struct Waiting {
  std::shared_ptr<RecordBatch> batch;
  AppendDone done;
};

using Task = std::function<void(Store&)>;

// The queue before the store and the thread that serves it.
class ThreadedJournal final : public Journal {
 public:
  ThreadedJournal(const JournalOptions& options, std::unique_ptr<Store> store, Clock& clock,
                  Metrics& metrics, Log& log, DurableSink sink)
      : options_(options),
        store_(std::move(store)),
        archive_(store_->archive()),
        verifier_(store_->verifier_key()),
        clock_(clock),
        log_(log),
        sink_(std::move(sink)),
        queued_gauge_(metrics.gauge("tocsin_journal_queue_bytes", "Bytes that wait for a commit")),
        end_gauge_(metrics.gauge("tocsin_journal_end_seq", "First Seq that is not durable yet")),
        refused_full_(refused(metrics, "queue_full")),
        refused_large_(refused(metrics, "too_large")),
        refused_disk_(refused(metrics, "disk_full")),
        refused_error_(refused(metrics, "error")) {
    checkpoint_due_ = Span(clock_.since_boot().value + options_.checkpoint_interval.value);
    if (const auto& newest = store_->newest_checkpoint()) {
      newest_.publish(std::make_shared<const Checkpoint>(*newest));
    }
    writer_ = std::thread([this] { run(); });
  }

  ~ThreadedJournal() override {
    if (const Status closed = close(); !closed) {
      log_.error("journal: closing: {}", closed.error().full_text());
    }
  }
  ThreadedJournal(const ThreadedJournal&) = delete;
  ThreadedJournal& operator=(const ThreadedJournal&) = delete;

  void append(std::shared_ptr<RecordBatch> batch, AppendDone done) override {
    CHECK(batch != nullptr);
    if (const Status refusal = enter(batch, done); !refusal) {
      done(refusal);
    }
  }

  Seq begin() const override { return archive_.begin(); }
  Seq end() const override { return archive_.end(); }

  Result<std::shared_ptr<const RecordBatch>> read(Seq from, std::size_t records_max,
                                                  std::size_t bytes_max) override {
    return archive_.read(from, records_max, bytes_max);
  }
  Result<Seq> first_received_at_or_after(Micros time) override {
    return archive_.first_received_at_or_after(time);
  }

  Result<Checkpoint> checkpoint() override {
    const std::shared_ptr<const Checkpoint> known = newest_.get();
    return known->tree_size > 0 ? Result<Checkpoint>(*known)
                                : in_writer<Checkpoint>([this](Store&) { return sign(); });
  }

  Result<InclusionProof> prove(Seq seq) override {
    Result<InclusionProof> proof = archive_.prove(seq, *newest_.get());
    if (proof || proof.error().code() != ErrorCode::kUnavailable) {
      return proof;
    }
    TRY_ASSIGN(const Checkpoint fresh,
               in_writer<Checkpoint>([this, seq](Store& store) -> Result<Checkpoint> {
                 if (seq >= archive_.blocks_end()) {
                   TRY(store.seal());
                 }
                 return sign();
               }));
    return archive_.prove(seq, fresh);
  }

  Result<ConsistencyProof> consistency(std::uint64_t old_size, std::uint64_t new_size) override {
    return archive_.consistency(old_size, new_size);
  }
  const VerifierKey& verifier_key() const override { return verifier_; }

  Result<Seq> retire_before(Seq seq) override {
    return in_writer<Seq>([seq](Store& store) { return store.retire_before(seq); });
  }
  Result<Seq> retire_received_before(Micros time) override {
    return in_writer<Seq>([time](Store& store) { return store.retire_received_before(time); });
  }
  std::uint64_t stored_bytes() const override { return archive_.stored_bytes(); }

  Status close() override EXCLUDES(mutex_) {
    {
      MutexLock lock(mutex_);
      stopping_ = true;
      wake_.notify_all();
    }
    MutexLock once(close_mutex_);
    if (!writer_.joinable()) {
      return {};
    }
    writer_.join();
    TRY(store_->seal());
    if (archive_.tree_size() > 0) {
      TRY(sign());
    }
    return {};
  }

 private:
  static Counter& refused(Metrics& metrics, const char* reason) {
    return metrics.counter("tocsin_journal_refused_batches_total",
                           "Batches that were not stored, by reason", {{"reason", reason}});
  }

  Status enter(std::shared_ptr<RecordBatch>& batch, AppendDone& done) EXCLUDES(mutex_) {
    if (const Status checked = store_->check(*batch); !checked) {
      refused_large_.add();
      return checked.error();
    }
    MutexLock lock(mutex_);
    if (stopping_) {
      return fail(ErrorCode::kUnavailable, "journal: closed");
    }
    const std::size_t bytes = cost(*batch);
    // A batch larger than the whole queue is taken when it is alone.
    if (queued_bytes_ > 0 && queued_bytes_ + bytes > options_.queue_bytes_max) {
      refused_full_.add();
      return fail(ErrorCode::kExhausted, "journal: {} bytes wait already, at most {} may",
                  queued_bytes_, options_.queue_bytes_max);
    }
    const bool was_idle = queue_.empty();
    queued_bytes_ += bytes;
    waiting_bytes_ += bytes;
    queue_.push_back({std::move(batch), std::move(done)});
    if (was_idle || waiting_bytes_ >= options_.commit_bytes) {
      wake_.notify_all();
    }
    return {};
  }

  static std::size_t cost(const RecordBatch& batch) {
    return batch.bytes() + batch.size() * 32 + 256;
  }

  // Runs `task` in the writer thread and gives its answer.
  template <class T, class F>
  Result<T> in_writer(F task) EXCLUDES(mutex_) {
    auto promise = std::make_shared<std::promise<Result<T>>>();
    std::future<Result<T>> answer = promise->get_future();
    {
      MutexLock lock(mutex_);
      if (stopping_) {
        return fail(ErrorCode::kUnavailable, "journal: closed");
      }
      tasks_.push_back([promise, task](Store& store) { promise->set_value(task(store)); });
      wake_.notify_all();
    }
    return answer.get();
  }

  void run() EXCLUDES(mutex_) {
    for (;;) {
      std::vector<Waiting> group;
      std::vector<Task> tasks;
      if (!take(group, tasks)) {
        return;
      }
      commit(group);
      for (const Task& task : tasks) {
        task(*store_);
      }
      tick();
    }
  }

  // Waits for work or for the next deadline; false when all is done and the journal is closed.
  bool take(std::vector<Waiting>& group, std::vector<Task>& tasks) EXCLUDES(mutex_) {
    using std::chrono::microseconds;
    using std::chrono::steady_clock;
    MutexLock lock(mutex_);
    const auto deadline = steady_clock::now() + microseconds(until_deadline().value);
    while (!stopping_ && queue_.empty() && tasks_.empty() &&
           wake_.wait_until(mutex_, deadline) == std::cv_status::no_timeout) {
    }
    if (!queue_.empty()) {
      // Small groups are held together for a moment, unless the last commit is long ago.
      const auto ready_at = last_commit_ + microseconds(options_.commit_interval.value);
      while (!stopping_ && tasks_.empty() && waiting_bytes_ < options_.commit_bytes &&
             wake_.wait_until(mutex_, ready_at) == std::cv_status::no_timeout) {
      }
      last_commit_ = steady_clock::now();
    }
    std::size_t bytes = 0;
    while (!queue_.empty() && (bytes == 0 || bytes < options_.commit_group_bytes_max)) {
      bytes += cost(*queue_.front().batch);
      group.push_back(std::move(queue_.front()));
      queue_.pop_front();
    }
    waiting_bytes_ -= bytes;
    tasks.swap(tasks_);
    return !stopping_ || !group.empty() || !tasks.empty();
  }

  Span until_deadline() const {
    const Span now = clock_.since_boot();
    Span wait = Span(checkpoint_due_.value - now.value);
    if (store_->has_open()) {
      const Span seal_in(options_.block_age_max.value - store_->open_age().value);
      wait = std::min(wait, std::max(seal_in, Span(retry_at_.value - now.value)));
    }
    return std::clamp(wait, span_ms(1), span_s(1));
  }

  void commit(std::vector<Waiting>& group) EXCLUDES(mutex_) {
    if (group.empty()) {
      return;
    }
    std::vector<std::shared_ptr<RecordBatch>> batches;
    std::size_t bytes = 0;
    for (const Waiting& waiting : group) {
      bytes += cost(*waiting.batch);
      if (!waiting.batch->empty()) {
        batches.push_back(waiting.batch);
      }
    }
    const Status status = batches.empty() ? Status{} : store_->commit(batches);
    if (!status) {
      (status.error().code() == ErrorCode::kDiskFull ? refused_disk_ : refused_error_)
          .add(group.size());
      note_failure(status.error());
    } else if (failing_) {
      failing_ = false;
      log_.info("journal: commits succeed again");
    }
    for (const Waiting& waiting : group) {
      if (status && sink_ && !waiting.batch->empty()) {
        sink_(waiting.batch);
      }
      waiting.done(status);
    }
    end_gauge_.set(static_cast<double>(archive_.end().value));
    MutexLock lock(mutex_);
    queued_bytes_ -= bytes;
    queued_gauge_.set(static_cast<double>(queued_bytes_));
  }

  // Once for each stretch of failures: senders learn of every one.
  void note_failure(const Error& error) {
    if (!failing_) {
      failing_ = true;
      log_.error("journal: commits fail, senders are refused: {}", error.full_text());
    }
  }

  // Writer thread, or none.
  Result<Checkpoint> sign() {
    TRY_ASSIGN(const Checkpoint checkpoint, store_->sign_checkpoint());
    newest_.publish(std::make_shared<const Checkpoint>(checkpoint));
    return checkpoint;
  }

  void tick() {
    const Span now = clock_.since_boot();
    if (store_->has_open() && store_->open_age() >= options_.block_age_max && now >= retry_at_) {
      if (const Status sealed = store_->seal(); !sealed) {
        note_failure(sealed.error());
        retry_at_ = Span(now.value + span_s(1).value);
      }
    }
    if (now >= checkpoint_due_) {
      checkpoint_due_ = Span(now.value + options_.checkpoint_interval.value);
      const Result<Checkpoint> made = sign();
      if (!made && made.error().code() != ErrorCode::kNotFound) {
        log_.error("journal: no checkpoint: {}", made.error().full_text());
      }
    }
  }

  const JournalOptions options_;
  const std::unique_ptr<Store> store_;  // used by the writer thread only, but for check()
  Archive& archive_;
  const VerifierKey verifier_;
  Clock& clock_;
  Log& log_;
  const DurableSink sink_;
  Gauge& queued_gauge_;
  Gauge& end_gauge_;
  Counter& refused_full_;
  Counter& refused_large_;
  Counter& refused_disk_;
  Counter& refused_error_;

  Mutex mutex_;
  Condition wake_;
  std::deque<Waiting> queue_ GUARDED_BY(mutex_);
  std::vector<Task> tasks_ GUARDED_BY(mutex_);
  std::size_t queued_bytes_ GUARDED_BY(mutex_) = 0;   // waiting and being committed
  std::size_t waiting_bytes_ GUARDED_BY(mutex_) = 0;  // waiting only
  bool stopping_ GUARDED_BY(mutex_) = false;

  Published<Checkpoint> newest_;  // tree_size 0: none yet

  // Writer thread only.
  std::chrono::steady_clock::time_point last_commit_{};
  Span checkpoint_due_;
  Span retry_at_;
  bool failing_ = false;

  Mutex close_mutex_;
  std::thread writer_;
};

}  // namespace

Result<std::unique_ptr<Journal>> Journal::open(JournalOptions options, FileSystem& files,
                                               Clock& clock, Metrics& metrics, Log& log,
                                               DurableSink sink) {
  Result<std::unique_ptr<Store>> store = Store::open(options, files, clock, metrics, log);
  if (!store) {
    return fail_because(std::move(store).error(), "opening the journal at {}", options.directory);
  }
  return std::unique_ptr<Journal>(std::make_unique<ThreadedJournal>(
      options, std::move(*store), clock, metrics, log, std::move(sink)));
}

}  // namespace tocsin
