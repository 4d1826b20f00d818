#include "api/cancel_watch.h"

#include <chrono>

namespace tocsin {
namespace {

constexpr auto kLookEvery = std::chrono::milliseconds(200);

}  // namespace

CancelWatch::CancelWatch() : thread_([this](const std::stop_token& stop) { run(stop); }) {}

CancelWatch::Watched::Watched(CancelWatch& watch, Cancel& cancel, std::function<bool()> gone)
    : watch_(watch), cancel_(cancel), gone_(std::move(gone)) {
  const MutexLock lock(watch_.mutex_);
  place_ = watch_.watched_.insert(watch_.watched_.end(), this);
  if (watch_.all_cancelled_) {
    cancel_.stop();
  }
  watch_.changed_.notify_all();
}

CancelWatch::Watched::~Watched() {
  const MutexLock lock(watch_.mutex_);
  watch_.watched_.erase(place_);
}

void CancelWatch::cancel_all() {
  const MutexLock lock(mutex_);
  all_cancelled_ = true;
  for (Watched* watched : watched_) {
    watched->cancel_.stop();
  }
}

void CancelWatch::stop() {
  cancel_all();
  if (thread_.joinable()) {
    thread_.request_stop();
    changed_.notify_all();
    thread_.join();
  }
}

void CancelWatch::run(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  while (!stop.stop_requested()) {
    changed_.wait(lock, stop, [this] { return !watched_.empty(); });
    for (Watched* watched : watched_) {
      if (watched->gone_()) {
        watched->cancel_.stop();
      }
    }
    changed_.wait_for(lock, stop, kLookEvery, [] { return false; });
  }
}

}  // namespace tocsin
