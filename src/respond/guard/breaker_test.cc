#include "respond/guard/breaker.h"

#include "respond/book_rig_test.h"

namespace tocsin {
namespace {

class BreakerTest : public BookRig {
 protected:
  void SetUp() override {
    settings_.breaker_per_minute = 20;
    BookRig::SetUp();
    arm();
  }
  std::vector<NewDecision> attackers(std::uint32_t first, std::uint32_t count) {
    std::vector<NewDecision> wanted;
    for (std::uint32_t i = 0; i < count; ++i) {
      wanted.push_back(by_rule(ip_text(IpAddress::from_v4(0x0B000000U + first + i))));
    }
    return wanted;
  }
};

TEST_F(BreakerTest, OpensAtTooManyAMinuteAndSaysSoOnce) {
  ASSERT_TRUE(book_->propose_all(attackers(0, 500)));
  EXPECT_EQ(book_->active()->size(), 20U);
  EXPECT_TRUE(book_->breaker().open);
  EXPECT_EQ(book_->breaker().held_back, 480U);
  EXPECT_EQ(audit_.count("breaker_opened"), 1U);
  const Outcome held = propose(by_rule("203.0.113.7"));
  EXPECT_EQ(held.kind, OutcomeKind::kDryRun);
  EXPECT_EQ(held.guard, "breaker");
  EXPECT_EQ(held.sentence,
            "203.0.113.7 would be blocked: the breaker is open: 20 decisions within a minute");
}

TEST_F(BreakerTest, ASlowStreamDoesNotOpenIt) {
  for (std::uint32_t i = 0; i < 100; ++i) {
    ASSERT_EQ(propose(attackers(i, 1)[0]).kind, OutcomeKind::kTaken);
    clock_.advance(span_ms(3'200));
  }
  EXPECT_FALSE(book_->breaker().open);
}

TEST_F(BreakerTest, PeopleCanStillAct) {
  ASSERT_TRUE(book_->propose_all(attackers(0, 50)));
  EXPECT_EQ(propose(by_person("203.0.113.7")).kind, OutcomeKind::kTaken);
}

TEST_F(BreakerTest, AgentsAreLimitedLikeRules) {
  std::vector<NewDecision> wanted = attackers(0, 50);
  for (NewDecision& each : wanted) {
    each.proposer = Proposer::kAgent;
  }
  ASSERT_TRUE(book_->propose_all(wanted));
  EXPECT_EQ(book_->active()->size(), 20U);
}

TEST_F(BreakerTest, ClosesByItselfWhenItIsCalmAndNotBefore) {
  ASSERT_TRUE(book_->propose_all(attackers(0, 50)));
  clock_.advance(settings_.breaker_open);
  ASSERT_TRUE(book_->propose_all(attackers(100, 50)));  // goes on
  ASSERT_TRUE(book_->tick());
  EXPECT_TRUE(book_->breaker().open);
  clock_.advance(span_s(61));
  ASSERT_TRUE(book_->tick());
  EXPECT_FALSE(book_->breaker().open);
  EXPECT_EQ(audit_.count("breaker_closed"), 1U);
  EXPECT_EQ(propose(by_rule("203.0.113.7")).kind, OutcomeKind::kTaken);
}

TEST_F(BreakerTest, IsOpenedAndClosedByHandAndStaysSoOverARestart) {
  ASSERT_TRUE(book_->open_breaker("user alice", "maintenance"));
  open();
  EXPECT_EQ(propose(by_rule("203.0.113.7")).sentence,
            "203.0.113.7 would be blocked: the breaker is open: by user alice: maintenance");
  ASSERT_TRUE(book_->close_breaker("user alice"));
  open();
  EXPECT_FALSE(book_->breaker().open);
  EXPECT_EQ(propose(by_rule("203.0.113.8")).kind, OutcomeKind::kTaken);
}

TEST_F(BreakerTest, OpensWhenLegitimateAddressesAreHit) {
  for (std::uint32_t i = 0; i < 40; ++i) {
    log_in("11.0.0." + std::to_string(i), "customer" + std::to_string(i));
  }
  // Slowly, so that the rate alone would never open it: spoofed customers, one by one.
  for (std::uint32_t i = 0; i < 40; ++i) {
    propose(attackers(i, 1)[0]);
    clock_.advance(span_s(30));
  }
  EXPECT_EQ(book_->active()->size(), settings_.breaker_addresses_min);
  EXPECT_TRUE(book_->breaker().open);
  EXPECT_EQ(book_->breaker().reason, "5 of the last day's 40 legitimate addresses are blocked");
  clock_.advance(settings_.breaker_open);
  ASSERT_TRUE(book_->tick());
  EXPECT_TRUE(book_->breaker().open);  // the day is not over
  open();
  EXPECT_TRUE(book_->breaker().open);
}

TEST_F(BreakerTest, OneDecisionThatHitsTooManyIsRefused) {
  for (std::uint32_t i = 0; i < 9; ++i) {
    log_in("11.0.0." + std::to_string(i), "customer");
  }
  const Outcome outcome = propose(by_rule("11.0.0.0/24", ScopeKind::kNetwork));
  EXPECT_EQ(outcome.kind, OutcomeKind::kRefused);
  EXPECT_EQ(outcome.sentence,
            "11.0.0.0/24 is not blocked: it covers 9 of the last day's 9 legitimate addresses, "
            "more than 5");
  EXPECT_FALSE(book_->breaker().open);
  NewDecision listed = by_person("11.0.0.0/24", ScopeKind::kNetwork);
  listed.proposer = Proposer::kImport;
  EXPECT_EQ(propose(listed).kind, OutcomeKind::kRefused);
}

TEST_F(BreakerTest, CountriesAndOwnersAreWeighedToo) {
  for (std::uint32_t i = 0; i < 9; ++i) {
    log_in("11.0.0." + std::to_string(i), "customer");
  }
  EXPECT_EQ(logins_->legitimate_within({ScopeKind::kCountry, "DE", {}}, clock_.now(), clock_.now()),
            9U);
  EXPECT_EQ(logins_->legitimate_within({ScopeKind::kNetworkOwner, "AS64500", {}}, clock_.now(),
                                       clock_.now()),
            9U);
  NewDecision redirect = by_rule("DE", ScopeKind::kCountry);
  redirect.kind = DecisionKind::kRedirect;
  redirect.redirect_to = "cdn.example.org";
  EXPECT_EQ(propose(redirect).kind, OutcomeKind::kRefused);
}

// The flood that the issue demands: 100,000 addresses within a minute, customers' among them.
TEST_F(BreakerTest, AHundredThousandAddressesHurtNobodyMuch) {
  settings_.breaker_per_minute = 300;
  for (std::uint32_t i = 0; i < 2'000; ++i) {
    log_in(ip_text(IpAddress::from_v4(0x0B000000U + i * 50)), "customer" + std::to_string(i));
  }
  for (std::uint32_t batch = 0; batch < 50; ++batch) {
    ASSERT_TRUE(book_->propose_all(attackers(batch * 2'000, 2'000)));
    clock_.advance(span_ms(1'200));
  }
  EXPECT_LE(book_->active()->size(), 300U);
  std::size_t customers = 0;
  book_->active()->for_each([&](const PackedDecision& decision) {
    customers += (decision.network().base.v4() - 0x0B000000U) % 50 == 0 ? 1U : 0U;
  });
  EXPECT_LE(customers, 20U);  // 1 % of 2,000
  EXPECT_EQ(audit_.count("breaker_opened"), 1U);
  EXPECT_LE(audit_.entries.size(), 2'000U);
  EXPECT_GT(metrics_.total("tocsin_decision_audit_left_out_total"), 90'000U);
}

}  // namespace
}  // namespace tocsin
