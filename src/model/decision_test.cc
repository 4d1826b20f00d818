#include "model/decision.h"

#include <string>

#include <gtest/gtest.h>

namespace tocsin {
namespace {

struct TargetCase {
  ScopeKind scope;
  std::string_view written;
  ScopeKind becomes;
  std::string_view value;
};

TEST(DecisionTarget, HasOneForm) {
  const TargetCase cases[] = {
      {ScopeKind::kAddress, " 203.0.113.7 ", ScopeKind::kAddress, "203.0.113.7"},
      {ScopeKind::kAddress, "::ffff:203.0.113.7", ScopeKind::kAddress, "203.0.113.7"},
      {ScopeKind::kAddress, "::FFFF:cb00:7107", ScopeKind::kAddress, "203.0.113.7"},
      {ScopeKind::kAddress, "203.0.113.7/32", ScopeKind::kAddress, "203.0.113.7"},
      {ScopeKind::kAddress, "2001:DB8:0::1", ScopeKind::kAddress, "2001:db8::1"},
      {ScopeKind::kAddress, "2001:db8::1/128", ScopeKind::kAddress, "2001:db8::1"},
      {ScopeKind::kNetwork, "203.0.113.99/24", ScopeKind::kNetwork, "203.0.113.0/24"},
      {ScopeKind::kNetwork, "203.0.113.7", ScopeKind::kAddress, "203.0.113.7"},
      {ScopeKind::kNetwork, "::ffff:203.0.113.0/120", ScopeKind::kNetwork, "203.0.113.0/24"},
      {ScopeKind::kNetwork, "2001:db8::1/64", ScopeKind::kNetwork, "2001:db8::/64"},
      {ScopeKind::kNetworkOwner, "64500", ScopeKind::kNetworkOwner, "AS64500"},
      {ScopeKind::kNetworkOwner, "as64500", ScopeKind::kNetworkOwner, "AS64500"},
      {ScopeKind::kCountry, "de", ScopeKind::kCountry, "DE"},
      {ScopeKind::kUser, "alice", ScopeKind::kUser, "alice"},
  };
  for (const TargetCase& each : cases) {
    const auto target = canonical_target(each.scope, each.written);
    ASSERT_TRUE(target) << each.written;
    EXPECT_EQ(target->value, each.value) << each.written;
    EXPECT_EQ(target->scope, each.becomes) << each.written;
  }
}

TEST(DecisionTarget, RefusesWhatIsNotOne) {
  const std::pair<ScopeKind, std::string> cases[] = {
      {ScopeKind::kAddress, ""},
      {ScopeKind::kAddress, "203.0.113"},
      {ScopeKind::kAddress, "203.0.113.0/24"},
      {ScopeKind::kAddress, "fe80::1%eth0"},
      {ScopeKind::kNetwork, "203.0.113.0/33"},
      {ScopeKind::kNetwork, "203.0.113.0/-1"},
      {ScopeKind::kNetwork, "203.0.113.0/"},
      {ScopeKind::kNetworkOwner, "AS0"},
      {ScopeKind::kNetworkOwner, "AS"},
      {ScopeKind::kNetworkOwner, "AS-5"},
      {ScopeKind::kNetworkOwner, "AS4294967295"},
      {ScopeKind::kCountry, "DEU"},
      {ScopeKind::kCountry, "1A"},
      {ScopeKind::kUser, ""},
      {ScopeKind::kUser, "al\nice"},
      {ScopeKind::kUser, "\xff"},
      {ScopeKind::kUser, std::string(300, 'a')},
  };
  for (const auto& [scope, value] : cases) {
    EXPECT_FALSE(canonical_target(scope, value)) << value;
  }
}

TEST(DecisionTarget, IsGuessedFromItsLook) {
  EXPECT_EQ(target_of_text("203.0.113.7")->scope, ScopeKind::kAddress);
  EXPECT_EQ(target_of_text("203.0.113.0/24")->scope, ScopeKind::kNetwork);
  EXPECT_EQ(target_of_text("AS64500")->scope, ScopeKind::kNetworkOwner);
  EXPECT_FALSE(target_of_text("alice"));
  EXPECT_FALSE(target_of_text("DE"));
}

TEST(DecisionNames, ComeBack) {
  for (std::size_t i = 0; i < kDecisionKinds; ++i) {
    const auto kind = static_cast<DecisionKind>(i);
    EXPECT_EQ(parse_decision_kind(decision_kind_name(kind)), kind);
  }
  for (std::size_t i = 0; i < kScopeKinds; ++i) {
    const auto scope = static_cast<ScopeKind>(i);
    EXPECT_EQ(parse_scope_kind(scope_kind_name(scope)), scope);
  }
  EXPECT_FALSE(parse_decision_kind("ban"));
}

TEST(ThrottleRate, IsReadWithinLimits) {
  EXPECT_EQ(parse_throttle_rate("30/1m"), (ThrottleRate{30, span_s(60)}));
  EXPECT_EQ(parse_throttle_rate(throttle_rate_text({5, span_s(3'600)})),
            (ThrottleRate{5, span_s(3'600)}));
  for (const std::string_view bad : {"", "30", "0/1m", "30/0s", "-1/1m", "30/2d", "9999999/1m"}) {
    EXPECT_FALSE(parse_throttle_rate(bad)) << bad;
  }
}

}  // namespace
}  // namespace tocsin
