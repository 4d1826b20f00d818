#include "server/rule_coverage.h"

#include <gtest/gtest.h>

#include "testing/fake_clock.h"
#include "testing/temp_directory.h"

namespace tocsin {
namespace {

class RuleCoverageTest : public testing::Test {
 protected:
  void SetUp() override {
    auto db = StateDb::open({.path = directory_.path() + "/state.db"}, files_, clock_);
    ASSERT_TRUE(db) << db.error().full_text();
    db_ = std::move(*db);
    open();
  }

  void open() {
    auto coverage = RuleCoverage::open(*db_);
    ASSERT_TRUE(coverage) << coverage.error().full_text();
    coverage_ = std::move(*coverage);
  }

  std::shared_ptr<const RuleSet> rules(const std::string& detection) {
    LoadReport report;
    auto taxonomy = Taxonomy::load({});
    return RuleSet::load(
        {{"r.yml", "title: A\nid: a\nlogsource: {category: web}\ndetection: {s: {" + detection +
                       "}, condition: s}\n"}},
        *taxonomy, fields_, {}, report);
  }

  std::vector<VersionCoverage> seen() {
    auto versions = coverage_->of_rule("a");
    EXPECT_TRUE(versions) << versions.error().full_text();
    return *versions;
  }

  using Ranges = std::vector<SeqRange>;

  TempDirectory directory_;
  PosixFileSystem files_;
  FakeClock clock_;
  FieldCatalog fields_;
  std::unique_ptr<StateDb> db_;
  std::unique_ptr<RuleCoverage> coverage_;
};

TEST_F(RuleCoverageTest, EachVersionHasItsOwnRanges) {
  const auto one = rules("x: 1");
  const auto two = rules("x: 2");
  coverage_->saw(one, {Seq(1), Seq(11)});
  coverage_->saw(one, {Seq(11), Seq(21)});
  coverage_->saw(two, {Seq(21), Seq(31)});
  coverage_->saw(one, {Seq(31), Seq(41)});
  const auto versions = seen();
  ASSERT_EQ(versions.size(), 2U);
  EXPECT_EQ(versions[0].version, two->rules()[0].info->version);
  EXPECT_EQ(versions[0].ranges, (Ranges{{Seq(21), Seq(31)}}));
  EXPECT_EQ(versions[1].ranges, (Ranges{{Seq(1), Seq(21)}, {Seq(31), Seq(41)}}));
}

TEST_F(RuleCoverageTest, ACrashLosesOnlyWhatTheReplaySeesAgain) {
  const auto one = rules("x: 1");
  coverage_->saw(one, {Seq(1), Seq(101)});
  ASSERT_TRUE(coverage_->keep(Seq(61)));
  coverage_->saw(one, {Seq(101), Seq(201)});
  open();  // as after a crash
  ASSERT_EQ(seen().size(), 1U);
  EXPECT_EQ(seen()[0].ranges, (Ranges{{Seq(1), Seq(61)}}));
  coverage_->saw(rules("x: 1"), {Seq(41), Seq(201)});
  EXPECT_EQ(seen()[0].ranges, (Ranges{{Seq(1), Seq(201)}}));
}

TEST_F(RuleCoverageTest, WhatWasKeptGrowsWithoutNewBatches) {
  coverage_->saw(rules("x: 1"), {Seq(1), Seq(101)});
  ASSERT_TRUE(coverage_->keep(Seq(50)));
  ASSERT_TRUE(coverage_->keep(Seq(101)));
  open();
  EXPECT_EQ(seen()[0].ranges, (Ranges{{Seq(1), Seq(101)}}));
}

TEST_F(RuleCoverageTest, RangesAreBounded) {
  const auto one = rules("x: 1");
  for (std::uint64_t i = 0; i < RuleCoverage::kRangesMax + 10; ++i) {
    coverage_->saw(one, {Seq(i * 10 + 1), Seq(i * 10 + 2)});
  }
  ASSERT_TRUE(coverage_->keep(Seq(1'000'000)));
  EXPECT_EQ(seen()[0].ranges.size(), RuleCoverage::kRangesMax);
  EXPECT_EQ(seen()[0].ranges.front().begin, Seq(101));
}

TEST_F(RuleCoverageTest, AnUnknownRuleHasSeenNothing) {
  const auto versions = coverage_->of_rule("nobody");
  ASSERT_TRUE(versions);
  EXPECT_TRUE(versions->empty());
}

}  // namespace
}  // namespace tocsin
