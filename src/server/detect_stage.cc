#include "server/detect_stage.h"

#include <algorithm>
#include <utility>

#include <fmt/ranges.h>

namespace tocsin {
namespace {

constexpr Span kIdleAfter = span_s(1);

}  // namespace

DetectStage::DetectStage(WorkerStage& workers, MakeDetector make_detector, IdleClock idle_clock,
                         DetectOutputs outputs)
    : workers_(workers),
      make_detector_(std::move(make_detector)),
      idle_clock_(std::move(idle_clock)),
      outputs_(outputs) {
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
  while (!workers_.is_over()) {
    if (auto batch = workers_.next_for(kIdleAfter)) {
      take(std::move(*batch));
    } else {
      idle();
    }
  }
  if (detector_ != nullptr) {
    std::vector<Finding> held;
    detector_->flush(held);
    tell(std::move(held), end_);
  }
}

void DetectStage::take(MatchedBatch batch) {
  adopt(batch.rules);
  std::vector<Finding> findings;
  detector_->consume(*batch.events, batch.hits, findings);
  outputs_.coverage.saw(batch.rules, {batch.begin, batch.end});
  end_ = batch.end;
  outputs_.progress.set_decoded(batch.end);
  tell(std::move(findings), batch.end);
  outputs_.index.push(std::move(batch.events));
}

void DetectStage::adopt(const std::shared_ptr<const RuleSet>& rules) {
  if (detector_ == nullptr) {
    detector_ = make_detector_(rules);
    return;
  }
  const Adoption adoption = detector_->adopt(rules);
  if (!adoption.restarted.empty()) {
    outputs_.log.info(
        "{} correlations go on with their windows; new or changed ones begin anew: {}",
        adoption.kept, fmt::join(adoption.restarted, ", "));
  }
}

void DetectStage::idle() {
  const std::optional<Micros> now = idle_clock_();
  if (!now || detector_ == nullptr) {
    return;
  }
  std::vector<Finding> findings;
  detector_->tick(*now, findings);
  if (!findings.empty() || told_ < end_) {
    tell(std::move(findings), end_);
  }
}

void DetectStage::tell(std::vector<Finding> findings, Seq end) {
  told_ = std::max(told_, std::min(end, detector_->oldest_held().value_or(end)));
  outputs_.alerts.push({std::move(findings), told_});
}

}  // namespace tocsin
