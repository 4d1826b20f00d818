// FailureLimiter: how often one peer may come with a wrong key before it has to wait.
//
// A bucket of `failures_max` that refills within `window`. Bounded: past `peers_max` the peer that
// failed longest ago is forgotten. Thread-safe.
#pragma once

#include <list>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/clock.h"
#include "base/mutex.h"

namespace tocsin {

struct FailureLimits {
  double failures_max = 20;
  Span window = span_s(60);
  std::size_t peers_max = 10'000;
};

class FailureLimiter {
 public:
  FailureLimiter(FailureLimits limits, Clock& clock) : limits_(limits), clock_(clock) {}

  void failed(std::string_view peer) EXCLUDES(mutex_);
  // Zero: it may try. Else how long until it may.
  Span wait(std::string_view peer) EXCLUDES(mutex_);
  std::size_t peers() const EXCLUDES(mutex_);

 private:
  struct Bucket {
    std::string peer;
    double failures;
    Span at;
  };
  double left_now(const Bucket& bucket, Span now) const;

  const FailureLimits limits_;
  Clock& clock_;
  mutable Mutex mutex_;
  std::list<Bucket> buckets_ GUARDED_BY(mutex_);  // failed last at the front
  std::unordered_map<std::string_view, std::list<Bucket>::iterator> by_peer_ GUARDED_BY(mutex_);
};

}  // namespace tocsin
