// WorkerStage: records to matched events, on several threads, handed on in Seq order.
//
// A dispatcher thread cuts what the feed gives into tasks of at most kTaskRecordsMax records and
// stamps each with the rules of the moment, so that a reload happens between two events, not within
// a batch. N workers decode, enrich and match; next() gives the results in order to one reader.
// Bounded: kTasksInFlightMax tasks exist at a time; beyond, the records wait in the journal.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

#include "flow/bounded_queue.h"
#include "server/journal_feed.h"
#include "server/matched_batch.h"
#include "server/sequencer.h"

namespace tocsin {

// What one worker does with one batch. Made once per worker thread, used by that thread only.
class BatchWork {
 public:
  virtual ~BatchWork() = default;
  // Decodes, enriches and matches the records [from, to) of the batch.
  virtual MatchedBatch run(std::shared_ptr<const RecordBatch> batch, std::size_t from,
                           std::size_t to, std::shared_ptr<const CompiledRules> rules) = 0;
};

class WorkerStage {
 public:
  static constexpr std::size_t kTaskRecordsMax = 2'048;
  static constexpr std::size_t kTasksInFlightMax = 16;

  using MakeWork = std::function<std::unique_ptr<BatchWork>()>;
  using CurrentRules = std::function<std::shared_ptr<const CompiledRules>()>;

  WorkerStage(JournalFeed& feed, std::size_t workers, const MakeWork& make_work,
              CurrentRules current_rules);
  ~WorkerStage();
  WorkerStage(const WorkerStage&) = delete;
  WorkerStage& operator=(const WorkerStage&) = delete;

  // Waits for the next batch in Seq order; nothing after the feed was closed and all is drained.
  std::optional<MatchedBatch> next() { return results_.next(); }
  // The same, but nothing also after `limit`.
  std::optional<MatchedBatch> next_for(Span limit) { return results_.next_for(limit); }
  // The feed was closed and all is drained.
  bool is_over() const { return results_.is_over(); }

 private:
  struct Task {
    std::uint64_t ticket = 0;
    std::shared_ptr<const RecordBatch> batch;
    std::size_t from = 0;
    std::size_t to = 0;
    std::shared_ptr<const CompiledRules> rules;
  };

  void dispatch();
  void work(BatchWork& work);

  JournalFeed& feed_;
  const CurrentRules current_rules_;
  BoundedQueue<Task> tasks_{kTasksInFlightMax};
  Sequencer<MatchedBatch> results_{kTasksInFlightMax};
  std::vector<std::unique_ptr<BatchWork>> works_;
  std::vector<std::jthread> threads_;
};

}  // namespace tocsin
