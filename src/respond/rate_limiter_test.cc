#include "respond/rate_limiter.h"

#include <map>

#include <gtest/gtest.h>

#include "base/rng.h"
#include "testing/fake_clock.h"

namespace tocsin {
namespace {

RateLimitSettings limit(std::string name, std::vector<RateKey> by, std::uint32_t requests,
                        Span per) {
  RateLimitSettings made;
  made.name = std::move(name);
  made.by = std::move(by);
  made.requests = requests;
  made.per = per;
  made.burst = requests;
  return made;
}

class RateLimiterTest : public testing::Test {
 protected:
  RateLimiter make(std::vector<RateLimitSettings> limits, std::uint64_t keys = 1'000) {
    EnforcementSettings settings;
    settings.rate_limits = std::move(limits);
    settings.rate_keys_max = keys;
    return RateLimiter(settings, 7, clock_, metrics_);
  }
  static RateSubject from(std::string_view address, std::string_view path = "/",
                          std::string_view user = {}) {
    RateSubject subject;
    subject.address = parse_ip(address);
    subject.path = path;
    subject.method = "GET";
    subject.user = user;
    return subject;
  }
  static int passed(RateLimiter& limiter, const RateSubject& subject, int tries) {
    int n = 0;
    for (int i = 0; i < tries; ++i) {
      n += limiter.check(subject).limit == nullptr ? 1 : 0;
    }
    return n;
  }

  FakeClock clock_;
  Metrics metrics_;
};

TEST_F(RateLimiterTest, LetsTheBurstThroughAndThenTheRate) {
  RateLimiter limiter = make({limit("a", {RateKey::kAddress}, 10, span_s(10))});
  EXPECT_EQ(passed(limiter, from("203.0.113.7"), 100), 10);
  const RateVerdict verdict = limiter.check(from("203.0.113.7"));
  ASSERT_NE(verdict.limit, nullptr);
  EXPECT_EQ(verdict.retry_after, span_s(1));
  clock_.advance(verdict.retry_after);
  EXPECT_EQ(passed(limiter, from("203.0.113.7"), 5), 1);
  clock_.advance(span_s(100));
  EXPECT_EQ(passed(limiter, from("203.0.113.7"), 100), 10);
}

TEST_F(RateLimiterTest, KeysAreApartAndAnIpv6MachineHasOne) {
  RateLimiter limiter = make({limit("a", {RateKey::kAddress}, 2, span_s(60))});
  EXPECT_EQ(passed(limiter, from("203.0.113.7"), 9), 2);
  EXPECT_EQ(passed(limiter, from("203.0.113.8"), 9), 2);
  EXPECT_EQ(passed(limiter, from("2001:db8::1"), 1), 1);
  EXPECT_EQ(passed(limiter, from("2001:db8::ffff:2"), 9), 1);
  EXPECT_EQ(passed(limiter, from("2001:db8:0:1::1"), 9), 2);
}

TEST_F(RateLimiterTest, AppliesToItsPathsMethodsAndKnownKeys) {
  RateLimitSettings login = limit("login", {RateKey::kUser}, 1, span_s(60));
  login.paths = {"/login", "/api/*/token"};
  login.methods = {"post"};
  RateLimiter limiter = make({login});
  RateSubject subject = from("203.0.113.7", "/login", "alice");
  EXPECT_EQ(passed(limiter, subject, 5), 5);
  subject.method = "POST";
  EXPECT_EQ(passed(limiter, subject, 5), 1);
  subject.user = "";
  EXPECT_EQ(passed(limiter, subject, 5), 5);
  subject.user = "bob";
  subject.path = "/api/v2/token";
  EXPECT_EQ(passed(limiter, subject, 5), 1);
}

TEST_F(RateLimiterTest, ACombinationHasItsOwnBucket) {
  RateLimiter limiter =
      make({limit("both", {RateKey::kAddress, RateKey::kEndpoint}, 1, span_s(60))});
  EXPECT_EQ(passed(limiter, from("203.0.113.7", "/a"), 5), 1);
  EXPECT_EQ(passed(limiter, from("203.0.113.7", "/b"), 5), 1);
  EXPECT_EQ(passed(limiter, from("203.0.113.8", "/a"), 5), 1);
}

TEST_F(RateLimiterTest, ARefusedRequestTakesNothingFromTheOthers) {
  RateLimiter limiter = make({limit("narrow", {RateKey::kUser}, 1, span_s(60)),
                              limit("wide", {RateKey::kAddress}, 10, span_s(60))});
  EXPECT_EQ(passed(limiter, from("203.0.113.7", "/", "alice"), 50), 1);
  EXPECT_EQ(passed(limiter, from("203.0.113.7", "/", ""), 50), 9);
}

TEST_F(RateLimiterTest, StatusesCostMoreOrNothing) {
  RateLimitSettings login = limit("login", {RateKey::kAddress}, 10, span_s(1'000));
  login.cost_by_status = {{401, 5}, {2, 0}};
  RateLimiter limiter = make({login});
  const RateSubject subject = from("203.0.113.7");
  for (int i = 0; i < 50; ++i) {
    EXPECT_EQ(passed(limiter, subject, 1), 1);
    limiter.settle(subject, 204);
  }
  EXPECT_EQ(passed(limiter, subject, 1), 1);
  limiter.settle(subject, 401);
  EXPECT_EQ(passed(limiter, subject, 20), 5);
}

TEST_F(RateLimiterTest, DebtIsBounded) {
  RateLimitSettings login = limit("login", {RateKey::kAddress}, 1, span_s(60));
  login.cost_by_status = {{401, 10'000}};
  RateLimiter limiter = make({login});
  const RateSubject subject = from("203.0.113.7");
  limiter.settle(subject, 401);
  EXPECT_LE(limiter.check(subject).retry_after, span_s(120));
}

TEST_F(RateLimiterTest, AThrottlingDecisionHasABucketOfItsOwn) {
  RateLimiter limiter = make({});
  const ThrottleRate rate{3, span_s(60)};
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(limiter.throttle(7, rate), std::nullopt);
    EXPECT_EQ(limiter.throttle(8, rate), std::nullopt);
  }
  EXPECT_EQ(limiter.throttle(7, rate), span_s(20));
  clock_.advance(span_s(20));
  EXPECT_EQ(limiter.throttle(7, rate), std::nullopt);
}

TEST_F(RateLimiterTest, ADryRunIsCountedAndNeverEnforced) {
  RateLimitSettings dry = limit("dry", {RateKey::kAddress}, 1, span_s(60));
  dry.dry_run = true;
  RateLimiter limiter = make({dry});
  EXPECT_EQ(passed(limiter, from("203.0.113.7"), 10), 10);
  EXPECT_EQ(
      metrics_
          .counter("tocsin_rate_limit_checks_total", "", {{"limit", "dry"}, {"outcome", "limited"}})
          .value(),
      9U);
}

TEST_F(RateLimiterTest, InventingKeysDoesNotFreeOneThatIsLimited) {
  RateLimiter limiter = make({limit("a", {RateKey::kAddress}, 100, span_s(100))}, 1'000);
  EXPECT_EQ(passed(limiter, from("203.0.113.7"), 1'000), 100);
  for (std::uint32_t i = 0; i < 100'000; ++i) {
    limiter.check(from(ip_text(IpAddress::from_v4(0x0A000000 + i))));
  }
  EXPECT_GT(metrics_.total("tocsin_rate_limit_forgotten_total"), 0U);
  EXPECT_EQ(passed(limiter, from("203.0.113.7"), 10), 0);
}

// Against a plain token bucket with fractions.
TEST_F(RateLimiterTest, AgreesWithTokenBucketsKeptInFull) {
  RateLimiter limiter = make({limit("a", {RateKey::kAddress}, 7, span_s(3))}, 100'000);
  struct Plain {
    double tokens = 7;
    Span at;
  };
  std::map<std::string, Plain> plain;
  Rng rng(42);
  for (int i = 0; i < 20'000; ++i) {
    clock_.advance(span_ms(static_cast<std::int64_t>(rng.below(60))));
    const std::string address = "203.0.113." + std::to_string(rng.below(20));
    Plain& bucket = plain.try_emplace(address, Plain{7, clock_.since_boot()}).first->second;
    const Span now = clock_.since_boot();
    bucket.tokens =
        std::min(7.0, bucket.tokens + static_cast<double>(now.value - bucket.at.value) * 7 / 3e6);
    bucket.at = now;
    const bool want = bucket.tokens >= 1;
    if (std::abs(bucket.tokens - 1) < 1e-3) {
      plain.erase(address);  // too close to call; start both again
      clock_.advance(span_s(10));
      continue;
    }
    bucket.tokens -= want ? 1 : 0;
    ASSERT_EQ(limiter.check(from(address)).limit == nullptr, want) << i << " " << address;
  }
}

}  // namespace
}  // namespace tocsin
