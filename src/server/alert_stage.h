// AlertStage: folds findings into alerts, in order. One thread.
//
// Several small batches that wait are folded in one transaction. When the state database cannot be
// written the stage waits and tries again; findings are derived from the journal and come again
// after a restart.
#pragma once

#include <thread>
#include <vector>

#include "alert/alert_store.h"
#include "flow/bounded_queue.h"
#include "model/finding.h"
#include "obs/log.h"
#include "server/progress.h"

namespace tocsin {

struct FindingBatch {
  std::vector<Finding> findings;
  // Findings of all records below are here or were in earlier batches; 1: nothing about records.
  Seq end;
};

class AlertStage {
 public:
  static constexpr std::size_t kBatchesWaitingMax = 256;

  AlertStage(AlertStore& store, Progress& progress, Log& log);
  ~AlertStage();
  AlertStage(const AlertStage&) = delete;
  AlertStage& operator=(const AlertStage&) = delete;

  bool push(FindingBatch batch) { return queue_.push(std::move(batch)); }
  void stop();

 private:
  static constexpr std::size_t kFoldTogetherMax = 64;

  void run(const std::stop_token& stop);
  void fold(const FindingBatch& batch, const std::stop_token& stop);

  AlertStore& store_;
  Progress& progress_;
  Log& log_;
  BoundedQueue<FindingBatch> queue_{kBatchesWaitingMax};
  std::jthread thread_;
};

}  // namespace tocsin
