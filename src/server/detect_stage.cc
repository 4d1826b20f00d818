#include "server/detect_stage.h"

#include <utility>

namespace tocsin {

DetectStage::DetectStage(WorkerStage& workers, MakeDetector make_detector, DetectOutputs outputs,
                         Progress& progress)
    : workers_(workers),
      make_detector_(std::move(make_detector)),
      outputs_(outputs),
      progress_(progress) {
  thread_ = std::jthread([this] { run(); });
}

DetectStage::~DetectStage() {
  join();
}

void DetectStage::join() {
  if (thread_.joinable()) {
    thread_.join();
  }
}

void DetectStage::run() {
  while (auto batch = workers_.next()) {
    if (detector_ == nullptr) {
      detector_ = make_detector_(batch->rules);
    }
    detector_->adopt(batch->rules);
    FindingBatch findings;
    findings.end = batch->end;
    detector_->consume(*batch->events, batch->hits, findings.findings);
    progress_.set_decoded(batch->end);
    outputs_.alerts.push(std::move(findings));
    outputs_.index.push(std::move(batch->events));
  }
}

}  // namespace tocsin
