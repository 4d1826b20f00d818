// /api/v1/sources: what comes in, how fast, what was lost and what nobody could read.
//
// Rates are over the newest samples within kRateWindow; somebody calls sample() every few seconds.
// Thread-safe.
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <string>

#include "api/call.h"
#include "api/services.h"
#include "base/clock.h"
#include "base/mutex.h"
#include "intake/source_stats.h"

namespace tocsin {

class SourcesResource {
 public:
  static constexpr Span kRateWindow = span_s(60);

  SourcesResource(SourceStats& stats, Vitals& vitals, Clock& clock)
      : stats_(stats), vitals_(vitals), clock_(clock) {}

  void sample() EXCLUDES(mutex_);
  Result<HttpResponse> list(const Call& call) EXCLUDES(mutex_);

 private:
  struct Sample {
    Span at;  // since boot
    std::map<std::string, std::uint64_t> records;
  };
  std::optional<double> rate(const SourceSnapshot& source) const EXCLUDES(mutex_);

  SourceStats& stats_;
  Vitals& vitals_;
  Clock& clock_;
  mutable Mutex mutex_;
  std::deque<Sample> samples_ GUARDED_BY(mutex_);  // oldest first
};

}  // namespace tocsin
