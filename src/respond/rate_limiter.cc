#include "respond/rate_limiter.h"

#include <algorithm>
#include <bit>

#include "base/hash.h"
#include "base/text.h"

namespace tocsin {
namespace {

constexpr std::int64_t kNanosPerMicro = 1'000;
// How deep a bucket may go into debt when statuses cost more than was left, in full buckets.
constexpr std::int64_t kDebtMax = 2;
constexpr std::size_t kKeyBytesMax = 512;
// In place of a limit's index, for throttling decisions.
constexpr std::uint64_t kThrottleKeys = ~std::uint64_t{0};

std::size_t rows_for(const EnforcementSettings& settings, std::size_t ways) {
  return std::bit_ceil(std::max<std::size_t>(1, settings.rate_keys_max / ways));
}

bool is_known(RateKey key, const RateSubject& subject) {
  switch (key) {
    case RateKey::kAddress:
      return subject.address.has_value();
    case RateKey::kUser:
      return !subject.user.empty();
    case RateKey::kSession:
      return !subject.session.empty();
    case RateKey::kApiKey:
      return !subject.api_key.empty();
    case RateKey::kEndpoint:
      return !subject.path.empty();
  }
  return false;
}

// The parts of a key on the stack: length before each, so that "ab"+"c" is not "a"+"bc".
class KeyText {
 public:
  void add(std::string_view part) {
    const auto size = static_cast<std::uint32_t>(part.size());
    append(&size, sizeof size);
    if (part.size() > kKeyBytesMax / 4) {
      const std::uint64_t shortened = hash64(part);
      append(&shortened, sizeof shortened);
    } else {
      append(part.data(), part.size());
    }
  }
  void add(std::uint64_t number) { append(&number, sizeof number); }
  std::string_view view() const { return {bytes_.data(), size_}; }

 private:
  void append(const void* bytes, std::size_t size) {
    const std::size_t kept = std::min(size, bytes_.size() - size_);
    std::copy_n(static_cast<const char*>(bytes), kept, bytes_.data() + size_);
    size_ += kept;
  }
  std::array<char, kKeyBytesMax * 2> bytes_;
  std::size_t size_ = 0;
};

std::int64_t status_cost(const RateLimitSettings& limit, unsigned status) {
  for (const RateCost& cost : limit.cost_by_status) {
    if (cost.status == status) {
      return cost.cost;
    }
  }
  for (const RateCost& cost : limit.cost_by_status) {
    if (cost.status == status / 100) {
      return cost.cost;
    }
  }
  return static_cast<std::int64_t>(limit.cost);
}

}  // namespace

RateLimiter::RateLimiter(const EnforcementSettings& settings, std::uint64_t hash_seed, Clock& clock,
                         Metrics& metrics)
    : hash_seed_(hash_seed),
      clock_(clock),
      rows_(rows_for(settings, kWays)),
      forgotten_(metrics.counter("tocsin_rate_limit_forgotten_total",
                                 "Buckets in use that were forgotten for want of room")) {
  for (const RateLimitSettings& each : settings.rate_limits) {
    const auto counter = [&](std::string_view outcome) {
      return &metrics.counter("tocsin_rate_limit_checks_total", "Requests that a rate limit saw",
                              {{"limit", each.name}, {"outcome", std::string(outcome)}});
    };
    const std::int64_t interval =
        std::max<std::int64_t>(1, each.per.value * kNanosPerMicro / each.requests);
    const auto depth = static_cast<std::int64_t>(each.burst == 0 ? each.requests : each.burst);
    limits_.push_back({each, interval, interval * depth, counter("passed"), counter("limited")});
  }
}

bool RateLimiter::applies(const Limit& limit, const RateSubject& subject) {
  const RateLimitSettings& of = limit.settings;
  const bool known =
      std::ranges::all_of(of.by, [&](RateKey key) { return is_known(key, subject); });
  const bool path = of.paths.empty() || std::ranges::any_of(of.paths, [&](const std::string& glob) {
                      return glob_match(glob, subject.path);
                    });
  const bool method =
      of.methods.empty() || std::ranges::any_of(of.methods, [&](const std::string& word) {
        return equals_ignore_case(word, subject.method);
      });
  return known && path && method;
}

std::uint64_t RateLimiter::key_of(std::size_t index, const RateSubject& subject) const {
  KeyText text;
  text.add(index);
  for (const RateKey key : limits_[index].settings.by) {
    switch (key) {
      case RateKey::kAddress:
        text.add(subject.address->high);
        text.add(subject.address->is_v4() ? subject.address->low : 0);
        break;
      case RateKey::kUser:
        text.add(subject.user);
        break;
      case RateKey::kSession:
        text.add(subject.session);
        break;
      case RateKey::kApiKey:
        text.add(subject.api_key);
        break;
      case RateKey::kEndpoint:
        text.add(subject.method);
        text.add(subject.path);
        break;
    }
  }
  const std::uint64_t hash = hash64(text.view(), hash_seed_);
  return hash == 0 ? 1 : hash;  // 0 is an empty bucket
}

std::int64_t RateLimiter::full_at(std::uint64_t key, std::int64_t now) {
  const std::size_t at = key & (rows_.size() - 1);
  const MutexLock lock(locks_[at % kLocks]);
  for (const Bucket& bucket : rows_[at]) {
    if (bucket.key == key) {
      return std::max(bucket.full_at_ns, now);
    }
  }
  return now;
}

RateLimiter::Bucket& RateLimiter::place(Row& row, std::uint64_t key, std::int64_t now) {
  Bucket* fullest = row.data();
  for (Bucket& bucket : row) {
    if (bucket.key == key) {
      return bucket;
    }
    if (bucket.full_at_ns < fullest->full_at_ns) {
      fullest = &bucket;
    }
  }
  if (fullest->full_at_ns > now) {
    forgotten_.add();
  }
  *fullest = {key, now};
  return *fullest;
}

void RateLimiter::spend(std::uint64_t key, std::int64_t cost_ns, std::int64_t depth_ns,
                        std::int64_t now) {
  const std::size_t at = key & (rows_.size() - 1);
  const MutexLock lock(locks_[at % kLocks]);
  Bucket& bucket = place(rows_[at], key, now);
  const std::int64_t before = std::max(bucket.full_at_ns, now);
  bucket.full_at_ns = std::min(before + cost_ns, now + kDebtMax * depth_ns);
}

std::optional<Span> RateLimiter::throttle(std::uint64_t key, const ThrottleRate& rate) {
  const std::int64_t now = now_ns();
  KeyText text;
  text.add(kThrottleKeys);
  text.add(key);
  const std::uint64_t hash = hash64(text.view(), hash_seed_);
  const std::int64_t depth = rate.per.value * kNanosPerMicro;
  const std::int64_t interval = depth / std::max<std::uint32_t>(1, rate.requests);
  const std::int64_t over = full_at(hash, now) + interval - now - depth;
  if (over > 0) {
    return Span((over + kNanosPerMicro - 1) / kNanosPerMicro);
  }
  spend(hash, interval, depth, now);
  return std::nullopt;
}

RateVerdict RateLimiter::check(const RateSubject& subject) {
  const std::int64_t now = now_ns();
  std::array<std::uint64_t, EnforcementSettings::kRateLimitsMax> keys{};
  RateVerdict verdict;
  for (std::size_t i = 0; i < limits_.size(); ++i) {
    Limit& limit = limits_[i];
    if (!applies(limit, subject)) {
      continue;
    }
    keys[i] = key_of(i, subject);
    const auto cost = static_cast<std::int64_t>(limit.settings.cost) * limit.interval_ns;
    const std::int64_t over = full_at(keys[i], now) + cost - now - limit.depth_ns;
    if (over <= 0) {
      limit.passed->add();
      continue;
    }
    limit.limited->add();
    const Span wait((over + kNanosPerMicro - 1) / kNanosPerMicro);
    if (!limit.settings.dry_run && wait > verdict.retry_after) {
      verdict = {&limit.settings, wait};
    }
  }
  if (verdict.limit != nullptr) {
    return verdict;
  }
  for (std::size_t i = 0; i < limits_.size(); ++i) {
    if (keys[i] != 0) {
      const auto cost = static_cast<std::int64_t>(limits_[i].settings.cost);
      spend(keys[i], cost * limits_[i].interval_ns, limits_[i].depth_ns, now);
    }
  }
  return verdict;
}

void RateLimiter::settle(const RateSubject& subject, unsigned status) {
  const std::int64_t now = now_ns();
  for (std::size_t i = 0; i < limits_.size(); ++i) {
    const Limit& limit = limits_[i];
    if (limit.settings.cost_by_status.empty() || !applies(limit, subject)) {
      continue;
    }
    const std::int64_t more =
        status_cost(limit.settings, status) - static_cast<std::int64_t>(limit.settings.cost);
    if (more != 0) {
      spend(key_of(i, subject), more * limit.interval_ns, limit.depth_ns, now);
    }
  }
}

}  // namespace tocsin
