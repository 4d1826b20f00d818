// EnforcementSettings: what the section "enforcement:" of tocsin.yaml can say; docs/enforcement.md
// explains.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/time.h"

namespace tocsin {

// Whose requests share one bucket of a rate limit; several together: each combination has its own.
enum class RateKey : std::uint8_t { kAddress, kUser, kSession, kApiKey, kEndpoint };
enum class RateAnswer : std::uint8_t { kThrottle, kBlock, kChallenge };

struct RateCost {
  std::uint32_t status = 0;  // 401; or 4 for all of 4xx
  std::uint32_t cost = 1;    // of a request that was answered so, instead of the limit's `cost`
};

struct RateLimitSettings {
  std::string name;
  std::vector<RateKey> by;
  std::vector<std::string> paths;    // globs; empty: all
  std::vector<std::string> methods;  // empty: all
  std::uint32_t requests = 60;
  Span per = span_s(60);
  std::uint64_t burst = 0;  // 0: as many as `requests`
  std::uint64_t cost = 1;   // of a request, before its answer is known
  std::vector<RateCost> cost_by_status;
  RateAnswer answer = RateAnswer::kThrottle;
  bool dry_run = false;  // counted, never enforced
};

struct EnforcementSettings {
  static constexpr std::size_t kRateLimitsMax = 64;

  Span take_within = span_s(30);    // a decision that no enforcer took by then is an alert
  Span silent_after = span_s(180);  // an enforcer not heard of for so long is one
  Span receipts_kept = span_s(90LL * 86'400);
  std::uint64_t rate_keys_max = 500'000;  // buckets that are remembered, over all limits
  std::string challenge_url;              // where challenged clients are sent; empty: 401
  std::vector<RateLimitSettings> rate_limits;
};

}  // namespace tocsin
