#include <gtest/gtest.h>

#include "config/load.h"

namespace tocsin {
namespace {

TEST(EnforcementOptions, ReadsRateLimits) {
  const auto settings = parse_settings(R"(
enforcement:
  take_within: 10s
  challenge_url: https://shop.example/prove
  rate_limits:
    - name: log-in
      by: [address, endpoint]
      paths: [/login, "/api/*/token"]
      methods: POST
      rate: 30/1m
      cost_by_status: ["401=5", "2xx=0"]
      answer: challenge
    - {name: all, by: user, rate: 100/10s, burst: 200, dry_run: true}
)",
                                       "t.yaml");
  ASSERT_TRUE(settings) << settings.error().text();
  const EnforcementSettings& read = settings->enforcement;
  ASSERT_EQ(read.rate_limits.size(), 2U);
  EXPECT_EQ(read.rate_limits[0].by, (std::vector{RateKey::kAddress, RateKey::kEndpoint}));
  EXPECT_EQ(read.rate_limits[0].requests, 30U);
  EXPECT_EQ(read.rate_limits[0].burst, 30U);
  EXPECT_EQ(read.rate_limits[0].cost_by_status[1].status, 2U);
  EXPECT_EQ(read.rate_limits[0].answer, RateAnswer::kChallenge);
  EXPECT_EQ(read.rate_limits[1].per, span_s(10));
  EXPECT_TRUE(read.rate_limits[1].dry_run);
}

TEST(EnforcementOptions, RefusesMistakesWithTheirPlace) {
  for (const auto& [limit, word] : std::vector<std::pair<std::string, std::string>>{
           {"{name: a, by: address, rate: 30}", "must be like 30/1m"},
           {"{name: a, by: address, rate: 0/1m}", "must be like 30/1m"},
           {"{name: a, by: planet, rate: 3/1m}", "must be of address"},
           {"{name: a, rate: 3/1m}", "needs \"by\""},
           {"{by: user, rate: 3/1m}", "needs \"name\""},
           {"{name: a, by: user, rate: 3/1m, cost: 9}", "no request would ever pass"},
           {"{name: a, by: user, rate: 3/1m, cost_by_status: [\"600=1\"]}", "like 401=5"},
           {"{name: a, by: user, rate: 3/1m, answer: shout}", "answer"},
           {"{name: a, by: user, rate: 3/1m, brust: 9}", "did you mean \"burst\""}}) {
    const auto settings =
        parse_settings("enforcement:\n  rate_limits:\n    - " + limit + "\n", "t.yaml");
    ASSERT_FALSE(settings) << limit;
    EXPECT_NE(settings.error().text().find(word), std::string::npos) << settings.error().text();
    EXPECT_TRUE(settings.error().text().starts_with("t.yaml:3:")) << settings.error().text();
  }
}

}  // namespace
}  // namespace tocsin
