#include "alert/exceptions.h"

#include <map>

#include <gtest/gtest.h>

#include "alert/alert_store.h"
#include "base/time_text.h"
#include "testing/fake_clock.h"
#include "testing/temp_directory.h"

namespace tocsin {
namespace {

class FakeFields final : public EventFields {
 public:
  std::map<std::pair<std::uint64_t, std::string>, std::string> values;
  int asked = 0;
  std::optional<std::string> value(Seq seq, std::string_view field) override {
    ++asked;
    const auto found = values.find({seq.value, std::string(field)});
    return found == values.end() ? std::nullopt : std::optional(found->second);
  }
};

class ExceptionsTest : public ::testing::Test {
 protected:
  void SetUp() override { open(); }

  void open() {
    alerts_.reset();
    exceptions_.reset();
    db_.reset();
    db_ = std::move(*StateDb::open({.path = directory_ / "state.db"}, files_, clock_));
    exceptions_ = std::move(*ExceptionStore::open(*db_, files_, clock_, metrics_));
    exceptions_->set_event_fields(&fields_);
    alerts_ = std::move(*AlertStore::open(*db_, clock_, metrics_));
    alerts_->set_exceptions(exceptions_.get());
  }

  static ExceptionSpec spec(const std::string& rule, std::vector<ExceptionCondition> where = {}) {
    ExceptionSpec made;
    made.rule = rule;
    made.where = std::move(where);
    made.owner = "ann";
    made.reason = "our own scanner";
    return made;
  }
  AlertException add(const ExceptionSpec& wanted) {
    const auto made = exceptions_->add(wanted, "tok_ann00000");
    EXPECT_TRUE(made) << made.error().full_text();
    return made ? *made : AlertException();
  }
  static Finding finding(const std::string& rule, const std::string& ip, std::uint64_t seq) {
    RuleInfo info;
    info.id = rule;
    info.title = "Title";
    info.version = "v";
    Finding made;
    made.rule = std::make_shared<const RuleInfo>(info);
    made.key = {{"source.ip", ip}, {"user.name", "root"}};
    made.seq = Seq(seq);
    made.time = *parse_iso_time("2026-11-23T02:30:00Z");
    made.first = made.time;
    made.events = {made.seq};
    return made;
  }
  void fold(const std::vector<Finding>& findings, std::uint64_t through) {
    const Status folded = alerts_->fold(findings, Seq(through));
    ASSERT_TRUE(folded) << folded.error().full_text();
  }
  std::size_t alerts() { return alerts_->list({})->alerts.size(); }

  TempDirectory directory_;
  PosixFileSystem files_;
  FakeClock clock_;
  Metrics metrics_;
  FakeFields fields_;
  std::unique_ptr<StateDb> db_;
  std::unique_ptr<ExceptionStore> exceptions_;
  std::unique_ptr<AlertStore> alerts_;
};

TEST_F(ExceptionsTest, SilencesWhatFitsAndNothingElse) {
  const struct {
    ExceptionSpec spec;
    bool silences;  // finding of "brute" about 192.0.2.7 and root, at 02:30 UTC on a Monday
  } kCases[] = {
      {spec("brute"), true},
      {spec("other"), false},
      {spec("brute", {{"source.ip", "192.0.2.7"}}), true},
      {spec("brute", {{"source.ip", "192.0.2.8"}}), false},
      {spec("brute", {{"source.ip", "192.0.2.0/24"}}), true},
      {spec("brute", {{"source.ip", "198.51.100.0/24"}}), false},
      {spec("brute", {{"user.name", "ro*"}, {"source.ip", "192.0.2.0/24"}}), true},
      {spec("brute", {{"user.name", "ann"}, {"source.ip", "192.0.2.0/24"}}), false},
      {spec("*", {{"source.ip", "192.0.2.0/24"}}), true},
      {spec("brute", {{"user_agent.original", "scanner/*"}}), true},
      {spec("brute", {{"user_agent.original", "curl/*"}}), false},
      {spec("brute", {{"no.such.field", "*"}}), false},
  };
  fields_.values[{5, "user_agent.original"}] = "scanner/1.2";
  for (const auto& one : kCases) {
    const AlertException made = add(one.spec);
    const auto by = exceptions_->judge(std::vector{finding("brute", "192.0.2.7", 5)});
    EXPECT_EQ(by.at(0), one.silences ? made.id : "")
        << one.spec.rule << " " << (one.spec.where.empty() ? "" : one.spec.where[0].value);
    ASSERT_TRUE(exceptions_->end(made.id, "ann"));
    EXPECT_EQ(exceptions_->judge(std::vector{finding("brute", "192.0.2.7", 5)}).at(0), "");
  }
}

TEST_F(ExceptionsTest, EveryEventBehindAFindingMustFit) {
  add(spec("brute", {{"user_agent.original", "scanner/*"}}));
  Finding several = finding("brute", "192.0.2.7", 6);
  several.events = {Seq(5), Seq(6)};
  fields_.values[{5, "user_agent.original"}] = "scanner/1";
  fields_.values[{6, "user_agent.original"}] = "attacker/1";
  EXPECT_EQ(exceptions_->judge(std::vector{several}).at(0), "");
  fields_.values[{6, "user_agent.original"}] = "scanner/2";
  EXPECT_NE(exceptions_->judge(std::vector{several}).at(0), "");
}

TEST_F(ExceptionsTest, EventsAreReadOnlyWhenRuleAndKeyFit) {
  add(spec("brute", {{"source.ip", "192.0.2.7"}, {"user_agent.original", "x"}}));
  exceptions_->judge(std::vector{finding("other", "192.0.2.7", 5)});
  exceptions_->judge(std::vector{finding("brute", "192.0.2.8", 5)});
  EXPECT_EQ(fields_.asked, 0);
}

TEST_F(ExceptionsTest, HoldsOnlyAtItsTimesAndUntilItsEnd) {
  ExceptionSpec nightly = spec("brute");
  nightly.schedule = "daily 02:00-03:00 UTC";
  nightly.expires = clock_.now() + span_s(3'600);
  add(nightly);
  Finding night = finding("brute", "192.0.2.7", 5);
  EXPECT_NE(exceptions_->judge(std::vector{night}).at(0), "");
  night.time = *parse_iso_time("2026-11-23T03:00:00Z");
  EXPECT_EQ(exceptions_->judge(std::vector{night}).at(0), "");
  night.time = *parse_iso_time("2026-11-23T02:00:00Z");
  clock_.advance(span_s(3'601));
  EXPECT_EQ(exceptions_->judge(std::vector{night}).at(0), "") << "to the second";
}

TEST_F(ExceptionsTest, WhatIsSilencedOpensNoAlertAndStaysVisible) {
  const AlertException made = add(spec("brute", {{"source.ip", "192.0.2.0/24"}}));
  fold({finding("brute", "192.0.2.7", 1), finding("brute", "192.0.2.7", 2),
        finding("brute", "192.0.2.9", 3), finding("brute", "198.51.100.1", 4)},
       4);
  EXPECT_EQ(alerts(), 1U);
  EXPECT_EQ(exceptions_->get(made.id)->findings, 3U);
  const auto keys = exceptions_->silenced(made.id, 10);
  ASSERT_EQ(keys->size(), 2U);
  EXPECT_EQ(keys->at(0).findings + keys->at(1).findings, 3U);
  EXPECT_EQ(metrics_.total("tocsin_alert_findings_silenced_total"), 3U);
  EXPECT_EQ(alerts_->folded_through(), Seq(4));
}

TEST_F(ExceptionsTest, ReplayCountsNothingTwiceAlsoAfterTheEnd) {
  const AlertException made = add(spec("brute"));
  const std::vector<Finding> all = {finding("brute", "192.0.2.7", 1),
                                    finding("brute", "192.0.2.7", 2)};
  fold(all, 2);
  open();
  fold(all, 2);
  EXPECT_EQ(exceptions_->get(made.id)->findings, 2U);
  ASSERT_TRUE(exceptions_->end(made.id, "ann"));
  open();
  fold(all, 2);
  EXPECT_EQ(alerts(), 0U) << "what was expected then is not news now";
  fold({finding("brute", "192.0.2.7", 3)}, 3);
  EXPECT_EQ(alerts(), 1U);
}

TEST_F(ExceptionsTest, AnOpenAlertIsNotFoldedFurther) {
  fold({finding("brute", "192.0.2.7", 1)}, 1);
  add(exception_from(alerts_->list({})->alerts.at(0)).where.empty() ? spec("brute") : [&] {
    ExceptionSpec from = exception_from(alerts_->list({})->alerts.at(0));
    from.owner = "ann";
    from.reason = "known";
    return from;
  }());
  fold({finding("brute", "192.0.2.7", 2), finding("brute", "192.0.2.8", 3)}, 3);
  const auto page = alerts_->list({});
  ASSERT_EQ(page->alerts.size(), 2U) << "another key is another matter";
  for (const Alert& alert : page->alerts) {
    EXPECT_EQ(alert.findings, 1U);
  }
}

TEST_F(ExceptionsTest, PreviewNamesThePastAlerts) {
  fields_.values[{2, "user_agent.original"}] = "scanner/1";
  fold({finding("brute", "192.0.2.7", 1), finding("brute", "192.0.2.8", 2),
        finding("scan", "192.0.2.8", 3)},
       3);
  const std::vector<Alert> past = alerts_->list({})->alerts;
  const auto by_rule = exceptions_->preview(spec("brute"), past);
  ASSERT_TRUE(by_rule);
  EXPECT_EQ(by_rule->looked_at, 3U);
  EXPECT_EQ(by_rule->alerts.size(), 2U);
  EXPECT_EQ(exceptions_->preview(spec("*", {{"source.ip", "192.0.2.8"}}), past)->alerts.size(), 2U);
  EXPECT_EQ(
      exceptions_->preview(spec("brute", {{"user_agent.original", "scan*"}}), past)->alerts.size(),
      1U);
  EXPECT_TRUE(exceptions_->list()->empty()) << "a preview changes nothing";
}

TEST_F(ExceptionsTest, RefusesWhatIsTooWideOrUnowned) {
  const auto with = [](ExceptionSpec base, auto change) {
    change(base);
    return base;
  };
  const struct {
    ExceptionSpec spec;
    const char* why;
  } kCases[] = {
      {spec(""), "rule: it is needed"},
      {spec("*"), "where: an exception for every rule"},
      {spec("*", {{"source.ip", "**"}}), "silences every rule"},
      {spec("bru*"), "neither the id of a rule nor *"},
      {spec("brute", {{"", "x"}}), "where.field"},
      {spec("brute", {{"source.ip", ""}}), "where.value"},
      {with(spec("brute"), [](auto& s) { s.owner = " "; }), "owner: it is needed"},
      {with(spec("brute"), [](auto& s) { s.reason = ""; }), "reason: it is needed"},
      {with(spec("brute"), [](auto& s) { s.reason = std::string(2'000, 'x'); }), "reason: more"},
      {with(spec("brute"), [](auto& s) { s.expires = Micros(1); }), "expires: "},
      {with(spec("brute"), [this](auto& s) { s.expires = clock_.now() + span_s(400LL * 86'400); }),
       "expires: "},
      {with(spec("brute"), [](auto& s) { s.schedule = "sometimes"; }), "schedule: "},
      {with(spec("brute"), [](auto& s) { s.where.resize(21, {"a", "b"}); }), "21 conditions"},
  };
  for (const auto& one : kCases) {
    const auto made = exceptions_->add(one.spec, "x");
    ASSERT_FALSE(made) << one.why;
    EXPECT_NE(made.error().full_text().find(one.why), std::string::npos)
        << made.error().full_text();
  }
  EXPECT_TRUE(exceptions_->list()->empty());
  EXPECT_EQ(exceptions_->end("exc_nothere", "x").error().code(), ErrorCode::kNotFound);
  EXPECT_EQ(exceptions_->get("").error().code(), ErrorCode::kNotFound);
}

TEST_F(ExceptionsTest, ExpiresByDefaultInThirtyDaysAndSurvivesARestart) {
  const AlertException made = add(spec("brute"));
  EXPECT_EQ(made.expires, clock_.now() + kExceptionDefaultSpan);
  open();
  const auto again = exceptions_->get(made.id);
  ASSERT_TRUE(again);
  EXPECT_EQ(again->spec.reason, "our own scanner");
  EXPECT_EQ(again->expires, made.expires);
  EXPECT_NE(exceptions_->judge(std::vector{finding("brute", "1.1.1.1", 1)}).at(0), "");
}

}  // namespace
}  // namespace tocsin
