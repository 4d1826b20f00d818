#include "respond/guard/network_size.h"

#include "respond/book_rig_test.h"

namespace tocsin {
namespace {

using NetworkSizeTest = BookRig;

TEST_F(NetworkSizeTest, RulesAndPeopleHaveTheirLimits) {
  arm();
  const std::tuple<std::string, bool, bool> cases[] = {
      // network, a rule may, a person may
      {"203.0.113.0/24", true, true},  {"203.0.112.0/23", false, true},
      {"203.0.0.0/16", false, true},   {"202.0.0.0/15", false, false},
      {"0.0.0.0/0", false, false},     {"2001:db8::/48", true, true},
      {"2001:db8::/47", false, true},  {"2001:db8::/32", false, true},
      {"2001:d00::/24", false, false}, {"2000::/3", false, false},
  };
  for (const auto& [network, rule, person] : cases) {
    EXPECT_EQ(book_->simulate(by_rule(network, ScopeKind::kNetwork))->kind == OutcomeKind::kTaken,
              rule)
        << network;
    EXPECT_EQ(book_->simulate(by_person(network, ScopeKind::kNetwork))->kind == OutcomeKind::kTaken,
              person)
        << network;
  }
}

// Networks of IPv6 in which all of IPv4 hides, in the form that the program keeps it.
TEST_F(NetworkSizeTest, AllOfIpv4CannotBeSmuggledInAsIpv6) {
  settings_.protect_private = false;
  settings_.protect_machine = false;
  settings_.v6_prefix_min = 0;
  settings_.v4_prefix_min = 0;
  open();
  for (const char* network : {"::/0", "::/64", "::/80", "::ffff:0:0/95", "::/79"}) {
    const Outcome outcome = propose(by_person(network, ScopeKind::kNetwork));
    EXPECT_EQ(outcome.kind, OutcomeKind::kRefused) << network;
    EXPECT_EQ(outcome.guard, "network_size") << network;
  }
  settings_.v4_prefix_min = 24;
  EXPECT_EQ(propose(by_person("::ffff:0:0/96", ScopeKind::kNetwork)).kind, OutcomeKind::kRefused);
  EXPECT_EQ(propose(by_person("::ffff:203.0.0.0/104", ScopeKind::kNetwork)).kind,
            OutcomeKind::kRefused);
}

TEST_F(NetworkSizeTest, CountriesAndOwnersAreBlockedOnlyByPeople) {
  arm();
  for (const auto& [scope, value] :
       {std::pair{ScopeKind::kCountry, "DE"}, std::pair{ScopeKind::kNetworkOwner, "AS64500"}}) {
    EXPECT_EQ(propose(by_rule(value, scope)).kind, OutcomeKind::kWaiting);
    NewDecision throttle = by_rule(value, scope);
    throttle.kind = DecisionKind::kThrottle;
    EXPECT_EQ(propose(throttle).kind, OutcomeKind::kTaken);
    EXPECT_EQ(propose(by_person(value, scope)).kind, OutcomeKind::kTaken);
  }
}

}  // namespace
}  // namespace tocsin
