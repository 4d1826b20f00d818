// RateLimiter: the rate limits of the verdict endpoint: may this request go on now, and if not,
// when?
//
// Each limit keeps a token bucket for each key (address, user, …, and combinations), by the generic
// cell rate algorithm: one time stamp a bucket. A request is let through by all limits that apply
// to it or takes tokens from none. IPv6 addresses count by their /64: one machine has all of it.
// Memory is fixed: `keys_max` buckets, eight to a row; a bucket that has filled up again costs
// nothing to forget, and when all of a row are in use the fullest is forgotten (counted), so nobody
// gains by inventing keys. Time is the monotonic clock's. Thread-safe; about 100 ns a limit.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/ip.h"
#include "base/mutex.h"
#include "config/enforcement_settings.h"
#include "model/decision.h"
#include "obs/metrics.h"

namespace tocsin {

// Who asks for what. Views are borrowed for the call; empty: not known, and limits by it do not
// apply.
struct RateSubject {
  std::optional<IpAddress> address;
  std::string_view user;
  std::string_view session;
  std::string_view api_key;
  std::string_view method;
  std::string_view path;  // without query
};

struct RateVerdict {
  const RateLimitSettings* limit = nullptr;  // that is reached; null: go on
  Span retry_after;                          // until the request would pass
};

class RateLimiter {
 public:
  // `hash_seed` is secret, so that nobody can aim at a row of the table.
  RateLimiter(const EnforcementSettings& settings, std::uint64_t hash_seed, Clock& clock,
              Metrics& metrics);
  RateLimiter(const RateLimiter&) = delete;
  RateLimiter& operator=(const RateLimiter&) = delete;

  // Takes tokens when it lets through. Limits in dry run are counted and let through.
  RateVerdict check(const RateSubject& subject);
  // A bucket of its own, for a throttling decision: `key` is the decision's id. How long to wait
  // when it is empty.
  std::optional<Span> throttle(std::uint64_t key, const ThrottleRate& rate);
  // How the request was answered: what its status costs beyond what check() took, or gives back.
  void settle(const RateSubject& subject, unsigned status);

  bool empty() const { return limits_.empty(); }
  std::size_t keys_max() const { return rows_.size() * kWays; }

 private:
  static constexpr std::size_t kWays = 8;
  static constexpr std::size_t kLocks = 64;

  struct Limit {
    RateLimitSettings settings;
    std::int64_t interval_ns;  // of one token
    std::int64_t depth_ns;     // of a full bucket
    Counter* passed;
    Counter* limited;
  };
  // A bucket is full at `full_at`; later than that it need not be kept.
  struct Bucket {
    std::uint64_t key = 0;
    std::int64_t full_at_ns = 0;
  };
  using Row = std::array<Bucket, kWays>;

  static bool applies(const Limit& limit, const RateSubject& subject);
  std::uint64_t key_of(std::size_t index, const RateSubject& subject) const;
  std::int64_t now_ns() const { return clock_.since_boot().value * 1'000; }
  // When the bucket is full again; `now` when it is not kept.
  std::int64_t full_at(std::uint64_t key, std::int64_t now);
  void spend(std::uint64_t key, std::int64_t cost_ns, std::int64_t depth_ns, std::int64_t now);
  Bucket& place(Row& row, std::uint64_t key, std::int64_t now);

  const std::uint64_t hash_seed_;
  Clock& clock_;
  std::vector<Limit> limits_;
  std::array<Mutex, kLocks> locks_;
  std::vector<Row> rows_;  // row i under locks_[i % kLocks]
  Counter& forgotten_;
};

}  // namespace tocsin
