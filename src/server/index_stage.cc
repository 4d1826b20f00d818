#include "server/index_stage.h"

#include <chrono>

namespace tocsin {
namespace {

constexpr Span kMaintainEvery = span_ms(50);
constexpr auto kRetryAfter = std::chrono::milliseconds(250);

}  // namespace

IndexStage::IndexStage(EventStore& store, Progress& progress, Clock& clock, Log& log)
    : store_(store), progress_(progress), clock_(clock), log_(log) {
  thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

IndexStage::~IndexStage() {
  stop();
}

void IndexStage::stop() {
  queue_.close();
  if (thread_.joinable()) {
    thread_.request_stop();
    thread_.join();
  }
}

void IndexStage::run(const std::stop_token& stop) {
  Span maintained = clock_.since_boot();
  while (true) {
    const auto events = queue_.pop_for(kMaintainEvery);
    if (events) {
      take(**events, stop);
    } else if (queue_.closed()) {
      return;
    }
    const Span now = clock_.since_boot();
    if (now.value - maintained.value >= kMaintainEvery.value) {
      store_.maintain(clock_.now());
      maintained = now;
    }
  }
}

void IndexStage::take(const EventBatch& events, const std::stop_token& stop) {
  bool said = false;
  while (true) {
    const Status taken = store_.append(events);
    if (taken) {
      break;
    }
    if (!said) {
      log_.error("the index cannot take events, trying again: {}", taken.error().full_text());
      said = true;
    }
    if (stop.stop_requested()) {
      return;  // the journal has them; they are taken after the next start
    }
    std::this_thread::sleep_for(kRetryAfter);
  }
  progress_.set_indexed(store_.appended_end());
}

}  // namespace tocsin
