#include "respond/playbook/playbook_engine.h"

#include <algorithm>
#include <set>
#include <thread>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "base/fail.h"
#include "respond/book_rig_test.h"
#include "respond/playbook/playbook_yaml.h"

namespace tocsin {
namespace {

class FakeHands final : public PlaybookHands {
 public:
  Result<Alert> alert(const std::string& id) override {
    const auto found = alerts.find(id);
    return found == alerts.end() ? Result<Alert>(fail(ErrorCode::kNotFound, "no alert {}", id))
                                 : found->second;
  }
  Result<std::vector<Alert>> open_alerts(Micros changed) override {
    std::vector<Alert> found;
    for (const auto& [id, alert] : alerts) {
      if (alert.updated >= changed && alert.state != AlertState::kClosed) {
        found.push_back(alert);
      }
    }
    return found;
  }
  std::string playbook_of_rule(const std::string& rule_id) override {
    return rule_id == "linked" ? "p" : "";
  }
  std::vector<std::string> event_values(const Alert&, std::string_view) override {
    return {"203.0.113.1", "203.0.113.2"};
  }
  Result<std::vector<std::string>> tell(const std::string& once, const std::vector<std::string>& to,
                                        const Alert&, const std::string& text,
                                        const std::string&) override {
    ++calls;
    for (const std::string& name : to) {
      if (std::ranges::find(channels, name) == channels.end()) {
        return fail(ErrorCode::kInvalid, "there is no channel {}", name);
      }
    }
    if (faults > 0) {
      --faults;
      return fail(ErrorCode::kIo, "no channel");
    }
    if (told.insert(once).second) {
      texts.push_back(text);
    }
    return to.empty() ? channels : to;
  }
  Status assign(const std::string&, const std::string& assignee, const std::string&,
                const std::string&, const std::string&) override {
    assigned.insert(assignee);
    return {};
  }
  Result<std::string> keep_evidence(const Alert&, const std::string& name) override {
    evidence.insert(name);
    return "evidence/" + name;
  }

  std::map<std::string, Alert> alerts;
  std::set<std::string> told, evidence, assigned;
  std::vector<std::string> texts;
  std::vector<std::string> channels = {"ops"};
  int faults = 0;
  int calls = 0;
};

class PlaybookEngineTest : public BookRig {
 protected:
  void SetUp() override {
    BookRig::SetUp();
    arm();
    open_engine();
  }
  void TearDown() override { engine_.reset(); }

  void open_engine() {
    engine_.reset();
    EngineParts parts{*book_, *armed_, hands_, *db_, audit_, clock_, metrics_, log_, 7, limits_};
    Result<std::unique_ptr<PlaybookEngine>> engine = PlaybookEngine::open(parts);
    ASSERT_TRUE(engine) << engine.error().full_text();
    engine_ = std::move(*engine);
    engine_->put_in_force(std::make_shared<const PlaybookSet>(set_));
  }
  void restart() {
    engine_.reset();
    open();
    open_engine();
    engine_->step();
  }
  void use(const std::string& steps, bool armed = true) {
    Result<Playbook> p =
        parse_playbook("name: p\ntrigger: {rules: [brute]}\nsteps:\n" + steps, "p.yml", {});
    ASSERT_TRUE(p) << p.error().text();
    if (armed) {
      ASSERT_TRUE(armed_->arm("playbook", "p", p->version, "alice"));
    }
    set_ = {{std::make_shared<const Playbook>(std::move(*p))}, {}};
    engine_->put_in_force(std::make_shared<const PlaybookSet>(set_));
  }
  Alert alert(const std::string& value, const std::string& field = "source.ip") {
    Alert made;
    made.id = "a-" + value;
    made.rule_id = "brute";
    made.rule_version = "v1";
    made.title = "Brute force";
    made.level = Level::kHigh;
    made.key = {{field, value}};
    made.first = made.last = made.opened = made.updated = clock_.now();
    made.findings = 1;
    made.sentence = "12 failed log-ins in 60 s";
    return made;
  }
  void offer(const Alert& one) {
    hands_.alerts[one.id] = one;
    engine_->offer(one);
    engine_->step();
  }
  void find_more(const std::string& value, std::uint64_t findings) {
    Alert& one = hands_.alerts["a-" + value];
    one.findings = findings;
    one.updated = clock_.now();
    offer(Alert(one));
  }
  void pass(Span time) {
    clock_.advance(time);
    ASSERT_TRUE(book_->tick());
    engine_->step();
  }
  PlaybookRun only_run() {
    const auto runs = engine_->runs({});
    EXPECT_TRUE(runs);
    EXPECT_EQ(runs->size(), 1U);
    return runs && !runs->empty() ? runs->front() : PlaybookRun{};
  }
  std::string outcomes() {
    std::string all;
    const auto steps = engine_->steps(only_run().id);
    for (const RunStep& step : steps.value()) {
      all += step.kind + ":" + step.outcome + " ";
    }
    return all;
  }

  Log log_;
  FakeHands hands_;
  EngineLimits limits_;
  PlaybookSet set_;
  std::unique_ptr<PlaybookEngine> engine_;
};

TEST_F(PlaybookEngineTest, AnAlertBecomesADecisionOnce) {
  use("  - decide: {for: 1h}\n");
  offer(alert("203.0.113.7"));
  EXPECT_TRUE(blocked("203.0.113.7"));
  EXPECT_EQ(only_run().state, RunState::kSucceeded);
  EXPECT_EQ(audit_.count("playbook_started"), 1U);
  EXPECT_EQ(audit_.count("playbook_step"), 1U);
  EXPECT_EQ(audit_.count("playbook_succeeded"), 1U);
  find_more("203.0.113.7", 5);
  restart();
  EXPECT_EQ(only_run().state, RunState::kSucceeded);
  EXPECT_EQ(audit_.count("decision_taken"), 1U);
  const Decision taken = book_->list({})->decisions.at(0).decision;
  EXPECT_EQ(taken.playbook, "p");
  EXPECT_EQ(taken.alert_id, "a-203.0.113.7");
}

TEST_F(PlaybookEngineTest, WhatIsNotArmedOnlySaysWhatItWouldDo) {
  use("  - decide: {for: 1h}\n  - notify: {channels: [ops]}\n  - assign: {to: ann}\n"
      "  - collect: true\n  - approve: {ask: really}\n",
      false);
  offer(alert("203.0.113.7"));
  EXPECT_FALSE(blocked("203.0.113.7"));
  EXPECT_EQ(outcomes(), "decide:would notify:would assign:would collect:would approve:would ");
  EXPECT_EQ(hands_.calls, 0);
  EXPECT_TRUE(hands_.evidence.empty() && hands_.assigned.empty());
}

TEST_F(PlaybookEngineTest, RateLimitThenBlock) {
  use("  - decide: {kind: throttle, rate: 30/1m, for: 1h}\n  - wait: {findings: 2, at_most: 10m}\n"
      "    on_failure: done\n  - decide: {for: 4h}\n  - {name: done, end: true}\n");
  offer(alert("203.0.113.7"));
  EXPECT_FALSE(blocked("203.0.113.7"));
  find_more("203.0.113.7", 2);
  EXPECT_FALSE(blocked("203.0.113.7"));
  restart();
  find_more("203.0.113.7", 3);
  EXPECT_TRUE(blocked("203.0.113.7"));
  EXPECT_EQ(outcomes(), "decide:done wait:waits wait:done decide:done end:done ");
  offer(alert("203.0.113.8"));
  pass(span_s(600));
  EXPECT_FALSE(blocked("203.0.113.8"));
}

TEST_F(PlaybookEngineTest, CalmEndsWhatTheRunDecided) {
  use("  - decide: {kind: throttle, about: country, for: 1d}\n  - wait: {calm: 10m, at_most: 6h}\n"
      "  - lift: true\n");
  offer(alert("DE", "source.geo.country_iso_code"));
  EXPECT_EQ(book_->active()->size(), 1U);
  pass(span_s(540));
  find_more("DE", 2);
  pass(span_s(300));
  EXPECT_EQ(book_->active()->size(), 1U);
  restart();
  pass(span_s(301));
  EXPECT_EQ(book_->active()->size(), 0U);
  EXPECT_EQ(only_run().state, RunState::kSucceeded);
}

TEST_F(PlaybookEngineTest, WithoutCalmTheStepFailsInTheEnd) {
  use("  - wait: {calm: 10m, at_most: 20m}\n");
  offer(alert("203.0.113.7"));
  for (std::uint64_t i = 2; i < 8; ++i) {
    pass(span_s(240));
    find_more("203.0.113.7", i);
  }
  EXPECT_EQ(only_run().state, RunState::kFailed);
}

TEST_F(PlaybookEngineTest, ARefusalGoesOnFailure) {
  settings_.never_block = {"203.0.113.7"};
  restart();
  use("  - decide: {for: 1h}\n    on_failure: tell\n  - {name: done, end: true}\n"
      "  - {name: tell, notify: {channels: [ops], text: refused}}\n");
  offer(alert("203.0.113.7"));
  EXPECT_EQ(hands_.texts, std::vector<std::string>{"refused"});
  EXPECT_EQ(outcomes(), "decide:failed notify:done ");
}

TEST_F(PlaybookEngineTest, AnAlertAboutNobodyFailsTheStep) {
  use("  - decide: {for: 1h}\n");
  offer(alert("web-1", "host.name"));
  EXPECT_EQ(only_run().state, RunState::kFailed);
}

TEST_F(PlaybookEngineTest, AddressesOfTheEventsBehindAnAlert) {
  use("  - decide: {about_events: source.ip, for: 1h}\n");
  offer(alert("web-1", "host.name"));
  EXPECT_TRUE(blocked("203.0.113.1"));
  EXPECT_TRUE(blocked("203.0.113.2"));
  EXPECT_EQ(only_run().decisions.size(), 2U);
}

TEST_F(PlaybookEngineTest, TheBooksApprovalYes) {
  use("  - decide: {kind: disable, about: user, approval: true, for: 1d}\n  - collect: true\n");
  offer(alert("mallory", "user.name"));
  EXPECT_EQ(book_->active()->size(), 0U);
  restart();
  const auto asked = book_->approvals();
  ASSERT_EQ(asked->size(), 1U);
  ASSERT_TRUE(book_->approve(asked->front().id, "user alice"));
  engine_->step();
  EXPECT_EQ(book_->active()->size(), 1U);
  EXPECT_EQ(hands_.evidence.size(), 1U);
  EXPECT_EQ(outcomes(), "decide:waits decide:done collect:done ");
}

TEST_F(PlaybookEngineTest, TheBooksApprovalNoOrLate) {
  use("  - decide: {kind: disable, about: user, approval: true, for: 1d}\n");
  offer(alert("mallory", "user.name"));
  ASSERT_TRUE(book_->reject(book_->approvals()->front().id, "user alice", "he may"));
  engine_->step();
  EXPECT_EQ(only_run().state, RunState::kFailed);
  offer(alert("eve", "user.name"));
  pass(settings_.approval_time);
  const auto runs = engine_->runs({});
  for (const PlaybookRun& run : runs.value()) {
    EXPECT_EQ(run.state, RunState::kFailed);
  }
  EXPECT_EQ(book_->active()->size(), 0U);
}

TEST_F(PlaybookEngineTest, AStepAsksAPerson) {
  use("  - approve: {ask: shall I, within: 1h}\n    on_failure: no\n  - decide: {for: 1h}\n"
      "  - {name: done, end: true}\n  - {name: no, notify: {text: not}}\n");
  offer(alert("203.0.113.7"));
  restart();
  const std::string id = only_run().id;
  EXPECT_EQ(engine_->answer("nobody", true, "alice").error().code(), ErrorCode::kNotFound);
  ASSERT_TRUE(engine_->answer(id, true, "alice"));
  EXPECT_TRUE(blocked("203.0.113.7"));
  EXPECT_FALSE(engine_->answer(id, true, "alice"));
  offer(alert("203.0.113.8"));
  const auto running = engine_->runs({.running_only = true});
  ASSERT_TRUE(engine_->answer(running->front().id, false, "alice"));
  offer(alert("203.0.113.9"));
  pass(span_s(3'600));
  EXPECT_EQ(hands_.texts, (std::vector<std::string>{"not", "not"}));
  EXPECT_FALSE(blocked("203.0.113.8"));
  EXPECT_FALSE(blocked("203.0.113.9"));
}

TEST_F(PlaybookEngineTest, FaultsAreTriedAgainWithPauses) {
  use("  - notify: {channels: [ops], text: x}\n    retry: 2\n    retry_after: 10s\n");
  hands_.faults = 2;
  offer(alert("203.0.113.7"));
  pass(span_s(5));
  EXPECT_EQ(hands_.calls, 1);
  pass(span_s(10));
  EXPECT_EQ(hands_.calls, 2);
  restart();
  EXPECT_EQ(hands_.calls, 2);
  pass(span_s(30));
  EXPECT_EQ(hands_.calls, 3);
  EXPECT_EQ(only_run().state, RunState::kSucceeded);
  hands_.faults = 5;
  offer(alert("203.0.113.8"));
  pass(span_s(30));
  pass(span_s(60));
  EXPECT_EQ(hands_.faults, 2);
  EXPECT_EQ(engine_->runs({.alert_id = "a-203.0.113.8"})->front().state, RunState::kFailed);
}

TEST_F(PlaybookEngineTest, WithoutAChannelItSaysThatNobodyWasTold) {
  hands_.channels.clear();
  use("  - notify: {text: x}\n    retry: 3\n    on_failure: again\n  - {name: done, end: true}\n"
      "  - {name: again, notify: {channels: [gone], text: y}, retry: 3}\n");
  offer(alert("203.0.113.7"));
  EXPECT_EQ(outcomes(), "notify:failed notify:failed ");
  const auto steps = engine_->steps(only_run().id);
  EXPECT_EQ(steps->at(0).sentence, "nobody was told: no channel is configured");
  EXPECT_EQ(steps->at(1).sentence, "there is no channel gone");
  EXPECT_EQ(only_run().state, RunState::kFailed);
}

TEST_F(PlaybookEngineTest, ARunHasATimeLimit) {
  Result<Playbook> p = parse_playbook(
      "name: p\ntimeout: 1h\ntrigger: {level: low}\nsteps:\n  - wait: {for: 2h}\n", "p", {});
  ASSERT_TRUE(p) << p.error().text();
  set_ = {{std::make_shared<const Playbook>(std::move(*p))}, {}};
  engine_->put_in_force(std::make_shared<const PlaybookSet>(set_));
  offer(alert("203.0.113.7"));
  pass(span_s(3'600));
  EXPECT_EQ(only_run().state, RunState::kFailed);
  EXPECT_EQ(only_run().detail, "it took longer than 1h");
}

TEST_F(PlaybookEngineTest, AlertsThatNobodyOfferedAreCaughtUp) {
  use("  - decide: {for: 1h}\n");
  engine_->step();
  clock_.advance(span_s(60));
  const Alert missed = alert("203.0.113.7");
  hands_.alerts[missed.id] = missed;
  Alert old = alert("203.0.113.8");
  old.updated = clock_.now() - span_s(86'400);
  hands_.alerts[old.id] = old;
  restart();
  EXPECT_TRUE(blocked("203.0.113.7"));
  EXPECT_FALSE(blocked("203.0.113.8"));
}

TEST_F(PlaybookEngineTest, RunsStayOnThePlaybookTheyBeganWith) {
  use("  - wait: {for: 1h}\n  - notify: {text: old}\n");
  offer(alert("203.0.113.7"));
  use("  - notify: {text: new}\n", false);
  ASSERT_TRUE(armed_->arm("playbook", "p", only_run().version, "alice"));
  restart();
  pass(span_s(3'600));
  EXPECT_EQ(hands_.texts, std::vector<std::string>{"old"});
}

TEST_F(PlaybookEngineTest, ClosingTheAlertAndPeopleEndRuns) {
  use("  - wait: {for: 1h}\n  - decide: {for: 1h}\n");
  offer(alert("203.0.113.7"));
  Alert closed = alert("203.0.113.7");
  closed.state = AlertState::kClosed;
  offer(closed);
  EXPECT_EQ(only_run().state, RunState::kCancelled);
  const Result<std::string> id = engine_->run("p", closed.id, "user alice");
  ASSERT_TRUE(id);
  ASSERT_TRUE(engine_->cancel(*id, "user alice"));
  EXPECT_EQ(engine_->cancel(*id, "user alice").error().code(), ErrorCode::kConflict);
  EXPECT_EQ(engine_->cancel("none", "user alice").error().code(), ErrorCode::kNotFound);
  EXPECT_EQ(engine_->run("q", closed.id, "x").error().code(), ErrorCode::kNotFound);
  pass(span_s(3'600));
  EXPECT_FALSE(blocked("203.0.113.7"));
}

TEST_F(PlaybookEngineTest, ARehearsalChangesNothing) {
  use("  - decide: {for: 1h}\n  - if: {level: critical}\n    on_false: done\n"
      "  - notify: {text: x}\n  - {name: done, end: true}\n");
  const Alert one = alert("203.0.113.7");
  hands_.alerts[one.id] = one;
  const auto steps = engine_->rehearse("p", one.id);
  ASSERT_TRUE(steps);
  ASSERT_EQ(steps->size(), 3U);
  EXPECT_EQ(steps->at(0).sentence, "203.0.113.7 is blocked for 1h: 12 failed log-ins in 60 s");
  EXPECT_EQ(steps->at(1).sentence, "no");
  EXPECT_FALSE(blocked("203.0.113.7"));
  EXPECT_TRUE(engine_->runs({})->empty());
}

TEST_F(PlaybookEngineTest, TwoAlertsOfOneAddressAreOneDecision) {
  use("  - decide: {for: 1h}\n");
  Alert other = alert("203.0.113.7");
  other.id = "other";
  hands_.alerts[other.id] = other;
  engine_->offer(other);
  offer(alert("203.0.113.7"));
  EXPECT_EQ(engine_->runs({})->size(), 2U);
  EXPECT_EQ(audit_.count("decision_taken"), 1U);
}

TEST_F(PlaybookEngineTest, TenThousandAlertsAtOnceStayBounded) {
  limits_.queue_max = 2'000;
  limits_.runs_max = 1'000;
  restart();
  use("  - wait: {for: 1h}\n");
  for (int i = 0; i < 10'000; ++i) {
    engine_->offer(alert("u" + std::to_string(i), "user.name"));
  }
  engine_->step();
  EXPECT_EQ(engine_->runs({.limit = 20'000})->size(), 1'000U);
  EXPECT_EQ(metrics_
                .counter("tocsin_playbook_left_out_total", "What playbooks had no room for",
                         {{"reason", "queue"}})
                .value(),
            8'000U);
}

TEST_F(PlaybookEngineTest, WhatFoundNoRoomBeginsWhenThereIsSome) {
  limits_.runs_max = 2;
  restart();
  use("  - wait: {for: 1h}\n");
  for (int i = 0; i < 5; ++i) {
    offer(alert("u" + std::to_string(i), "user.name"));
    clock_.advance(span_s(60));
  }
  EXPECT_EQ(engine_->runs({})->size(), 2U);
  restart();  // the mark stays before those that wait
  for (int round = 0; round < 8; ++round) {
    pass(span_s(1'800));
    EXPECT_LE(engine_->runs({.running_only = true})->size(), 2U);
  }
  const auto runs = engine_->runs({.state = RunState::kSucceeded});
  EXPECT_EQ(runs->size(), 5U);
}

struct Rewound {
  std::string_view step;
  std::string_view outcome;
  std::size_t effects;
};

class RewoundStepTest : public PlaybookEngineTest, public ::testing::WithParamInterface<Rewound> {
 protected:
  std::size_t effects() const {
    return book_->active()->size() + hands_.texts.size() + hands_.assigned.size() +
           hands_.evidence.size();
  }
};

// The machine dies after a step's effect and before the run is kept: the step is taken again, and
// nothing happens twice.
TEST_P(RewoundStepTest, HasOneEffect) {
  const Rewound& one = GetParam();
  use(fmt::format("  - wait: {{for: 1m}}\n  - name: deed\n    {}\n", one.step));
  offer(alert("203.0.113.7"));
  restart();  // while it waits
  pass(span_s(60));
  const std::string all = fmt::format("wait:waits wait:done {} ", one.outcome);
  ASSERT_EQ(outcomes(), all);
  ASSERT_EQ(effects(), one.effects);
  const Status rewound = db_->write("rewinding", [&](soci::session& sql) -> Status {
    sql << "UPDATE playbook_runs SET state = 0, step = 'deed', ended_us = 0, steps_done = 2, "
           "decisions = ''";
    sql << "DELETE FROM playbook_steps WHERE number > 2";
    return {};
  });
  ASSERT_TRUE(rewound) << rewound.error().full_text();
  restart();
  EXPECT_EQ(outcomes(), all);
  EXPECT_EQ(only_run().state, RunState::kSucceeded);
  EXPECT_EQ(effects(), one.effects);
  EXPECT_EQ(only_run().decisions.size(), book_->active()->size());
}

INSTANTIATE_TEST_SUITE_P(
    EachKind, RewoundStepTest,
    ::testing::Values(Rewound{"decide: {for: 1h}", "decide:done", 1},
                      Rewound{"decide: {about_events: source.ip, for: 1h}", "decide:done", 2},
                      Rewound{"notify: {channels: [ops], text: x}", "notify:done", 1},
                      Rewound{"assign: {to: ann}", "assign:done", 1},
                      Rewound{"collect: true", "collect:done", 1},
                      Rewound{"lift: true", "lift:done", 0},
                      Rewound{"if: {level: high}", "if:done", 0},
                      Rewound{"end: true", "end:done", 0}));

TEST_F(PlaybookEngineTest, TheThreadActsAtOnce) {
  use("  - decide: {for: 1h}\n");
  const Alert one = alert("203.0.113.7");
  hands_.alerts[one.id] = one;  // before the thread, which reads it
  engine_->start();
  engine_->offer(one);
  while (!blocked("203.0.113.7")) {  // the test's time limit ends it
    std::this_thread::yield();
  }
  engine_->stop();
  EXPECT_TRUE(blocked("203.0.113.7"));
}

}  // namespace
}  // namespace tocsin
