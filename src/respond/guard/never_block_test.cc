#include "respond/guard/never_block.h"

#include <algorithm>

#include "base/rng.h"
#include "respond/book_rig_test.h"

namespace tocsin {
namespace {

class NeverBlockTest : public BookRig {
 protected:
  void SetUp() override {
    write("cdn.txt", "# ranges of the CDN\n198.51.100.0/24\n2001:db8:c::/48 # v6\n\n");
    settings_.never_block = {"203.0.113.50", "192.0.2.0/28"};
    settings_.never_disable = {"root"};
    settings_.never_block_files = {{"cdn", directory_ / "cdn.txt"}};
    trusted_proxies_ = {"203.0.113.99"};
    open();
    arm();
  }
  void write(const std::string& name, const std::string& text) {
    ASSERT_TRUE(write_file_atomically(files_, directory_ / name, text));
  }
};

struct Attempt {
  const char* value;
  ScopeKind scope;
  const char* sentence;
};

TEST_F(NeverBlockTest, IsNotPassedInAnySpelling) {
  const Attempt attempts[] = {
      {"203.0.113.50", ScopeKind::kAddress,
       "203.0.113.50 is not blocked: it is on the list respond.never_block"},
      {"::ffff:203.0.113.50", ScopeKind::kAddress,
       "203.0.113.50 is not blocked: it is on the list respond.never_block"},
      {"::ffff:cb00:7132", ScopeKind::kAddress,
       "203.0.113.50 is not blocked: it is on the list respond.never_block"},
      {"203.0.113.50/32", ScopeKind::kNetwork,
       "203.0.113.50 is not blocked: it is on the list respond.never_block"},
      {"203.0.113.48/30", ScopeKind::kNetwork,
       "203.0.113.48/30 is not blocked: it contains 203.0.113.50, which is on the list "
       "respond.never_block"},
      {"203.0.113.0/24", ScopeKind::kNetwork,
       "203.0.113.0/24 is not blocked: it contains 203.0.113.50, which is on the list "
       "respond.never_block"},
      {"::ffff:203.0.113.0/120", ScopeKind::kNetwork,
       "203.0.113.0/24 is not blocked: it contains 203.0.113.50, which is on the list "
       "respond.never_block"},
      {"192.0.2.5", ScopeKind::kAddress,
       "192.0.2.5 is not blocked: it is on the list respond.never_block"},
      {"198.51.100.7", ScopeKind::kAddress, "198.51.100.7 is not blocked: it is on the list cdn"},
      {"2001:db8:c:1::/64", ScopeKind::kNetwork,
       "2001:db8:c:1::/64 is not blocked: it is on the list cdn"},
      {"203.0.113.99", ScopeKind::kAddress, "203.0.113.99 is not blocked: it is a trusted proxy"},
      {"10.1.2.3", ScopeKind::kAddress, "10.1.2.3 is not blocked: it is a private address"},
      {"127.0.0.1", ScopeKind::kAddress, "127.0.0.1 is not blocked: it is a loopback address"},
      {"::1", ScopeKind::kAddress, "::1 is not blocked: it is a loopback address"},
      {"fe80::1", ScopeKind::kAddress, "fe80::1 is not blocked: it is a link-local address"},
      {"fd00::/64", ScopeKind::kNetwork, "fd00::/64 is not blocked: it is a private address"},
  };
  for (const Attempt& attempt : attempts) {
    for (NewDecision wanted :
         {by_rule(attempt.value, attempt.scope), by_person(attempt.value, attempt.scope)}) {
      wanted.despite_customers = true;
      const Outcome outcome = propose(wanted);
      EXPECT_EQ(outcome.kind, OutcomeKind::kRefused) << attempt.value;
      EXPECT_EQ(outcome.sentence, attempt.sentence);
    }
  }
  EXPECT_TRUE(book_->active()->empty());
}

TEST_F(NeverBlockTest, ProtectsFromEveryKind) {
  for (const DecisionKind kind : {DecisionKind::kThrottle, DecisionKind::kChallenge}) {
    NewDecision wanted = by_person("203.0.113.50");
    wanted.kind = kind;
    EXPECT_EQ(propose(wanted).kind, OutcomeKind::kRefused);
  }
  NewDecision disable = by_rule("root", ScopeKind::kUser);
  disable.kind = DecisionKind::kDisable;
  EXPECT_EQ(propose(disable).sentence,
            "user root is not disabled: it is on the list respond.never_disable");
}

TEST_F(NeverBlockTest, ARulesIpv6AddressStaysNarrowWhenItsNetworkIsProtected) {
  EXPECT_EQ(propose(by_rule("2001:db8:1::7")).decision->value, "2001:db8:1::/64");
  admins_->seen("2001:db8:2::1", "alice");
  EXPECT_EQ(propose(by_rule("2001:db8:2::7")).decision->value, "2001:db8:2::7");
  EXPECT_EQ(propose(by_rule("2001:db8:2::1")).kind, OutcomeKind::kRefused);
  log_in("2001:db8:3::1", "carol");
  EXPECT_EQ(propose(by_rule("2001:db8:3::7")).decision->value, "2001:db8:3::7");
}

TEST_F(NeverBlockTest, AListThatGrowsLiftsWhatStands) {
  propose(by_person("198.51.101.7"));
  propose(by_person("198.51.101.0/28", ScopeKind::kNetwork));
  propose(by_person("203.0.113.7"));
  write("cdn.txt", "198.51.101.7\n");
  EXPECT_TRUE(*never_block_->load());
  EXPECT_EQ(*book_->recheck(), 2U);
  EXPECT_FALSE(blocked("198.51.101.7"));
  EXPECT_TRUE(blocked("203.0.113.7"));
  EXPECT_EQ(audit_.count("decision_lifted"), 2U);
  EXPECT_FALSE(*never_block_->load());  // nothing new
}

TEST_F(NeverBlockTest, AMistakeInAListChangesNothingAndIsNamed) {
  write("cdn.txt", "198.51.100.0/24\n\nnot-an-address\n198.51.100.7/24\n");
  const Result<bool> loaded = never_block_->load();
  ASSERT_FALSE(loaded);
  EXPECT_NE(loaded.error().text().find("cdn.txt:3: \"not-an-address\""), std::string::npos);
  EXPECT_NE(loaded.error().text().find("cdn.txt:4:"), std::string::npos);
  EXPECT_EQ(propose(by_person("198.51.100.7")).kind, OutcomeKind::kRefused);
  ASSERT_TRUE(files_.remove(directory_ / "cdn.txt"));
  EXPECT_FALSE(never_block_->load());
  EXPECT_EQ(propose(by_person("2001:db8:c::1")).kind, OutcomeKind::kRefused);
}

TEST(ProtectedNetworksTest, FindsWhatASlowLookFinds) {
  Rng rng(5);
  for (int round = 0; round < 200; ++round) {
    ProtectedNetworks networks;
    std::vector<IpNetwork> all;
    const auto random_network = [&] {
      const auto bits = static_cast<unsigned>(112 + rng.below(17));
      return network_around(IpAddress::from_v4(static_cast<std::uint32_t>(rng.below(1U << 16U))),
                            bits);
    };
    for (std::uint64_t i = rng.below(20); i > 0; --i) {
      all.push_back(random_network());
      networks.add(all.back(), "is here");
    }
    networks.finish();
    for (int probe = 0; probe < 50; ++probe) {
      const IpNetwork wanted = random_network();
      const bool expected = std::ranges::any_of(all, [&](const IpNetwork& network) {
        return network.contains(wanted.base) || wanted.contains(network.base);
      });
      ProtectedNetworks::Hit hit;
      EXPECT_EQ(networks.find(wanted, hit), expected) << network_text(wanted);
    }
  }
}

}  // namespace
}  // namespace tocsin
