// The text of the commands, and the enforcer against the real kernel in a network namespace of the
// test's own (skipped without the right to make one).
#include <thread>

#include <gtest/gtest.h>
#include <sched.h>

#include "enforce/fake_feed_test.h"
#include "enforce/nftables/nftables_enforcer.h"

namespace tocsin {
namespace {

TEST(NftText, RatesKeepTheRateOrStayBelow) {
  EXPECT_EQ(nft_rate({30, span_s(60)}), "30/minute burst 30 packets");
  EXPECT_EQ(nft_rate({10, span_s(1)}), "10/second burst 10 packets");
  EXPECT_EQ(nft_rate({120, span_s(60)}), "2/second burst 120 packets");
  EXPECT_EQ(nft_rate({1, span_s(3600)}), "1/hour burst 1 packets");
  EXPECT_EQ(nft_rate({7, span_s(90)}), "280/hour burst 7 packets");
}

TEST(NftText, TableNamesCannotCarryCommands) {
  EXPECT_TRUE(is_nft_table_name("tocsin_2"));
  for (const std::string_view name : {"", "2x", "a b", "a;flush ruleset", "A", "x{", "a\n"}) {
    EXPECT_FALSE(is_nft_table_name(name)) << name;
  }
}

// Runs `work` on a thread with an empty network namespace; false when that is not allowed.
bool in_namespace(const std::function<void()>& work) {
  bool allowed = false;
  std::thread([&] {
    allowed = ::unshare(CLONE_NEWNET) == 0;
    if (allowed) {
      work();
    }
  }).join();
  return allowed;
}

class Bench {
 public:
  Bench() : session_(*open_nft_session()), enforcer_(*session_, "tocsin") {}

  void restore(std::vector<EnforcedDecision> all) {
    standing_.take(listing(std::move(all)), Span(0));
    const auto done = enforcer_.restore(standing_, Span(0));
    EXPECT_TRUE(done) << done.error().full_text();
  }
  Enforcer::Applied apply(FeedBatch batch) {
    const StandingChange change = standing_.take(std::move(batch), Span(0));
    const auto applied = enforcer_.apply(change, standing_, Span(0));
    EXPECT_TRUE(applied) << applied.error().full_text();
    return applied ? *applied : Enforcer::Applied{};
  }
  // How often a word is in what the kernel holds.
  std::size_t held(std::string_view word) {
    const auto text = session_->ask("list ruleset");
    std::size_t n = 0;
    for (std::size_t at = text->find(word); at != std::string::npos;
         at = text->find(word, at + 1)) {
      ++n;
    }
    return n;
  }
  NftSession& session() { return *session_; }
  NftablesEnforcer& enforcer() { return enforcer_; }

 private:
  std::unique_ptr<NftSession> session_;
  NftablesEnforcer enforcer_;
  StandingDecisions standing_{[](const EnforcedDecision&) { return true; }, 1'000'000};
};

#define IN_NAMESPACE(...)                                            \
  if (!in_namespace([] {                                             \
        Bench bench;                                                 \
        __VA_ARGS__                                                  \
      })) {                                                          \
    GTEST_SKIP() << "skipped: no right to make a network namespace"; \
  }

TEST(Nftables, HoldsAddressesAndOverlappingNetworksOfBothFamilies){IN_NAMESPACE({
  bench.restore({block(1, "203.0.113.7"), block(2, "203.0.113.0/24"), block(3, "203.0.112.0/23"),
                 block(4, "2001:db8::1"), block(5, "2001:db8::/48"),
                 throttle(6, "198.51.100.0/24", {30, span_s(60)}),
                 throttle(7, "2001:db8:1::/64", {30, span_s(60)})});
  EXPECT_EQ(bench.held("\"203.0.113.7\""), 1U);
  EXPECT_EQ(bench.held("\"203.0.112.0\""), 1U);
  EXPECT_EQ(bench.held("block_v4_23\""), 2U);  // the set, and its rule
  EXPECT_EQ(bench.held("\"2001:db8:1::\""), 1U);
  bench.apply(news({}, {2, 7}));
  EXPECT_EQ(bench.held("\"203.0.113.7\""), 1U);
  EXPECT_EQ(bench.held("\"203.0.113.0\""), 0U);
  EXPECT_EQ(bench.held("\"2001:db8:1::\""), 0U);
})}

TEST(Nftables, ALongerDecisionTakesTheElementAndTheOldOneDoesNotRemoveIt){IN_NAMESPACE({
  bench.restore({block(1, "203.0.113.7", span_s(60))});
  bench.apply(news({block(2, "203.0.113.7", span_s(7200))}));
  EXPECT_EQ(bench.held("\"timeout\": 7200"), 1U);
  bench.apply(news({}, {1}));
  EXPECT_EQ(bench.held("\"203.0.113.7\""), 1U);
  bench.apply(news({block(3, "203.0.113.7", span_s(100))}, {2}));
  EXPECT_EQ(bench.held("\"timeout\": 100"), 1U);
  bench.apply(news({}, {3}));
  EXPECT_EQ(bench.held("\"203.0.113.7\""), 0U);
})}

TEST(Nftables, RemovingWhatTheKernelEndedByItselfIsNoFault){IN_NAMESPACE({
  bench.restore({block(1, "203.0.113.7"), block(2, "203.0.113.8")});
  ASSERT_TRUE(bench.session().run("delete element inet tocsin block_v4_32 { 203.0.113.7 }\n"));
  bench.apply(news({}, {1}));
  EXPECT_EQ(bench.held("\"203.0.113.8\""), 1U);
})}

TEST(Nftables, LeavesForeignTablesAloneAndNoticesThatItsOwnIsGone){IN_NAMESPACE({
  ASSERT_TRUE(
      bench.session().run("add table inet theirs\nadd chain inet theirs block\n"
                          "add table ip tocsin\n"));
  bench.restore({block(1, "203.0.113.7")});
  EXPECT_FALSE(*bench.enforcer().tend(Span(0)));
  ASSERT_TRUE(bench.session().run("flush table inet tocsin\n"));
  EXPECT_TRUE(*bench.enforcer().tend(Span(0)));
  ASSERT_TRUE(bench.session().run("delete table inet tocsin\n"));
  EXPECT_TRUE(*bench.enforcer().tend(Span(0)));
  bench.restore({});
  EXPECT_EQ(bench.held("\"203.0.113.7\""), 0U);
  ASSERT_TRUE(bench.enforcer().withdraw());
  ASSERT_TRUE(bench.enforcer().withdraw());
  EXPECT_TRUE(bench.session().ask("list table inet theirs"));
  EXPECT_TRUE(bench.session().ask("list table ip tocsin"));
  EXPECT_EQ(bench.session().ask("list table inet tocsin").error().code(), ErrorCode::kNotFound);
})}

TEST(Nftables, TakesManyAtOnce){IN_NAMESPACE({
  std::vector<EnforcedDecision> many;
  for (std::uint64_t i = 0; i < 30'000; ++i) {
    many.push_back(
        block(i + 1, ip_text(IpAddress::from_v4(static_cast<std::uint32_t>(0x0B000000 + i)))));
  }
  bench.restore({});
  bench.apply(news(many));
  EXPECT_EQ(bench.held("\"timeout\""), 30'001U);  // and the flag of the set
})}

TEST(Nftables, RefusesMoreRatesThanItMayHave) {
  IN_NAMESPACE({
    bench.restore({});
    std::vector<EnforcedDecision> many;
    for (std::uint32_t i = 0; i < NftablesEnforcer::kRatesMax + 2; ++i) {
      many.push_back(throttle(i + 1, "203.0.113." + std::to_string(i), {i + 1, span_s(60)}));
    }
    EXPECT_EQ(bench.apply(news(many)).failed.size(), 2U);
  })
}

}  // namespace
}  // namespace tocsin
