// JournalFeed: durable batches on their way from the journal to the workers, in Seq order.
//
// The journal's writer thread offers each durable batch and never waits here: what does not fit in
// memory is not kept, and the reader gets it back from the journal later. So a slow consumer is
// lag, never loss and never a brake on acknowledging. offer() and close(): any thread; next(): one
// thread. Invariant: next() gives every Seq from start_at on exactly once, in order.
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>

#include "base/result.h"
#include "base/strong.h"
#include "model/record.h"
#include "obs/log.h"
#include "obs/metrics.h"

namespace tocsin {

// The records [from, batch->size()) of a batch.
struct FeedSlice {
  std::shared_ptr<const RecordBatch> batch;
  std::size_t from = 0;

  Seq first_seq() const { return seq_plus(batch->first_seq(), from); }
  Seq end_seq() const { return batch->end_seq(); }
};

class JournalFeed {
 public:
  // Reads durable records from `from` on, at least one.
  using ReadBack = std::function<Result<std::shared_ptr<const RecordBatch>>(Seq from)>;

  JournalFeed(std::size_t recent_bytes_max, ReadBack read_back, Metrics& metrics, Log& log);

  // Before the first next(): where to begin, and where the journal ends now.
  void start_at(Seq next, Seq durable_end);
  void offer(std::shared_ptr<const RecordBatch> batch);
  // Waits. Nothing after close(), even when records are left: they are in the journal.
  std::optional<FeedSlice> next();
  void close();

  // Records durable but not handed out yet.
  std::uint64_t waiting() const;

 private:
  std::optional<FeedSlice> take_recent();
  std::optional<FeedSlice> take_from_journal(Seq from);

  const std::size_t recent_bytes_max_;
  const ReadBack read_back_;
  Log& log_;
  Counter& read_back_records_;
  Counter& skipped_records_;

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::shared_ptr<const RecordBatch>> recent_;
  std::size_t recent_bytes_ = 0;
  Seq next_{1};
  Seq durable_end_{1};
  bool closed_ = false;
};

}  // namespace tocsin
