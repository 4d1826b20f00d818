#include "respond/decision_snapshot.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "base/rng.h"
#include "respond/decision_contexts.h"

namespace tocsin {
namespace {

constexpr Micros kNow(1'000'000'000);

class SnapshotTest : public ::testing::Test {
 protected:
  // False when something stands there already.
  bool add(const DecisionTarget& target, DecisionKind kind = DecisionKind::kBlock,
           Micros until = kNow + span_s(60)) {
    if (snapshot_.exact(target, kind, "") != nullptr) {
      return false;
    }
    Decision decision;
    decision.id = ++last_id_;
    decision.kind = kind;
    decision.scope = target.scope;
    decision.value = target.value;
    decision.network = target.network;
    decision.until = until;
    decision.reason = "because";
    decision.decided_by = "test";
    decision.origin = "tocsin";
    snapshot_.insert(
        PackedDecision::make(decision, contexts_.of(decision), snapshot_.hash_of(target)));
    all_.push_back(decision);
    return true;
  }
  // What a scan over everything finds.
  std::vector<std::uint64_t> slow_find(const IpAddress& address) const {
    std::vector<std::uint64_t> ids;
    for (const Decision& decision : all_) {
      if (decision.network.contains(address) && decision.until > kNow) {
        ids.push_back(decision.id);
      }
    }
    return ids;
  }
  std::vector<std::uint64_t> find(const IpAddress& address) const {
    std::vector<const PackedDecision*> found;
    snapshot_.find(address, kNow, found);
    std::vector<std::uint64_t> ids;
    for (const PackedDecision* decision : found) {
      ids.push_back(decision->id());
    }
    std::ranges::sort(ids);
    return ids;
  }

  DecisionSnapshot snapshot_{7};
  DecisionContexts contexts_;
  std::vector<Decision> all_;
  std::uint64_t last_id_ = 0;
};

// IPv4 and IPv6 side by side, all sizes of networks, several kinds, some ended.
TEST_F(SnapshotTest, FindsWhatAScanFinds) {
  Rng rng(11);
  const auto random_address = [&] {
    const auto low = static_cast<std::uint32_t>(rng.below(512));
    return rng.chance(0.6) ? IpAddress::from_v4(0x0B000000U + low)
                           : IpAddress{0x2A00'0000'0000'0000ULL, low};
  };
  for (int round = 0; round < 600; ++round) {
    const IpAddress address = random_address();
    const IpNetwork network = network_around(
        address, rng.chance(0.5) ? 128U : 112U + static_cast<unsigned>(rng.below(16)));
    const auto target = *canonical_target(ScopeKind::kNetwork, network_text(network));
    add(target, rng.chance(0.8) ? DecisionKind::kBlock : DecisionKind::kThrottle,
        rng.chance(0.9) ? kNow + span_s(60) : kNow);
    if (rng.chance(0.2) && !all_.empty()) {
      const std::size_t gone = rng.below(all_.size());
      snapshot_.erase(*snapshot_.by_id(all_[gone].id));
      all_.erase(all_.begin() + static_cast<std::ptrdiff_t>(gone));
    }
    const IpAddress asked = random_address();
    EXPECT_EQ(find(asked), slow_find(asked)) << ip_text(asked);
    EXPECT_EQ(snapshot_.size(), all_.size());

    const IpNetwork around = network_around(asked, 112U + static_cast<unsigned>(rng.below(17)));
    std::vector<std::uint64_t> touching;
    snapshot_.overlapping(around, [&](const PackedDecision& d) { touching.push_back(d.id()); });
    std::ranges::sort(touching);
    std::vector<std::uint64_t> wanted;
    for (const Decision& decision : all_) {
      if (decision.network.contains(around.base) || around.contains(decision.network.base)) {
        wanted.push_back(decision.id);
      }
    }
    EXPECT_EQ(touching, wanted) << network_text(around);
  }
}

TEST_F(SnapshotTest, OtherScopesAreFoundByTheirWordAndNotByAnother) {
  add(*canonical_target(ScopeKind::kUser, "alice"));
  add(*canonical_target(ScopeKind::kSession, "alice"), DecisionKind::kThrottle);
  add(*canonical_target(ScopeKind::kCountry, "DE"));
  EXPECT_EQ(snapshot_.strongest(ScopeKind::kUser, "alice", kNow)->kind(), DecisionKind::kBlock);
  EXPECT_EQ(snapshot_.strongest(ScopeKind::kSession, "alice", kNow)->kind(),
            DecisionKind::kThrottle);
  EXPECT_EQ(snapshot_.strongest(ScopeKind::kUser, "Alice", kNow), nullptr);
  EXPECT_EQ(snapshot_.strongest(ScopeKind::kApiKey, "alice", kNow), nullptr);
  EXPECT_EQ(snapshot_.strongest(*parse_ip("11.0.0.1"), kNow), nullptr);
}

TEST_F(SnapshotTest, APackedDecisionIsWhole) {
  Decision decision;
  decision.id = 77;
  decision.kind = DecisionKind::kRedirect;
  decision.scope = ScopeKind::kUser;
  decision.value = "bob";
  decision.created = kNow;
  decision.until = kNow + span_s(9);
  decision.reason = "a sentence";
  decision.rule_id = "r";
  decision.rule_version = "v";
  decision.rule_title = "t";
  decision.alert_id = "a";
  decision.playbook = "p";
  decision.decided_by = "d";
  decision.origin = "tocsin";
  decision.strike = 3;
  decision.rate = ThrottleRate{5, span_s(2)};
  decision.redirect_to = "cdn";
  decision.uuid = decision_uuid(0, 77);
  const auto packed = PackedDecision::make(decision, contexts_.of(decision), 1);
  EXPECT_EQ(packed->full(), decision);
  EXPECT_EQ(decision.uuid.size(), 36U);
  EXPECT_EQ(decision.uuid[14], '4');
  EXPECT_NE(decision_uuid(0, 78), decision.uuid);
  decision.origin = "lists:x";  // shares its reason with others
  EXPECT_EQ(PackedDecision::make(decision, contexts_.of(decision), 1)->full(), decision);
}

TEST_F(SnapshotTest, ListsInTheOrderOfIdsAndFromAnyOfThem) {
  for (int i = 0; i < 100; ++i) {
    add(*target_of_text("11.0.0." + std::to_string(i)));
  }
  std::vector<std::uint64_t> ids;
  snapshot_.for_each([&](const PackedDecision& decision) { ids.push_back(decision.id()); }, 50);
  EXPECT_EQ(ids.size(), 50U);
  EXPECT_EQ(ids.front(), 51U);
  EXPECT_TRUE(std::ranges::is_sorted(ids));
}

}  // namespace
}  // namespace tocsin
