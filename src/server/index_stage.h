// IndexStage: gives event batches to the EventStore, in order, and keeps it maintained.
//
// One thread. When the store cannot take a batch (disk full) the stage waits and tries again; its
// queue fills, the workers stop, the journal goes on: searching lags, nothing is lost.
#pragma once

#include <memory>
#include <thread>

#include "base/clock.h"
#include "flow/bounded_queue.h"
#include "index/event_store.h"
#include "obs/log.h"
#include "server/progress.h"

namespace tocsin {

class IndexStage {
 public:
  static constexpr std::size_t kBatchesWaitingMax = 16;

  IndexStage(EventStore& store, Progress& progress, Clock& clock, Log& log);
  ~IndexStage();
  IndexStage(const IndexStage&) = delete;
  IndexStage& operator=(const IndexStage&) = delete;

  // Waits while kBatchesWaitingMax batches wait. False when stopped.
  bool push(std::shared_ptr<const EventBatch> events) { return queue_.push(std::move(events)); }
  // Takes what waits, then ends.
  void stop();

 private:
  void run(const std::stop_token& stop);
  void take(const EventBatch& events, const std::stop_token& stop);

  EventStore& store_;
  Progress& progress_;
  Clock& clock_;
  Log& log_;
  BoundedQueue<std::shared_ptr<const EventBatch>> queue_{kBatchesWaitingMax};
  std::jthread thread_;
};

}  // namespace tocsin
