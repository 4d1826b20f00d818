#include "respond/guard/shared_address.h"

#include "respond/book_rig_test.h"

namespace tocsin {
namespace {

class SharedAddressTest : public BookRig {
 protected:
  void SetUp() override {
    BookRig::SetUp();
    arm();
  }
};

TEST_F(SharedAddressTest, IsThrottledInsteadOfBlocked) {
  log_in_many("203.0.113.7", 14);
  const Outcome outcome = propose(by_rule("203.0.113.7"));
  EXPECT_EQ(outcome.kind, OutcomeKind::kTaken);
  EXPECT_EQ(outcome.decision->kind, DecisionKind::kThrottle);
  EXPECT_TRUE(outcome.decision->rate);
  EXPECT_EQ(outcome.guard, "shared_address");
  EXPECT_EQ(outcome.sentence,
            "203.0.113.7 is not blocked: 14 different users logged in from it in the last 24 h; "
            "throttled instead");
  EXPECT_FALSE(blocked("203.0.113.7"));
}

TEST_F(SharedAddressTest, OneUserALotIsNotMany) {
  for (int i = 0; i < 500; ++i) {
    log_in("203.0.113.7", "bob", span_s(3'600 + i));
  }
  EXPECT_EQ(propose(by_rule("203.0.113.7")).decision->kind, DecisionKind::kBlock);
}

// Stuffing that finds thirty working passwords does not buy its address immunity.
TEST_F(SharedAddressTest, SuccessesOfTheAttackItselfDoNotCount) {
  log_in_many("203.0.113.7", 30, span_s(60));
  NewDecision wanted = by_rule("203.0.113.7");
  wanted.attack_began = clock_.now() - span_s(120);
  EXPECT_EQ(propose(wanted).decision->kind, DecisionKind::kBlock);
  // … nor those shortly before, when nobody says when it began.
  log_in_many("203.0.113.8", 30, span_s(300));
  EXPECT_EQ(propose(by_rule("203.0.113.8")).decision->kind, DecisionKind::kBlock);
  // A beginning in the future helps nobody.
  log_in_many("203.0.113.9", 30, span_s(300));
  wanted.value = "203.0.113.9";
  wanted.attack_began = clock_.now() + span_s(9'999);
  EXPECT_EQ(propose(wanted).decision->kind, DecisionKind::kBlock);
}

TEST_F(SharedAddressTest, UsersOfAWholeNetworkCount) {
  for (int i = 0; i < 12; ++i) {
    log_in("203.0.113." + std::to_string(i), "user" + std::to_string(i));
  }
  EXPECT_EQ(propose(by_rule("203.0.113.0/28", ScopeKind::kNetwork)).decision->kind,
            DecisionKind::kThrottle);
  EXPECT_EQ(propose(by_rule("203.0.113.200")).decision->kind, DecisionKind::kBlock);
}

TEST_F(SharedAddressTest, LogInsOfLongAgoDoNotCount) {
  log_in_many("203.0.113.7", 14, span_s(23 * 3'600));
  clock_.advance(span_s(2 * 3'600));
  EXPECT_EQ(propose(by_rule("203.0.113.7")).decision->kind, DecisionKind::kBlock);
}

TEST_F(SharedAddressTest, RequestsAreNotLogIns) {
  for (int i = 0; i < 20; ++i) {
    const std::string user = "user" + std::to_string(i);
    const LoginSeen seen{*parse_ip("203.0.113.7"),     user, "", 0,
                         clock_.now() - span_s(3'600), false};
    logins_->note({&seen, 1});
  }
  EXPECT_EQ(logins_->users_within(*parse_network("203.0.113.7"), clock_.now(), clock_.now(), 99),
            0U);
  EXPECT_EQ(logins_->legitimate(), 1U);
}

TEST_F(SharedAddressTest, APersonMayInsist) {
  log_in_many("203.0.113.7", 14);
  NewDecision wanted = by_person("203.0.113.7");
  EXPECT_EQ(propose(wanted).decision->kind, DecisionKind::kThrottle);
  wanted.despite_customers = true;
  EXPECT_EQ(propose(wanted).decision->kind, DecisionKind::kBlock);
}

TEST_F(SharedAddressTest, UsersCanBeBlockedByThemselves) {
  log_in_many("203.0.113.7", 14);
  NewDecision wanted = by_rule("user3", ScopeKind::kUser);
  wanted.kind = DecisionKind::kDisable;
  EXPECT_EQ(propose(wanted).kind, OutcomeKind::kTaken);
}

TEST_F(SharedAddressTest, IsRememberedOverARestart) {
  log_in_many("203.0.113.7", 14);
  ASSERT_TRUE(logins_->flush());
  open();
  EXPECT_EQ(logins_->users_within(*parse_network("203.0.113.7"), clock_.now(), clock_.now(), 99),
            14U);
  log_in_many("203.0.113.7", 14);  // the same users again, by the same hashes
  EXPECT_EQ(logins_->users_within(*parse_network("203.0.113.7"), clock_.now(), clock_.now(), 99),
            14U);
}

TEST_F(SharedAddressTest, MemoryIsBoundedAndForgetsTheOldest) {
  settings_.login_addresses_max = 1'000;
  open();
  for (std::uint32_t i = 0; i < 5'000; ++i) {
    const LoginSeen seen{IpAddress::from_v4(0x0B000000U + i), "bob", "", 0,
                         clock_.now() - span_s(5'000 - i),    true};
    logins_->note({&seen, 1});
    ASSERT_LE(logins_->legitimate(), 1'000U);
  }
  EXPECT_EQ(logins_->legitimate_within(*target_of_text("11.0.19.135"), clock_.now(), clock_.now()),
            1U);
  EXPECT_GT(metrics_.total("tocsin_login_memory_forgotten_total"), 3'000U);
  log_in_many("203.0.113.7", 100);
  EXPECT_EQ(logins_->users_within(*parse_network("203.0.113.7"), clock_.now(), clock_.now(), 999),
            32U);
}

}  // namespace
}  // namespace tocsin
