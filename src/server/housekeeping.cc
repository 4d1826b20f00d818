#include "server/housekeeping.h"

#include <chrono>
#include <condition_variable>
#include <mutex>

namespace tocsin {
namespace {

constexpr auto kTick = std::chrono::milliseconds(500);

}  // namespace

Housekeeping::Housekeeping(std::vector<Chore> chores, Clock& clock) : clock_(clock) {
  const Span now = clock_.since_boot();
  for (Chore& chore : chores) {
    planned_.push_back({std::move(chore), now});
  }
  thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

Housekeeping::~Housekeeping() {
  stop();
}

void Housekeeping::stop() {
  if (thread_.joinable()) {
    thread_.request_stop();
    thread_.join();
  }
}

void Housekeeping::run(const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any wake;
  while (!stop.stop_requested()) {
    const Span now = clock_.since_boot();
    for (Planned& planned : planned_) {
      if (now >= planned.next && !stop.stop_requested()) {
        planned.chore.work();
        planned.next = Span(now.value + planned.chore.every.value);
      }
    }
    std::unique_lock lock(mutex);
    wake.wait_for(lock, stop, kTick, [] { return false; });
  }
}

}  // namespace tocsin
