// DetectStage: makes findings of matched batches in Seq order and hands them on: events to the
// index, findings to the alerts. One thread, and the only place where order matters.
#pragma once

#include <functional>
#include <memory>
#include <thread>

#include "detect/detector.h"
#include "server/alert_stage.h"
#include "server/index_stage.h"
#include "server/worker_stage.h"

namespace tocsin {

using MakeDetector = std::function<std::unique_ptr<Detector>(std::shared_ptr<const RuleSet> rules)>;

struct DetectOutputs {
  IndexStage& index;
  AlertStage& alerts;
};

class DetectStage {
 public:
  DetectStage(WorkerStage& workers, MakeDetector make_detector, DetectOutputs outputs,
              Progress& progress);
  ~DetectStage();
  DetectStage(const DetectStage&) = delete;
  DetectStage& operator=(const DetectStage&) = delete;

  // Waits until the workers are drained (their feed must be closed).
  void join();

 private:
  void run();

  WorkerStage& workers_;
  const MakeDetector make_detector_;
  const DetectOutputs outputs_;
  Progress& progress_;
  std::unique_ptr<Detector> detector_;
  std::jthread thread_;
};

}  // namespace tocsin
