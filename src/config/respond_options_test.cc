#include "config/respond_options.h"

#include <gtest/gtest.h>

#include "config/load.h"

namespace tocsin {
namespace {

TEST(RespondOptions, EverythingCanBeSaid) {
  const auto settings = parse_settings(R"(
trusted_proxies: [203.0.113.0/28, 2001:db8::1]
respond:
  dry_run: true
  decisions_max: 5000
  never_block: [198.51.100.7, 198.51.100.0/24]
  never_disable: [root]
  never_block_files:
    - {name: cdn, file: cdn.txt}
  protect_machine: false
  throttle: 5/10s
  durations: {first: 10m, steps: [10m, 1h], longest: 2d, forget_after: 9d, factor: 3}
  shared_address: {users_min: 5, window: 12h, settle: 5m}
  breaker: {per_minute: 50, share_percent: 2, addresses_min: 3, open_for: 5m}
  networks: {v4_prefix_min: 20, v6_prefix_min: 44, v6_address_prefix: 56}
  admin_session: 1h
  approval_time: 10m
)",
                                       "t.yaml");
  ASSERT_TRUE(settings) << settings.error().text();
  const RespondSettings& respond = settings->respond;
  EXPECT_TRUE(respond.dry_run);
  EXPECT_EQ(settings->trusted_proxies.size(), 2U);
  EXPECT_EQ(respond.never_block.size(), 2U);
  EXPECT_EQ(respond.never_block_files.at(0).name, "cdn");
  EXPECT_EQ(respond.steps, (std::vector<Span>{span_s(600), span_s(3'600)}));
  EXPECT_EQ(respond.shared_users_min, 5U);
  EXPECT_EQ(respond.breaker_per_minute, 50U);
  EXPECT_EQ(respond.v6_address_prefix, 56U);
  EXPECT_FALSE(respond.protect_machine);
}

TEST(RespondOptions, MistakesAreNamedWithTheirPlace) {
  const std::pair<std::string, std::string> cases[] = {
      {"respond: {never_block: [1.2.3]}", "\"1.2.3\" is not an address or a network"},
      {"respond: {never_block: [10.0.0.1/8]}", "\"10.0.0.1/8\" is not an address or a network"},
      {"trusted_proxies: [proxy.example.org]", "is not an address or a network"},
      {"respond: {durations: {steps: [soon]}}", "\"soon\" is not a span"},
      {"respond: {durations: {first: 9d}}", "longer than \"longest\""},
      {"respond: {throttle: fast}", "\"fast\" is not a rate"},
      {"respond: {never_block_files: [{name: cdn}]}", "needs \"name\" and \"file\""},
      {"respond: {braker: {}}", "did you mean \"breaker\"?"},
  };
  for (const auto& [text, wanted] : cases) {
    const auto settings = parse_settings(text, "t.yaml");
    ASSERT_FALSE(settings) << text;
    EXPECT_NE(settings.error().text().find(wanted), std::string::npos) << settings.error().text();
    EXPECT_EQ(settings.error().text().find("t.yaml:1:"), 0U) << settings.error().text();
  }
}

}  // namespace
}  // namespace tocsin
