#include "access/failure_limiter.h"

#include <algorithm>

namespace tocsin {

double FailureLimiter::left_now(const Bucket& bucket, Span now) const {
  const double refilled = limits_.failures_max * static_cast<double>(now.value - bucket.at.value) /
                          static_cast<double>(limits_.window.value);
  return std::max(0.0, bucket.failures - refilled);
}

void FailureLimiter::failed(std::string_view peer) {
  const MutexLock lock(mutex_);
  const Span now = clock_.since_boot();
  if (const auto found = by_peer_.find(peer); found != by_peer_.end()) {
    Bucket& bucket = *found->second;
    bucket.failures = std::min(left_now(bucket, now) + 1, limits_.failures_max + 1);
    bucket.at = now;
    buckets_.splice(buckets_.begin(), buckets_, found->second);
    return;
  }
  if (buckets_.size() >= limits_.peers_max) {
    by_peer_.erase(buckets_.back().peer);
    buckets_.pop_back();
  }
  buckets_.push_front({std::string(peer), 1, now});
  by_peer_.emplace(buckets_.front().peer, buckets_.begin());
}

Span FailureLimiter::wait(std::string_view peer) {
  const MutexLock lock(mutex_);
  const auto found = by_peer_.find(peer);
  if (found == by_peer_.end()) {
    return Span(0);
  }
  const double over = left_now(*found->second, clock_.since_boot()) - limits_.failures_max + 1;
  if (over <= 0) {
    return Span(0);
  }
  const double micros = over * static_cast<double>(limits_.window.value) / limits_.failures_max;
  return Span(static_cast<std::int64_t>(micros) + 1);
}

std::size_t FailureLimiter::peers() const {
  const MutexLock lock(mutex_);
  return buckets_.size();
}

}  // namespace tocsin
