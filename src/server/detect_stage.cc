#include "server/detect_stage.h"

#include <utility>

namespace tocsin {

DetectStage::DetectStage(WorkerStage& workers, MakeCorrelator make_correlator,
                         DetectOutputs outputs, Progress& progress)
    : workers_(workers),
      make_correlator_(std::move(make_correlator)),
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
    if (batch->rules != rules_) {
      rules_ = batch->rules;
      correlator_ = make_correlator_(rules_);
    }
    FindingBatch findings;
    findings.end = batch->end;
    correlator_->consume(*batch->events, batch->hits, findings.findings);
    progress_.set_decoded(batch->end);
    outputs_.alerts.push(std::move(findings));
    outputs_.index.push(std::move(batch->events));
  }
}

}  // namespace tocsin
