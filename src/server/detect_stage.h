// DetectStage: makes findings of matched batches in Seq order and hands them on: events to the
// index, findings to the alerts. One thread, and the only place where order matters.
//
// When nothing comes for a while, the detector's clock goes on, so that what waits for the end of a
// window is decided in a quiet night too. What a muted rule holds back is not told as done: the
// alerts' progress stays before it.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <thread>

#include "base/time.h"
#include "detect/detector.h"
#include "obs/log.h"
#include "server/alert_stage.h"
#include "server/index_stage.h"
#include "server/rule_coverage.h"
#include "server/worker_stage.h"

namespace tocsin {

using MakeDetector = std::function<std::unique_ptr<Detector>(std::shared_ptr<const RuleSet> rules)>;
// What time it is when every durable record has been matched; nothing while records wait.
using IdleClock = std::function<std::optional<Micros>()>;

struct DetectOutputs {
  IndexStage& index;
  AlertStage& alerts;
  RuleCoverage& coverage;
  Progress& progress;
  Log& log;
};

class DetectStage {
 public:
  DetectStage(WorkerStage& workers, MakeDetector make_detector, IdleClock idle_clock,
              DetectOutputs outputs);
  ~DetectStage();
  DetectStage(const DetectStage&) = delete;
  DetectStage& operator=(const DetectStage&) = delete;

  // Waits until the workers are drained (their feed must be closed).
  void join();

 private:
  void run();
  void take(MatchedBatch batch);
  void idle();
  void adopt(const std::shared_ptr<const RuleSet>& rules);
  // Findings of records below `end` are complete, but for what is held back.
  void tell(std::vector<Finding> findings, Seq end);

  WorkerStage& workers_;
  const MakeDetector make_detector_;
  const IdleClock idle_clock_;
  const DetectOutputs outputs_;
  std::unique_ptr<Detector> detector_;
  Seq end_;   // of the last batch
  Seq told_;  // findings of records below are with the alerts
  std::jthread thread_;
};

}  // namespace tocsin
