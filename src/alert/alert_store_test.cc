#include "alert/alert_store.h"

#include <algorithm>
#include <map>
#include <thread>

#include <gtest/gtest.h>

#include "alert/fold.h"
#include "alert/triage.h"
#include "base/rng.h"
#include "testing/fake_clock.h"
#include "testing/temp_directory.h"

namespace tocsin {
namespace {

std::shared_ptr<const RuleInfo> rule(const std::string& id, Level level = Level::kMedium) {
  RuleInfo info;
  info.id = id;
  info.title = "Title of " + id;
  info.level = level;
  info.tags = {"attack.t1110"};
  info.version = "v1";
  return std::make_shared<const RuleInfo>(info);
}

Finding finding(const std::shared_ptr<const RuleInfo>& of, const std::string& ip,
                std::uint64_t seq) {
  Finding made;
  made.rule = of;
  made.key = {{"source.ip", ip}};
  made.seq = Seq(seq);
  made.time = Micros(static_cast<std::int64_t>(1'000'000 * seq));
  made.first = made.time;
  made.events = {made.seq};
  made.sentence = "seen " + ip;
  return made;
}

class AlertStoreTest : public ::testing::Test {
 protected:
  void SetUp() override { open(); }

  void open(AlertLimits limits = {}) {
    alerts_.reset();
    db_.reset();
    auto db = StateDb::open({.path = directory_ / "state.db"}, files_, clock_);
    ASSERT_TRUE(db) << db.error().full_text();
    db_ = std::move(*db);
    auto alerts = AlertStore::open(*db_, clock_, metrics_, limits);
    ASSERT_TRUE(alerts) << alerts.error().full_text();
    alerts_ = std::move(*alerts);
  }

  void fold(const std::vector<Finding>& findings, std::uint64_t through) {
    const Status folded = alerts_->fold(findings, Seq(through));
    ASSERT_TRUE(folded) << folded.error().full_text();
  }

  std::vector<Alert> all(AlertFilter filter = {}) {
    auto page = alerts_->list(filter);
    EXPECT_TRUE(page) << page.error().full_text();
    return page ? page->alerts : std::vector<Alert>();
  }

  std::vector<Alert> change(const std::string& id, const AlertPatch& patch) {
    auto changed = alerts_->change(std::vector{id}, patch, "tok_tester00");
    EXPECT_TRUE(changed) << changed.error().full_text();
    return changed ? *changed : std::vector<Alert>();
  }

  ErrorCode refused(const std::string& id, const AlertPatch& patch) {
    auto changed = alerts_->change(std::vector{id}, patch, "tok_tester00");
    EXPECT_FALSE(changed);
    return changed ? ErrorCode::kInternal : changed.error().code();
  }

  TempDirectory directory_;
  PosixFileSystem files_;
  FakeClock clock_;
  Metrics metrics_;
  std::unique_ptr<StateDb> db_;
  std::unique_ptr<AlertStore> alerts_;
  const std::shared_ptr<const RuleInfo> brute_ = rule("brute", Level::kHigh);
  const std::shared_ptr<const RuleInfo> scan_ = rule("scan", Level::kLow);
};

const AlertPatch kClose{
    .state = AlertState::kClosed, .verdict = AlertVerdict::kBenign, .assignee = {}, .note = {}};

TEST_F(AlertStoreTest, KeepsWhatAMonitorExpected) {
  Finding unusual = finding(scan_, "1.1.1.1", 1);
  Baseline baseline;
  baseline.observed = 412;
  baseline.high = 35;
  baseline.unit = "log-ins";
  baseline.history = {{Micros(1'000'000), 20, 12, 35}};
  unusual.baseline = std::make_shared<const Baseline>(baseline);
  fold({unusual, finding(brute_, "1.1.1.1", 2)}, 2);
  open();
  const std::vector<Alert> alerts = all();
  ASSERT_EQ(alerts.size(), 2U);
  EXPECT_EQ(alerts[0].baseline, nullptr);
  ASSERT_NE(alerts[1].baseline, nullptr);
  EXPECT_EQ(*alerts[1].baseline, baseline);
}

TEST_F(AlertStoreTest, FoldsByRuleAndKey) {
  fold({finding(brute_, "1.1.1.1", 1), finding(brute_, "2.2.2.2", 2), finding(scan_, "1.1.1.1", 3),
        finding(brute_, "1.1.1.1", 4)},
       4);
  const std::vector<Alert> alerts = all();
  ASSERT_EQ(alerts.size(), 3U);
  const Alert& first = alerts[0];  // the newest activity
  EXPECT_EQ(first.rule_id, "brute");
  EXPECT_EQ(first.title, "Title of brute");
  EXPECT_EQ(first.level, Level::kHigh);
  EXPECT_EQ(first.tags, std::vector<std::string>{"attack.t1110"});
  EXPECT_EQ(key_text(first.key), "source.ip=1.1.1.1");
  EXPECT_EQ(first.findings, 2U);
  EXPECT_EQ(first.events, 2U);
  EXPECT_EQ(first.first, Micros(1'000'000));
  EXPECT_EQ(first.last, Micros(4'000'000));
  EXPECT_EQ(first.last_seq, Seq(4));
  EXPECT_EQ(first.samples, (std::vector<Seq>{Seq(1), Seq(4)}));
  EXPECT_EQ(first.sentence, "seen 1.1.1.1");
  EXPECT_EQ(first.state, AlertState::kNew);
  EXPECT_EQ(first.opened, clock_.now());
  EXPECT_EQ(alerts_->folded_through(), Seq(4));
}

TEST_F(AlertStoreTest, SurvivesReopening) {
  fold({finding(brute_, "1.1.1.1", 7)}, 9);
  const std::vector<Alert> before = all();
  open();
  const std::vector<Alert> after = all();
  ASSERT_EQ(after.size(), 1U);
  EXPECT_EQ(after[0].id, before[0].id);
  EXPECT_EQ(alerts_->folded_through(), Seq(9));
}

TEST_F(AlertStoreTest, ReplayChangesNothing) {
  const std::vector<Finding> findings = {finding(brute_, "1.1.1.1", 1),
                                         finding(brute_, "1.1.1.1", 2)};
  fold(findings, 2);
  fold(findings, 2);
  fold({findings[1], finding(brute_, "1.1.1.1", 3)}, 3);
  ASSERT_EQ(all().size(), 1U);
  EXPECT_EQ(all()[0].findings, 3U);
  EXPECT_EQ(metrics_.total("tocsin_alert_findings_folded_total"), 3U);
  EXPECT_EQ(metrics_.total("tocsin_alert_findings_replayed_total"), 3U);
}

TEST_F(AlertStoreTest, ReplayIsRecognisedAlsoWithoutAWatermarkOfTheCaller) {
  const std::vector<Finding> findings = {finding(brute_, "1.1.1.1", 1),
                                         finding(brute_, "1.1.1.1", 2)};
  fold(findings, 0);
  fold(findings, 0);
  EXPECT_EQ(all()[0].findings, 2U);
  change(all()[0].id, kClose);
  fold(findings, 0);
  EXPECT_EQ(all().size(), 1U);
}

TEST_F(AlertStoreTest, AFindingAfterClosingOpensANewAlertAndReplayDoesNot) {
  fold({finding(brute_, "1.1.1.1", 1), finding(brute_, "1.1.1.1", 2)}, 2);
  const std::string closed = all()[0].id;
  change(closed, kClose);
  open();
  fold({finding(brute_, "1.1.1.1", 1), finding(brute_, "1.1.1.1", 2)}, 2);
  EXPECT_EQ(all().size(), 1U);
  fold({finding(brute_, "1.1.1.1", 2), finding(brute_, "1.1.1.1", 3)}, 3);
  const std::vector<Alert> alerts = all();
  ASSERT_EQ(alerts.size(), 2U);
  EXPECT_NE(alerts[0].id, closed);
  EXPECT_EQ(alerts[0].findings, 1U);
  EXPECT_EQ(alerts[1].findings, 2U);
  EXPECT_EQ(alerts[1].state, AlertState::kClosed);
}

TEST_F(AlertStoreTest, AnAcknowledgedAlertGoesOnBeingFolded) {
  fold({finding(brute_, "1.1.1.1", 1)}, 1);
  change(all()[0].id,
         {.state = AlertState::kAcknowledged, .verdict = {}, .assignee = {}, .note = {}});
  fold({finding(brute_, "1.1.1.1", 2)}, 2);
  ASSERT_EQ(all().size(), 1U);
  EXPECT_EQ(all()[0].findings, 2U);
  EXPECT_EQ(all()[0].state, AlertState::kAcknowledged);
}

TEST_F(AlertStoreTest, AddsUpTheEventsBehindFindings) {
  Finding first = finding(brute_, "1.1.1.1", 10);
  first.count = 10;
  Finding second = finding(brute_, "1.1.1.1", 20);
  second.count = 12;
  fold({first}, 10);
  fold({second}, 20);
  EXPECT_EQ(all()[0].events, 22U);
  EXPECT_EQ(all()[0].findings, 2U);
}

TEST_F(AlertStoreTest, KeysAreToldApartByteForByte) {
  Finding a = finding(brute_, "x", 1);
  a.key = {{"f",
            "a\x01"
            "b"},
           {"g", "c"}};
  Finding b = finding(brute_, "x", 2);
  b.key = {{"f", "a"},
           {"g",
            "\x01"
            "bc"}};
  Finding c = finding(brute_, "x", 3);
  c.key = {{"f", "\xff"}};
  Finding d = finding(brute_, "x", 4);
  d.key = {{"f", "\xfe"}};
  Finding e = finding(brute_, "x", 5);
  e.key = {};
  Finding f = finding(brute_, "x", 6);
  f.key = {{"f", std::string(100'000, 'k')}};
  f.sentence = std::string(100'000, 's') + "\xff";
  fold({a, b, c, d, e, f}, 6);
  const std::vector<Alert> alerts = all();
  ASSERT_EQ(alerts.size(), 6U);
  EXPECT_EQ(alerts[0].key[0].value.size(), 1'024U);
  EXPECT_EQ(alerts[0].sentence.size(), 4'096U);
  EXPECT_EQ(alerts[3].key[0].value, "\xef\xbf\xbd");
}

TEST_F(AlertStoreTest, TooManyKeysOfOneRuleShareOneAlert) {
  open({.open_per_rule_max = 3, .progress_interval = span_s(1)});
  std::vector<Finding> findings;
  for (std::uint64_t i = 1; i <= 10; ++i) {
    findings.push_back(finding(brute_, "10.0.0." + std::to_string(i), i));
  }
  findings.push_back(finding(scan_, "10.0.0.1", 11));
  fold(findings, 11);
  const std::vector<Alert> alerts = all();
  ASSERT_EQ(alerts.size(), 5U);
  const auto overflow = std::ranges::find_if(
      alerts, [](const Alert& alert) { return alert.key[0].field == kOverflowField; });
  ASSERT_NE(overflow, alerts.end());
  EXPECT_EQ(overflow->findings, 7U);
  EXPECT_EQ(overflow->first, Micros(4'000'000));
  EXPECT_EQ(metrics_.total("tocsin_alert_findings_overflowed_total"), 7U);
  fold({finding(brute_, "10.0.0.1", 12)}, 12);
  EXPECT_EQ(all().size(), 5U) << "a key that has an alert keeps it";
  for (const Alert& alert : alerts) {
    if (alert.key[0].value == "10.0.0.1") {
      change(alert.id, kClose);
    }
  }
  fold(findings, 12);
  EXPECT_EQ(all().size(), 5U) << "replay finds room now, and still opens nothing";
}

TEST_F(AlertStoreTest, AFailedFoldHappenedNotAtAll) {
  fold({finding(brute_, "1.1.1.1", 1)}, 1);
  ASSERT_TRUE(db_->write("breaking", [](soci::session& sql) -> Status {
    sql << "ALTER TABLE alert_progress RENAME TO elsewhere";
    return {};
  }));
  EXPECT_FALSE(alerts_->fold(std::vector{finding(brute_, "1.1.1.1", 2)}, Seq(2)));
  EXPECT_EQ(alerts_->folded_through(), Seq(1));
  EXPECT_EQ(all()[0].findings, 1U);
  ASSERT_TRUE(db_->write("mending", [](soci::session& sql) -> Status {
    sql << "ALTER TABLE elsewhere RENAME TO alert_progress";
    return {};
  }));
  fold({finding(brute_, "1.1.1.1", 2)}, 2);
  EXPECT_EQ(all()[0].findings, 2U);
}

TEST_F(AlertStoreTest, ProgressWithoutFindingsIsKeptNowAndThen) {
  fold({}, 100);
  EXPECT_EQ(alerts_->folded_through(), Seq(100));
  clock_.advance(span_s(1));
  fold({}, 200);
  fold({}, 300);
  open();
  EXPECT_EQ(alerts_->folded_through(), Seq(200));
}

TEST_F(AlertStoreTest, ListsByFilter) {
  fold({finding(brute_, "1.1.1.1", 10), finding(scan_, "1.1.1.1", 20),
        finding(scan_, "2.2.2.2", 30)},
       30);
  const std::string brute = all({.states = {},
                                 .level_min = Level::kHigh,
                                 .rule_id = {},
                                 .key = {},
                                 .assignee = {},
                                 .from = {},
                                 .to = {},
                                 .limit = 10,
                                 .cursor = {}})[0]
                                .id;
  change(brute, {.state = AlertState::kAcknowledged, .verdict = {}, .assignee = "ann", .note = {}});
  const auto keys = [&](AlertFilter filter) {
    std::vector<std::string> found;
    for (const Alert& alert : all(std::move(filter))) {
      found.push_back(alert.rule_id + " " + alert.key[0].value);
    }
    return found;
  };
  using Texts = std::vector<std::string>;
  AlertFilter filter;
  filter.states = {AlertState::kNew};
  EXPECT_EQ(keys(filter), (Texts{"scan 2.2.2.2", "scan 1.1.1.1"}));
  filter.states = {AlertState::kNew, AlertState::kAcknowledged};
  EXPECT_EQ(keys(filter).size(), 3U);
  filter = {};
  filter.key = "1.1.1.1";
  EXPECT_EQ(keys(filter), (Texts{"scan 1.1.1.1", "brute 1.1.1.1"}));
  filter.key = "source.ip=2.2.2.2";
  EXPECT_EQ(keys(filter), (Texts{"scan 2.2.2.2"}));
  filter.key = "user.name=2.2.2.2";
  EXPECT_TRUE(keys(filter).empty());
  filter = {};
  filter.rule_id = "scan";
  EXPECT_EQ(keys(filter).size(), 2U);
  filter = {};
  filter.assignee = "ann";
  EXPECT_EQ(keys(filter), (Texts{"brute 1.1.1.1"}));
  filter.assignee = "";
  EXPECT_EQ(keys(filter).size(), 2U);
  filter = {};
  filter.from = Micros(20'000'000);
  filter.to = Micros(30'000'000);
  EXPECT_EQ(keys(filter), (Texts{"scan 1.1.1.1"}));
}

TEST_F(AlertStoreTest, PagesWithoutGapsAlsoAmongEqualTimes) {
  std::vector<Finding> findings;
  for (std::uint64_t i = 1; i <= 25; ++i) {
    findings.push_back(finding(brute_, "10.0.0." + std::to_string(i), i));
    findings.back().time = Micros(static_cast<std::int64_t>(1'000'000 * (i / 5)));
  }
  fold(findings, 25);
  std::vector<std::string> ids;
  AlertFilter filter;
  filter.limit = 4;
  do {
    auto page = alerts_->list(filter);
    ASSERT_TRUE(page);
    for (const Alert& alert : page->alerts) {
      ids.push_back(alert.id);
    }
    filter.cursor = page->next;
  } while (!filter.cursor.empty());
  EXPECT_EQ(ids.size(), 25U);
  std::ranges::sort(ids);
  EXPECT_EQ(std::ranges::unique(ids).begin(), ids.end());
  for (const std::string cursor : {"x", "bm90aGluZw==", "MSAyIDM="}) {
    filter.cursor = cursor;
    EXPECT_EQ(alerts_->list(filter).error().code(), ErrorCode::kInvalid) << cursor;
  }
  filter = {};
  filter.limit = kAlertsPageMax + 1;
  EXPECT_EQ(alerts_->list(filter).error().code(), ErrorCode::kInvalid);
}

TEST_F(AlertStoreTest, GetsByIdAndByItsBeginning) {
  fold({finding(brute_, "1.1.1.1", 1)}, 1);
  const std::string id = all()[0].id;
  EXPECT_EQ(alerts_->get(id)->id, id);
  EXPECT_EQ(alerts_->get(id.substr(0, 6))->id, id);
  EXPECT_EQ(alerts_->get(id.substr(0, 5)).error().code(), ErrorCode::kNotFound);
  EXPECT_EQ(alerts_->get("zzzzzzzz").error().code(), ErrorCode::kNotFound);
  EXPECT_EQ(alerts_->get("%").error().code(), ErrorCode::kNotFound);
}

TEST_F(AlertStoreTest, KeepsWhoChangedWhat) {
  fold({finding(brute_, "1.1.1.1", 1)}, 1);
  const std::string id = all()[0].id;
  clock_.advance(span_s(5));
  change(id,
         {.state = AlertState::kAcknowledged, .verdict = {}, .assignee = "ann", .note = "look"});
  clock_.advance(span_s(5));
  const Alert closed = change(id, kClose)[0];
  EXPECT_EQ(closed.verdict, AlertVerdict::kBenign);
  EXPECT_EQ(closed.updated, clock_.now());
  const auto history = alerts_->history(id);
  ASSERT_TRUE(history);
  std::vector<std::string> told;
  for (const AlertChange& entry : *history) {
    told.push_back(entry.who + " " + entry.what + " " + entry.from + ">" + entry.to);
  }
  EXPECT_EQ(told,
            (std::vector<std::string>{"tocsin opened >new", "tok_tester00 state new>acknowledged",
                                      "tok_tester00 assignee >ann", "tok_tester00 note >look",
                                      "tok_tester00 state acknowledged>closed",
                                      "tok_tester00 verdict none>benign"}));
  EXPECT_EQ((*history)[1].at, history->front().at + span_s(5));
}

TEST_F(AlertStoreTest, RefusesWhatMakesNoSense) {
  fold({finding(brute_, "1.1.1.1", 1)}, 1);
  const std::string id = all()[0].id;
  EXPECT_EQ(refused(id, {}), ErrorCode::kInvalid);
  EXPECT_EQ(refused(id, {.state = AlertState::kClosed, .verdict = {}, .assignee = {}, .note = {}}),
            ErrorCode::kInvalid);
  EXPECT_EQ(
      refused(id, {.state = {}, .verdict = AlertVerdict::kBenign, .assignee = {}, .note = {}}),
      ErrorCode::kInvalid);
  EXPECT_EQ(refused(id, {.state = {},
                         .verdict = {},
                         .assignee = std::string(kAlertAssigneeBytesMax + 1, 'x'),
                         .note = {}}),
            ErrorCode::kInvalid);
  EXPECT_EQ(refused(id, {.state = {}, .verdict = {}, .assignee = {}, .note = "\xff"}),
            ErrorCode::kInvalid);
  EXPECT_EQ(refused("nothere", kClose), ErrorCode::kNotFound);
  EXPECT_EQ(all()[0].state, AlertState::kNew);
}

TEST_F(AlertStoreTest, BulkChangesAreAllOrNone) {
  fold({finding(brute_, "1.1.1.1", 1), finding(brute_, "2.2.2.2", 2)}, 2);
  std::vector<std::string> ids = {all()[0].id, all()[1].id, "nothere"};
  EXPECT_FALSE(alerts_->change(ids, kClose, "cli"));
  EXPECT_EQ(all()[0].state, AlertState::kNew);
  ids.pop_back();
  EXPECT_EQ(alerts_->change(ids, kClose, "cli")->size(), 2U);
  EXPECT_EQ(all()[0].state, AlertState::kClosed);
  EXPECT_EQ(all()[1].state, AlertState::kClosed);
}

TEST_F(AlertStoreTest, AClosedAlertOpensAgainUnlessAnotherTookItsPlace) {
  fold({finding(brute_, "1.1.1.1", 1)}, 1);
  const std::string first = all()[0].id;
  const AlertPatch reopen{.state = AlertState::kNew, .verdict = {}, .assignee = {}, .note = {}};
  change(first, kClose);
  EXPECT_EQ(change(first, reopen)[0].verdict, AlertVerdict::kNone);
  change(first, kClose);
  fold({finding(brute_, "1.1.1.1", 2)}, 2);
  EXPECT_EQ(refused(first, reopen), ErrorCode::kConflict);
}

TEST_F(AlertStoreTest, TellsListenersWhatBecameDurable) {
  std::vector<std::string> told;
  alerts_->add_listener([&](std::span<const AlertEvent> events) {
    for (const AlertEvent& event : events) {
      told.push_back(std::string(alert_event_name(event.kind)) + " " + event.alert.key[0].value);
    }
    EXPECT_TRUE(alerts_->get(events[0].alert.id)) << "may ask the store";
  });
  fold({finding(brute_, "1.1.1.1", 1)}, 1);
  fold({finding(brute_, "1.1.1.1", 1)}, 1);
  fold({finding(brute_, "1.1.1.1", 2)}, 2);
  change(all()[0].id, kClose);
  EXPECT_EQ(told,
            (std::vector<std::string>{"opened 1.1.1.1", "folded 1.1.1.1", "changed 1.1.1.1"}));
}

TEST_F(AlertStoreTest, CountsByStateAndLevel) {
  fold({finding(brute_, "1.1.1.1", 1), finding(scan_, "1.1.1.1", 2), finding(scan_, "2.2.2.2", 3)},
       3);
  const auto counts = alerts_->counts();
  ASSERT_TRUE(counts);
  ASSERT_EQ(counts->size(), 2U);
  EXPECT_EQ((*counts)[0].level, Level::kLow);
  EXPECT_EQ((*counts)[0].alerts, 2U);
}

TEST_F(AlertStoreTest, PeopleWorkWhileFindingsComeIn) {
  {
    std::jthread folder([&] {
      for (std::uint64_t seq = 1; seq <= 60; ++seq) {
        EXPECT_TRUE(alerts_->fold(
            std::vector{finding(brute_, "10.0.0." + std::to_string(seq % 7), seq)}, Seq(seq)));
      }
    });
    std::jthread person([&] {
      for (int i = 0; i < 30; ++i) {
        for (const Alert& alert : all()) {
          const auto changed = alerts_->change(std::vector{alert.id}, kClose, "cli");
          EXPECT_TRUE(changed || changed.error().code() == ErrorCode::kConflict);
        }
      }
    });
  }
  std::uint64_t findings = 0;
  AlertFilter filter;
  filter.limit = kAlertsPageMax;
  for (const Alert& alert : all(filter)) {
    findings += alert.findings;
  }
  EXPECT_EQ(findings, 60U);
}

// The naive model: every finding looked at once, in order, with no watermark but "seen before".
struct Model {
  struct Entry {
    std::uint64_t findings = 0;
    std::uint64_t last_seq = 0;
    bool open = true;
    bool operator==(const Entry&) const = default;
  };
  std::map<std::string, std::vector<Entry>> alerts;  // by rule and key, oldest first
  std::uint64_t seen = 0;

  void take(const Finding& one) {
    if (one.seq.value <= seen) {
      return;
    }
    seen = one.seq.value;
    auto& of_key = alerts[one.rule->id + "|" + key_text(one.key)];
    if (of_key.empty() || !of_key.back().open) {
      of_key.emplace_back();
    }
    ++of_key.back().findings;
    of_key.back().last_seq = one.seq.value;
  }
  void close(const std::string& key) { alerts[key].back().open = false; }
};

class AlertReplayTest : public AlertStoreTest, public ::testing::WithParamInterface<int> {
 protected:
  std::map<std::string, std::vector<Model::Entry>> stored() {
    std::map<std::string, std::vector<Model::Entry>> found;
    AlertFilter filter;
    filter.limit = kAlertsPageMax;
    std::vector<Alert> alerts = all(filter);
    std::ranges::sort(alerts, {}, &Alert::last_seq);
    for (const Alert& alert : alerts) {
      found[alert.rule_id + "|" + key_text(alert.key)].push_back(
          {alert.findings, alert.last_seq.value, alert.state != AlertState::kClosed});
    }
    return found;
  }

  // Closes a random open alert in both worlds.
  void close_one(Rng& rng, Model& model) {
    AlertFilter filter;
    filter.states = {AlertState::kNew};
    const std::vector<Alert> open_ones = all(filter);
    if (open_ones.empty()) {
      return;
    }
    const Alert& chosen = open_ones[rng.below(open_ones.size())];
    change(chosen.id, kClose);
    model.close(chosen.rule_id + "|" + key_text(chosen.key));
  }
};

TEST_P(AlertReplayTest, AnyReplayOfAnySuffixGivesWhatOnePassGives) {
  Rng rng(static_cast<std::uint64_t>(GetParam()));
  std::vector<Finding> stream;
  for (std::uint64_t seq = 1; seq <= 120; ++seq) {
    if (rng.chance(0.7)) {
      stream.push_back(
          finding(rng.chance(0.5) ? brute_ : scan_, "10.0.0." + std::to_string(rng.below(4)), seq));
    }
  }
  Model model;
  std::uint64_t at = 1;  // the next Seq of the journal that is given to the pipeline
  while (at <= 120) {
    const std::uint64_t through = std::min<std::uint64_t>(at + rng.below(12), 120);
    std::vector<Finding> batch;
    for (const Finding& one : stream) {
      if (one.seq.value >= at && one.seq.value <= through) {
        batch.push_back(one);
        model.take(one);
      }
    }
    fold(batch, through);
    at = through + 1;
    if (rng.chance(0.3)) {
      close_one(rng, model);
    }
    if (rng.chance(0.3)) {
      if (rng.chance(0.5)) {
        open();  // a crash: what is replayed reaches at least as far back as the store knows
      }
      at = 1 + rng.below(alerts_->folded_through().value + 1);
    }
    ASSERT_EQ(stored(), model.alerts) << "through " << through;
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, AlertReplayTest, ::testing::Range(0, 12));

}  // namespace
}  // namespace tocsin
