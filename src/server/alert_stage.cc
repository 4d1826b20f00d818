#include "server/alert_stage.h"

#include <algorithm>
#include <chrono>
#include <iterator>

namespace tocsin {
namespace {

constexpr auto kRetryAfter = std::chrono::milliseconds(250);

}  // namespace

AlertStage::AlertStage(AlertStore& store, Progress& progress, Log& log)
    : store_(store), progress_(progress), log_(log) {
  thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

AlertStage::~AlertStage() {
  stop();
}

void AlertStage::stop() {
  queue_.close();
  if (thread_.joinable()) {
    thread_.request_stop();
    thread_.join();
  }
}

void AlertStage::run(const std::stop_token& stop) {
  while (auto first = queue_.pop()) {
    FindingBatch together = std::move(*first);
    for (std::size_t i = 1; i < kFoldTogetherMax && queue_.size() > 0; ++i) {
      auto next = queue_.pop();
      if (!next) {
        break;
      }
      together.findings.insert(together.findings.end(),
                               std::make_move_iterator(next->findings.begin()),
                               std::make_move_iterator(next->findings.end()));
      together.end = std::max(together.end, next->end);
    }
    fold(together, stop);
  }
}

void AlertStage::fold(const FindingBatch& batch, const std::stop_token& stop) {
  const Seq through(batch.end.value - 1);
  bool said = false;
  while (true) {
    const Status folded = store_.fold(batch.findings, through);
    if (folded) {
      break;
    }
    if (!said) {
      log_.error("alerts cannot be written, trying again: {}", folded.error().full_text());
      said = true;
    }
    if (stop.stop_requested()) {
      return;
    }
    std::this_thread::sleep_for(kRetryAfter);
  }
  progress_.set_alerted(std::max(batch.end, progress_.alerted()));
}

}  // namespace tocsin
