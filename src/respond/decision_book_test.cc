#include "respond/decision_book.h"

#include <algorithm>

#include "respond/book_rig_test.h"

namespace tocsin {
namespace {

using DecisionBookTest = BookRig;

TEST_F(DecisionBookTest, TakesWhatAnArmedRuleProposes) {
  arm();
  const Outcome outcome = propose(by_rule("203.0.113.7"));
  EXPECT_EQ(outcome.kind, OutcomeKind::kTaken);
  EXPECT_EQ(outcome.sentence, "203.0.113.7 is blocked for 4h: 12 failed log-ins in 60 s");
  EXPECT_TRUE(blocked("203.0.113.7"));
  EXPECT_TRUE(blocked("::ffff:203.0.113.7"));
  EXPECT_FALSE(blocked("203.0.113.8"));
  EXPECT_EQ(audit_.count("decision_taken"), 1U);
}

TEST_F(DecisionBookTest, EndsToTheSecond) {
  propose(by_person("203.0.113.7"));
  clock_.advance(span_ms(3'599'999));
  EXPECT_TRUE(blocked("203.0.113.7"));
  ASSERT_TRUE(book_->tick());
  EXPECT_EQ(book_->active()->size(), 1U);
  clock_.advance(span_ms(1));
  EXPECT_FALSE(blocked("203.0.113.7"));  // even before the book notices
  ASSERT_TRUE(book_->tick());
  EXPECT_TRUE(book_->active()->empty());
  const DecisionPage page = *book_->list({.state = DecisionState::kEnded});
  ASSERT_EQ(page.decisions.size(), 1U);
  EXPECT_EQ(page.decisions[0].lifted->cause, LiftCause::kExpired);
  EXPECT_EQ(page.decisions[0].lifted->lifted, page.decisions[0].decision.until);
}

TEST_F(DecisionBookTest, SurvivesARestartAsItWas) {
  propose(by_person("203.0.113.7"));
  propose(by_person("2001:db8::/64", ScopeKind::kNetwork));
  NewDecision custom = by_person("alice", ScopeKind::kUser);
  custom.kind = DecisionKind::kCustom;
  custom.custom = "ask-again";
  propose(custom);
  NewDecision throttle = by_person("AS64500", ScopeKind::kNetworkOwner);
  throttle.kind = DecisionKind::kThrottle;
  throttle.rate = ThrottleRate{5, span_s(10)};
  propose(throttle);
  std::vector<Decision> before;
  book_->active()->for_each([&](const PackedDecision& d) { before.push_back(d.full()); });
  ASSERT_EQ(before.size(), 4U);
  open();
  std::vector<Decision> after;
  book_->active()->for_each([&](const PackedDecision& d) { after.push_back(d.full()); });
  EXPECT_EQ(before, after);
  const Outcome next = propose(by_person("203.0.113.9"));
  EXPECT_GT(next.decision->id, before.back().id);
}

TEST_F(DecisionBookTest, WhatEndedWhileItWasDownIsNotBack) {
  propose(by_person("203.0.113.7"));
  clock_.advance(span_s(7'200));
  open();
  EXPECT_FALSE(blocked("203.0.113.7"));
  ASSERT_TRUE(book_->tick());
  EXPECT_EQ(book_->list({.state = DecisionState::kEnded})->decisions.size(), 1U);
}

TEST_F(DecisionBookTest, ClockThatLeapsNeitherFreesNorHoldsAnybody) {
  std::int64_t offset = 0;
  for (const Span leap : {span_s(86'400), span_s(-86'400)}) {
    propose(by_person("203.0.113.7"));
    clock_.set_wall(clock_.now() + leap);
    EXPECT_TRUE(blocked("203.0.113.7"));
    clock_.advance(span_s(3'599));
    EXPECT_TRUE(blocked("203.0.113.7"));
    clock_.advance(span_s(1));
    EXPECT_FALSE(blocked("203.0.113.7"));
    ASSERT_TRUE(book_->tick());
    offset += leap.value;
    EXPECT_EQ(book_->wall_offset().value, offset);
  }
}

TEST_F(DecisionBookTest, ClockThatWentBackOverARestartLengthensNothing) {
  propose(by_person("203.0.113.7"));
  clock_.advance(span_s(1'800));
  ASSERT_TRUE(book_->tick());
  clock_.set_wall(clock_.now() - span_s(86'400));
  open();
  clock_.advance(span_s(1'799));
  EXPECT_TRUE(blocked("203.0.113.7"));
  clock_.advance(span_s(1));
  EXPECT_FALSE(blocked("203.0.113.7"));
}

TEST_F(DecisionBookTest, RepeatersAreHeldLongerEachTimeUpToTheLongest) {
  arm();
  const std::int64_t hours[] = {4, 8, 16, 32, 64, 128, 168, 168};
  std::uint32_t strike = 0;
  for (const std::int64_t expected : hours) {
    const Outcome outcome = propose(by_rule("203.0.113.7"));
    ASSERT_EQ(outcome.kind, OutcomeKind::kTaken);
    EXPECT_EQ(outcome.decision->until - outcome.decision->created, span_s(expected * 3'600));
    EXPECT_EQ(outcome.decision->strike, ++strike);
    clock_.advance(span_s(expected * 3'600 + 60));
    ASSERT_TRUE(book_->tick());
    open();  // strikes survive
  }
  clock_.advance(settings_.forget_after);
  EXPECT_EQ(propose(by_rule("203.0.113.7")).decision->strike, 1U);
}

TEST_F(DecisionBookTest, StepsWinOverTheFactor) {
  arm();
  NewDecision wanted = by_rule("203.0.113.7");
  wanted.escalation = Escalation{.steps = {span_s(60), span_s(600)}};
  for (const std::int64_t expected : {60, 600, 600}) {
    const Outcome outcome = propose(wanted);
    EXPECT_EQ(outcome.decision->until - outcome.decision->created, span_s(expected));
    clock_.advance(span_s(expected + 1));
    ASSERT_TRUE(book_->tick());
  }
}

TEST_F(DecisionBookTest, AnAttackThatGoesOnIsOneDecision) {
  arm();
  propose(by_rule("203.0.113.7"));
  for (int i = 0; i < 50; ++i) {
    clock_.advance(span_s(60));
    EXPECT_EQ(propose(by_rule("203.0.113.7")).kind, OutcomeKind::kStanding);
  }
  clock_.advance(span_s(2 * 3'600));
  const Outcome longer = propose(by_rule("203.0.113.7"));
  EXPECT_EQ(longer.kind, OutcomeKind::kTaken);
  EXPECT_EQ(longer.decision->strike, 1U);
  EXPECT_EQ(book_->active()->size(), 1U);
  EXPECT_EQ(book_->list({.state = DecisionState::kEnded})->decisions.at(0).lifted->cause,
            LiftCause::kReplaced);
}

TEST_F(DecisionBookTest, LiftingFreesAtOnceAndDoesNotCountAsAStrike) {
  arm();
  propose(by_rule("203.0.113.7"));
  const auto lifted =
      book_->lift({.target = target_of_text("203.0.113.7")}, "user alice", "a customer");
  ASSERT_TRUE(lifted);
  ASSERT_EQ(lifted->size(), 1U);
  EXPECT_FALSE(blocked("203.0.113.7"));
  EXPECT_EQ(audit_.entries.back().sentence, "203.0.113.7 is free again: a customer");
  EXPECT_EQ(propose(by_rule("203.0.113.7")).decision->strike, 1U);
}

TEST_F(DecisionBookTest, LiftsByWhatIsWished) {
  propose(by_person("203.0.113.7"));
  propose(by_person("203.0.113.0/28", ScopeKind::kNetwork));
  propose(by_person("198.51.100.1"));
  NewDecision listed = by_person("198.51.100.2");
  listed.origin = "lists:spam";
  propose(listed);
  EXPECT_FALSE(book_->lift({}, "cli", ""));
  EXPECT_EQ(book_->lift({.overlapping = parse_network("203.0.113.7")}, "cli", "")->size(), 2U);
  EXPECT_EQ(book_->lift({.origin = "lists:spam"}, "cli", "")->size(), 1U);
  EXPECT_EQ(book_->lift({.ids = {999}}, "cli", "")->size(), 0U);
  EXPECT_EQ(book_->lift({.all = true}, "cli", "")->size(), 1U);
  EXPECT_TRUE(book_->active()->empty());
}

TEST_F(DecisionBookTest, ChangesAreToldInOrderAndOldCursorsAreRefused) {
  const std::uint64_t start = book_->active()->cursor();
  propose(by_person("203.0.113.7"));
  propose(by_person("203.0.113.8"));
  ASSERT_TRUE(book_->lift({.target = target_of_text("203.0.113.7")}, "cli", ""));
  const auto first = book_->changes_since(start, 2);
  ASSERT_TRUE(first);
  ASSERT_EQ(first->changes.size(), 2U);
  EXPECT_TRUE(first->changes[0].added);
  EXPECT_EQ(first->changes[1].decision->value(), "203.0.113.8");
  const auto rest = book_->changes_since(first->cursor);
  ASSERT_EQ(rest->changes.size(), 1U);
  EXPECT_FALSE(rest->changes[0].added);
  EXPECT_EQ(rest->changes[0].cause, LiftCause::kRemoved);
  EXPECT_EQ(rest->cursor, book_->active()->cursor());
  EXPECT_FALSE(book_->changes_since(start - 1));
  EXPECT_FALSE(book_->changes_since(rest->cursor + 1));
}

TEST_F(DecisionBookTest, ListenersHearOfItWhenItIsThereAlready) {
  std::size_t heard = 0;
  book_->add_listener([&](std::span<const DecisionChange> changes) {
    heard += changes.size();
    EXPECT_TRUE(blocked("203.0.113.7"));
  });
  propose(by_person("203.0.113.7"));
  EXPECT_EQ(heard, 1U);
}

TEST_F(DecisionBookTest, ListsFilteredPageByPage) {
  for (int i = 0; i < 25; ++i) {
    propose(by_person("203.0.113." + std::to_string(i)));
  }
  propose(by_person("alice", ScopeKind::kUser));
  DecisionFilter filter{.scope = ScopeKind::kAddress, .limit = 10};
  std::vector<std::uint64_t> ids;
  int pages = 0;
  do {
    const DecisionPage page = *book_->list(filter);
    for (const DecisionRow& row : page.decisions) {
      ids.push_back(row.decision.id);
    }
    filter.cursor = page.next;
    ++pages;
  } while (!filter.cursor.empty());
  EXPECT_EQ(pages, 3);
  EXPECT_EQ(ids.size(), 25U);
  EXPECT_TRUE(std::ranges::is_sorted(ids, std::greater<>()));
  EXPECT_EQ(book_->list({.covers = parse_ip("203.0.113.4")})->decisions.size(), 1U);
  EXPECT_TRUE(book_->list({.covers = parse_ip("203.0.114.4")})->decisions.empty());
  EXPECT_FALSE(book_->list({.limit = 0}));
  EXPECT_FALSE(book_->list({.cursor = "x"}));
  EXPECT_EQ(book_->get(ids.front())->decision.value, "203.0.113.24");
  EXPECT_EQ(book_->get(4'711).error().code(), ErrorCode::kNotFound);
}

TEST_F(DecisionBookTest, OneBadProposalDoesNotStopTheOthers) {
  const std::vector<NewDecision> wanted = {by_person("203.0.113.7"), by_person("nonsense"),
                                           by_person("203.0.113.8")};
  const auto outcomes = book_->propose_all(wanted);
  ASSERT_TRUE(outcomes);
  EXPECT_TRUE((*outcomes)[0]);
  EXPECT_FALSE((*outcomes)[1]);
  EXPECT_TRUE((*outcomes)[2]);
  EXPECT_EQ(book_->active()->size(), 2U);
}

TEST_F(DecisionBookTest, RefusesMalformedProposals) {
  const auto bad = [&](auto change) {
    NewDecision wanted = by_person("203.0.113.7");
    change(wanted);
    return !book_->propose(wanted).has_value();
  };
  EXPECT_TRUE(bad([](NewDecision& d) { d.reason = " \n"; }));
  EXPECT_TRUE(bad([](NewDecision& d) { d.decided_by.clear(); }));
  EXPECT_TRUE(bad([](NewDecision& d) { d.duration = Span(0); }));
  EXPECT_TRUE(bad([](NewDecision& d) { d.duration = span_s(400LL * 86'400); }));
  EXPECT_TRUE(bad([](NewDecision& d) { d.kind = DecisionKind::kCustom; }));
  EXPECT_TRUE(bad([](NewDecision& d) { d.custom = "word"; }));
  EXPECT_TRUE(bad([](NewDecision& d) { d.kind = DecisionKind::kRedirect; }));
  EXPECT_TRUE(bad([](NewDecision& d) {
    d.kind = DecisionKind::kCustom;
    d.custom = "two words";
  }));
  EXPECT_TRUE(book_->active()->empty());
}

TEST_F(DecisionBookTest, ReasonsFromLogLinesAreMadeHarmless) {
  NewDecision wanted = by_person("203.0.113.7");
  wanted.reason = "user \x1b[31m\r\nroot\xff" + std::string(5'000, 'x');
  const Outcome outcome = propose(wanted);
  EXPECT_LE(outcome.decision->reason.size(), kDecisionReasonBytesMax);
  EXPECT_EQ(outcome.decision->reason.find('\n'), std::string::npos);
  EXPECT_EQ(outcome.decision->reason.find('\x1b'), std::string::npos);
}

TEST_F(DecisionBookTest, FullBookSaysSoAndStillLengthens) {
  settings_.decisions_max = 2;
  propose(by_person("203.0.113.7"));
  propose(by_person("203.0.113.8"));
  EXPECT_EQ(book_->propose(by_person("203.0.113.9")).error().code(), ErrorCode::kExhausted);
  NewDecision longer = by_person("203.0.113.7");
  longer.duration = span_s(7'200);
  EXPECT_EQ(propose(longer).kind, OutcomeKind::kTaken);
}

TEST_F(DecisionBookTest, SimulationChangesNothing) {
  arm();
  const Outcome outcome = *book_->simulate(by_rule("203.0.113.7"));
  EXPECT_EQ(outcome.kind, OutcomeKind::kTaken);
  EXPECT_FALSE(blocked("203.0.113.7"));
  EXPECT_TRUE(book_->list({})->decisions.empty());
  EXPECT_TRUE(audit_.entries.empty());
  EXPECT_EQ(propose(by_rule("203.0.113.7")).decision->strike, 1U);
}

TEST_F(DecisionBookTest, SeveralKindsStandSideBySide) {
  propose(by_person("203.0.113.7"));
  NewDecision throttle = by_person("203.0.113.7");
  throttle.kind = DecisionKind::kThrottle;
  const Outcome outcome = propose(throttle);
  EXPECT_EQ(outcome.decision->rate, parse_throttle_rate(settings_.throttle));
  std::vector<const PackedDecision*> found;
  const auto active = book_->active();
  active->find(*parse_ip("203.0.113.7"), book_->now(), found);
  EXPECT_EQ(found.size(), 2U);
  EXPECT_EQ(active->strongest(*parse_ip("203.0.113.7"), book_->now())->kind(),
            DecisionKind::kBlock);
}

TEST_F(DecisionBookTest, ApprovalIsAskedGivenRejectedAndForgotten) {
  arm();
  NewDecision wanted = by_rule("203.0.113.7");
  wanted.approval = true;
  const Outcome waiting = propose(wanted);
  ASSERT_EQ(waiting.kind, OutcomeKind::kWaiting);
  EXPECT_FALSE(blocked("203.0.113.7"));
  EXPECT_EQ(propose(wanted).approval_id, waiting.approval_id);  // asked once
  open();
  ASSERT_EQ(book_->approvals()->size(), 1U);
  const Result<Outcome> given = book_->approve(waiting.approval_id, "user bob");
  ASSERT_TRUE(given) << given.error().full_text();
  EXPECT_EQ(given->kind, OutcomeKind::kTaken);
  EXPECT_EQ(given->decision->decided_by, "rule Brute force, approved by user bob");
  EXPECT_TRUE(blocked("203.0.113.7"));
  EXPECT_EQ(book_->approve(waiting.approval_id, "user bob").error().code(), ErrorCode::kNotFound);

  wanted.value = "203.0.113.8";
  ASSERT_TRUE(book_->reject(propose(wanted).approval_id, "user bob", "a partner"));
  EXPECT_FALSE(blocked("203.0.113.8"));
  wanted.value = "203.0.113.9";
  const std::string late = propose(wanted).approval_id;
  clock_.advance(settings_.approval_time);
  EXPECT_FALSE(book_->approve(late, "user bob"));
  ASSERT_TRUE(book_->tick());
  EXPECT_TRUE(book_->approvals()->empty());
  EXPECT_EQ(audit_.count("approval_expired"), 1U);
}

TEST_F(DecisionBookTest, ApprovalDoesNotOverrideTheListsThatCameSince) {
  arm();
  NewDecision wanted = by_rule("203.0.113.7");
  wanted.approval = true;
  const Outcome waiting = propose(wanted);
  admins_->seen("203.0.113.7", "alice");
  EXPECT_EQ(book_->approve(waiting.approval_id, "user bob")->kind, OutcomeKind::kRefused);
  EXPECT_FALSE(blocked("203.0.113.7"));
}

}  // namespace
}  // namespace tocsin
