#include "respond/guard/admin_sessions.h"

#include "respond/book_rig_test.h"

namespace tocsin {
namespace {

using AdminSessionsTest = BookRig;

TEST_F(AdminSessionsTest, AnAdministratorsAddressIsNotTouched) {
  arm();
  EXPECT_TRUE(admins_->seen("203.0.113.7", "alice"));
  EXPECT_FALSE(admins_->seen("203.0.113.7", "alice"));
  EXPECT_EQ(propose(by_rule("203.0.113.7")).sentence,
            "203.0.113.7 is not blocked: an administrator (alice) works from it");
  EXPECT_EQ(propose(by_person("203.0.113.0/24", ScopeKind::kNetwork)).sentence,
            "203.0.113.0/24 is not blocked: an administrator (alice) works from 203.0.113.7, "
            "which it contains");
  EXPECT_EQ(propose(by_rule("::ffff:203.0.113.7")).kind, OutcomeKind::kRefused);
  EXPECT_EQ(propose(by_rule("203.0.113.8")).kind, OutcomeKind::kTaken);
}

TEST_F(AdminSessionsTest, ComingFromABlockedAddressFreesIt) {
  propose(by_person("203.0.113.0/28", ScopeKind::kNetwork));
  EXPECT_TRUE(admins_->seen("203.0.113.7", "alice"));
  EXPECT_EQ(*book_->recheck(), 1U);
  EXPECT_FALSE(blocked("203.0.113.7"));
}

TEST_F(AdminSessionsTest, IsKnownAfterARestartAndForgottenInTime) {
  arm();
  admins_->seen("203.0.113.7", "alice");
  ASSERT_TRUE(admins_->flush());
  open();
  EXPECT_EQ(propose(by_rule("203.0.113.7")).kind, OutcomeKind::kRefused);
  clock_.advance(settings_.admin_session);
  clock_.advance(span_s(1));
  EXPECT_EQ(propose(by_rule("203.0.113.7")).kind, OutcomeKind::kTaken);
  EXPECT_TRUE(admins_->seen("203.0.113.7", "alice"));  // again a reason to recheck
}

TEST_F(AdminSessionsTest, IsBoundedAndForgetsTheLongestUnseen) {
  admins_->seen("203.0.113.7", "old");
  for (std::uint32_t i = 0; i < AdminSessions::kAddressesMax; ++i) {
    clock_.advance(span_ms(1));
    admins_->seen(ip_text(IpAddress::from_v4(0x0B000000U + i)), "many");
  }
  EXPECT_EQ(propose(by_person("203.0.113.7")).kind, OutcomeKind::kTaken);
  EXPECT_EQ(propose(by_person("11.0.0.5")).kind, OutcomeKind::kRefused);
  EXPECT_FALSE(admins_->seen("not an address", "x"));
}

}  // namespace
}  // namespace tocsin
