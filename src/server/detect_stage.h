// DetectStage: correlates matched batches in Seq order and hands them on: events to the
// index, findings to the alerts. One thread, and the only place where order matters.
#pragma once

#include <functional>
#include <memory>
#include <thread>

#include "detect/correlate/correlator.h"
#include "server/alert_stage.h"
#include "server/index_stage.h"
#include "server/worker_stage.h"

namespace tocsin {

using MakeCorrelator =
    std::function<std::unique_ptr<Correlator>(std::shared_ptr<const RuleSet> rules)>;

struct DetectOutputs {
  IndexStage& index;
  AlertStage& alerts;
};

class DetectStage {
 public:
  DetectStage(WorkerStage& workers, MakeCorrelator make_correlator, DetectOutputs outputs,
              Progress& progress);
  ~DetectStage();
  DetectStage(const DetectStage&) = delete;
  DetectStage& operator=(const DetectStage&) = delete;

  // Waits until the workers are drained (their feed must be closed).
  void join();

 private:
  void run();

  WorkerStage& workers_;
  const MakeCorrelator make_correlator_;
  const DetectOutputs outputs_;
  Progress& progress_;
  std::shared_ptr<const RuleSet> rules_;
  std::unique_ptr<Correlator> correlator_;
  std::jthread thread_;
};

}  // namespace tocsin
