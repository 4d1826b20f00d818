#include <set>

#include <gtest/gtest.h>

#include "enforce/fake_feed_test.h"
#include "testing/fake_clock.h"

namespace tocsin {
namespace {

TEST(Feed, ReadsDecisionsOfAllScopes) {
  const auto batch = parse_feed(R"({"cursor":"7","through":9,"full":true,"first_page":true,
    "more":false,"added":[
    {"id":3,"kind":"block","scope":"address","value":"203.0.113.7","left_ms":1500,
     "until":"2026-11-23T14:00:00Z","reason":"r","origin":"tocsin","rule":"Brute force"},
    {"id":4,"kind":"throttle","scope":"network","value":"2001:db8::/48","left_ms":60000,"rate":"30/1m"},
    {"id":5,"kind":"custom","custom":"tarpit","scope":"user","value":"alice","left_ms":1}],
    "removed":[1,2]})");
  ASSERT_TRUE(batch) << batch.error().full_text();
  ASSERT_EQ(batch->added.size(), 3U);
  EXPECT_EQ(batch->added[0].left, span_ms(1500));
  EXPECT_EQ(batch->added[0].network.prefix_bits, 128U);
  EXPECT_EQ(batch->added[1].rate->requests, 30U);
  EXPECT_EQ(batch->added[2].custom, "tarpit");
  EXPECT_EQ(batch->removed, (std::vector<std::uint64_t>{1, 2}));
  EXPECT_EQ(batch->through, 9U);
}

TEST(Feed, RefusesWhatIsNoFeed) {
  for (const std::string_view json :
       {"", "null", "[]", "{}", R"({"cursor":"","added":[],"removed":[],"through":1})",
        R"({"cursor":"1","added":[],"removed":["x"],"through":1})",
        R"({"cursor":"1","added":[{"id":1}],"removed":[],"through":1})",
        R"({"cursor":"1","added":[{"id":1,"kind":"shout","scope":"address","value":"1.2.3.4",
            "left_ms":1}],"removed":[],"through":1})",
        R"({"cursor":"1","added":[{"id":1,"kind":"block","scope":"address","value":"1.2.3.4; drop",
            "left_ms":1}],"removed":[],"through":1})"}) {
    EXPECT_FALSE(parse_feed(json)) << json;
  }
}

StandingDecisions everything(std::size_t max = 100) {
  return StandingDecisions([](const EnforcedDecision&) { return true; }, max);
}

TEST(Standing, TellsWhatChanges) {
  StandingDecisions standing = everything();
  EXPECT_EQ(
      standing.take(news({block(1, "203.0.113.1"), block(2, "203.0.113.2")}), Span(0)).added.size(),
      2U);
  EXPECT_TRUE(standing.take(news({block(1, "203.0.113.1")}), Span(0)).empty());
  const StandingChange change = standing.take(news({block(3, "203.0.113.3")}, {1, 99}), Span(0));
  ASSERT_EQ(change.removed.size(), 1U);
  EXPECT_EQ(change.removed[0].decision.value, "203.0.113.1");
  EXPECT_EQ(standing.size(), 2U);
}

TEST(Standing, EndsWhatHasEnded) {
  StandingDecisions standing = everything();
  standing.take(news({block(1, "203.0.113.1", span_s(5)), block(2, "203.0.113.2", span_s(50))}),
                Span(0));
  EXPECT_EQ(standing.next_end(span_s(1)), span_s(4));
  EXPECT_TRUE(standing.expire(span_s(4)).empty());
  EXPECT_EQ(standing.expire(span_s(5)).removed.size(), 1U);
  EXPECT_EQ(standing.size(), 1U);
}

TEST(Standing, AFullListingIsTheDifferenceToWhatStands) {
  StandingDecisions standing = everything();
  standing.take(news({block(1, "203.0.113.1"), block(2, "203.0.113.2")}), Span(0));
  FeedBatch first = listing({block(2, "203.0.113.2")});
  first.more = true;
  EXPECT_TRUE(standing.take(first, Span(0)).empty());
  FeedBatch second = listing({block(3, "203.0.113.3")});
  second.first_page = false;
  const StandingChange change = standing.take(second, Span(0));
  ASSERT_EQ(change.removed.size(), 1U);
  EXPECT_EQ(change.removed[0].decision.id, 1U);
  ASSERT_EQ(change.added.size(), 1U);
  EXPECT_EQ(change.added[0].decision.id, 3U);
}

TEST(Standing, RefusesPastItsLimit) {
  StandingDecisions standing = everything(1);
  const StandingChange change =
      standing.take(news({block(1, "203.0.113.1"), block(2, "203.0.113.2")}), Span(0));
  EXPECT_EQ(change.added.size(), 1U);
  ASSERT_EQ(change.refused.size(), 1U);
  EXPECT_EQ(change.refused[0].id, 2U);
}

class FakeEnforcer final : public Enforcer {
 public:
  std::set<std::string> enforced;
  int restores = 0;
  bool broken = false;
  bool lost = false;
  bool withdrawn = false;

  std::string_view kind() const override { return "fake"; }
  bool covers(DecisionKind kind, ScopeKind scope) const override {
    return kind == DecisionKind::kBlock && scope == ScopeKind::kAddress;
  }
  Result<Applied> apply(const StandingChange& change, const StandingDecisions&, Span) override {
    if (broken) {
      return Error(ErrorCode::kIo, "broken");
    }
    for (const Standing& standing : change.removed) {
      enforced.erase(standing.decision.value);
    }
    for (const Standing& standing : change.added) {
      enforced.insert(standing.decision.value);
    }
    return Applied{};
  }
  Result<bool> tend(Span) override { return std::exchange(lost, false); }
  Result<Applied> restore(const StandingDecisions& all, Span) override {
    ++restores;
    enforced.clear();
    for (const auto& [id, standing] : all.all()) {
      enforced.insert(standing.decision.value);
    }
    return {};
  }
  std::vector<EnforcedCount> take_counts() override { return {{"tocsin", 1, 60, 0}}; }
  Status withdraw() override {
    withdrawn = true;
    return {};
  }
};

class EnforceLoopTest : public testing::Test {
 protected:
  FakeFeed feed_;
  FakeEnforcer enforcer_;
  FakeClock clock_;
  Rng rng_{1};
  Log log_;
  EnforceLoop loop_{feed_, enforcer_, {}, clock_, rng_, log_};
};

TEST_F(EnforceLoopTest, CarriesOutAndSendsReceipts) {
  feed_.answers.push_back(listing({block(1, "203.0.113.1")}));
  feed_.answers.push_back(news({block(2, "203.0.113.2")}));
  ASSERT_TRUE(loop_.step());
  EXPECT_EQ(enforcer_.restores, 1);
  ASSERT_TRUE(loop_.step());
  EXPECT_EQ(enforcer_.enforced, (std::set<std::string>{"203.0.113.1", "203.0.113.2"}));
  ASSERT_EQ(feed_.receipts.size(), 2U);
  EXPECT_EQ(feed_.receipts[1].through, 2U);
  EXPECT_EQ(feed_.receipts[1].standing, 2U);
}

TEST_F(EnforceLoopTest, CarriesOutNothingBeforeTheWholeListingIsThere) {
  FeedBatch first = listing({block(1, "203.0.113.1")});
  first.more = true;
  feed_.answers.push_back(first);
  ASSERT_TRUE(loop_.step());
  EXPECT_EQ(enforcer_.restores, 0);
  EXPECT_FALSE(loop_.step());  // the server is gone in the middle of it
  EXPECT_EQ(enforcer_.restores, 0);
  FeedBatch second = listing({block(2, "203.0.113.2")});
  second.first_page = false;
  feed_.answers.push_back(second);
  ASSERT_TRUE(loop_.step());
  EXPECT_EQ(enforcer_.enforced.size(), 2U);
}

TEST_F(EnforceLoopTest, WhatCouldNotBeCarriedOutIsTriedAgainAndHasNoReceipt) {
  feed_.answers.push_back(listing({}));
  ASSERT_TRUE(loop_.step());
  enforcer_.broken = true;
  feed_.answers.push_back(news({block(5, "203.0.113.5")}));
  EXPECT_FALSE(loop_.step());
  EXPECT_EQ(feed_.receipts.back().through, 0U);
  enforcer_.broken = false;
  feed_.answers.push_back(news({}));
  ASSERT_TRUE(loop_.step());
  EXPECT_EQ(feed_.waits.back(), Span(0));
  EXPECT_TRUE(enforcer_.enforced.contains("203.0.113.5"));
  EXPECT_EQ(feed_.receipts.back().through, 5U);
}

TEST_F(EnforceLoopTest, WithoutTheServerDecisionsStayAndEndAtTheirTime) {
  feed_.answers.push_back(listing({block(1, "203.0.113.1", span_s(60))}));
  ASSERT_TRUE(loop_.step());
  EXPECT_FALSE(loop_.step());
  EXPECT_TRUE(enforcer_.enforced.contains("203.0.113.1"));
  clock_.advance(span_s(61));
  EXPECT_FALSE(loop_.step());
  EXPECT_TRUE(enforcer_.enforced.empty());
}

TEST_F(EnforceLoopTest, RestoresWhatSomebodyElseRemoved) {
  feed_.answers.push_back(listing({block(1, "203.0.113.1")}));
  ASSERT_TRUE(loop_.step());
  enforcer_.enforced.clear();
  enforcer_.lost = true;
  clock_.advance(span_s(2));
  feed_.answers.push_back(news({}));
  ASSERT_TRUE(loop_.step());
  EXPECT_EQ(enforcer_.restores, 2);
  EXPECT_TRUE(enforcer_.enforced.contains("203.0.113.1"));
}

TEST_F(EnforceLoopTest, CountsAreNotLostWhenAReceiptIs) {
  feed_.receipts_fail = true;
  feed_.answers.push_back(listing({}));
  EXPECT_FALSE(loop_.step());
  feed_.receipts_fail = false;
  feed_.answers.push_back(news({}));
  ASSERT_TRUE(loop_.step());
  EXPECT_EQ(feed_.receipts.back().counts.size(), 2U);
}

TEST_F(EnforceLoopTest, LeavesOrWithdrawsAtItsEnd) {
  feed_.answers.push_back(listing({block(1, "203.0.113.1")}));
  ASSERT_TRUE(loop_.step());
  loop_.finish(EnforceLoop::AtEnd::kLeave);
  EXPECT_FALSE(enforcer_.withdrawn);
  EXPECT_TRUE(feed_.receipts.back().leaving);
  loop_.finish(EnforceLoop::AtEnd::kWithdraw);
  EXPECT_TRUE(enforcer_.withdrawn);
}

}  // namespace
}  // namespace tocsin
