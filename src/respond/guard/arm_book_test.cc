#include "respond/guard/arm_book.h"

#include "respond/book_rig_test.h"

namespace tocsin {
namespace {

using ArmBookTest = BookRig;

TEST_F(ArmBookTest, ANewRuleOnlyRecordsUntilItIsArmed) {
  const Outcome dry = propose(by_rule("203.0.113.7"));
  EXPECT_EQ(dry.kind, OutcomeKind::kDryRun);
  EXPECT_EQ(dry.sentence,
            "203.0.113.7 would be blocked: the rule Brute force is not armed in this version");
  EXPECT_FALSE(blocked("203.0.113.7"));
  ASSERT_EQ(book_->list({.state = DecisionState::kDryRun})->decisions.size(), 1U);
  propose(by_rule("203.0.113.7"));
  EXPECT_EQ(book_->list({.state = DecisionState::kDryRun})->decisions.size(), 1U);
  arm();
  EXPECT_EQ(propose(by_rule("203.0.113.7")).decision->strike, 1U);
  EXPECT_TRUE(blocked("203.0.113.7"));
}

TEST_F(ArmBookTest, AChangedRuleIsANewRule) {
  arm();
  NewDecision changed = by_rule("203.0.113.7");
  changed.rule_version = "v2";
  EXPECT_EQ(propose(changed).kind, OutcomeKind::kDryRun);
  ASSERT_TRUE(armed_->arm("rule", "brute", "v2", "alice"));
  EXPECT_EQ(propose(changed).kind, OutcomeKind::kTaken);
  EXPECT_EQ(propose(by_rule("203.0.113.8")).kind, OutcomeKind::kDryRun);  // v1 again
}

TEST_F(ArmBookTest, NamelessRulesAndOtherNamesAreNotArmed) {
  arm();
  NewDecision nameless = by_rule("203.0.113.7");
  nameless.rule_id.clear();
  nameless.rule_version.clear();
  EXPECT_EQ(propose(nameless).kind, OutcomeKind::kDryRun);
  NewDecision other = by_rule("203.0.113.7");
  other.rule_id = "Brute";
  EXPECT_EQ(propose(other).kind, OutcomeKind::kDryRun);
  EXPECT_FALSE(armed_->arm("rule", "", "", "alice"));
  EXPECT_FALSE(armed_->arm("monitor", "x", "v1", "alice"));
}

TEST_F(ArmBookTest, APlaybookNeedsItToo) {
  arm();
  NewDecision wanted = by_rule("203.0.113.7");
  wanted.playbook = "flood";
  wanted.playbook_version = "p1";
  EXPECT_EQ(propose(wanted).kind, OutcomeKind::kDryRun);
  ASSERT_TRUE(armed_->arm("playbook", "flood", "p1", "alice"));
  EXPECT_EQ(propose(wanted).kind, OutcomeKind::kTaken);
}

TEST_F(ArmBookTest, SurvivesARestartAndCanBeTakenBack) {
  arm();
  open();
  EXPECT_TRUE(armed_->is_armed("rule", "brute", "v1"));
  ASSERT_TRUE(armed_->disarm("rule", "brute"));
  EXPECT_EQ(armed_->disarm("rule", "brute").error().code(), ErrorCode::kNotFound);
  open();
  EXPECT_EQ(propose(by_rule("203.0.113.7")).kind, OutcomeKind::kDryRun);
}

TEST_F(ArmBookTest, GlobalDryRunHoldsPeopleToo) {
  settings_.dry_run = true;
  arm();
  EXPECT_EQ(propose(by_rule("203.0.113.7")).kind, OutcomeKind::kDryRun);
  EXPECT_EQ(propose(by_person("203.0.113.7")).kind, OutcomeKind::kDryRun);
  EXPECT_TRUE(book_->active()->empty());
}

TEST_F(ArmBookTest, DryRunsAreBoundedAndEnd) {
  settings_.dry_runs_max = 5;
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(propose(by_rule("203.0.113." + std::to_string(i))).kind, OutcomeKind::kDryRun);
  }
  EXPECT_EQ(book_->list({.state = DecisionState::kDryRun})->decisions.size(), 5U);
  clock_.advance(settings_.first_duration);
  ASSERT_TRUE(book_->tick());
  propose(by_rule("203.0.113.30"));
  EXPECT_EQ(book_->list({.state = DecisionState::kDryRun})->decisions.size(), 6U);
}

}  // namespace
}  // namespace tocsin
