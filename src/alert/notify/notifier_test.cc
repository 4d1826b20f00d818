// From a finding to a message, with a real state database, a receiver on loopback and a fake clock:
// no threads of the notifier run here but where a test says so.
#include "alert/notify/notifier.h"

#include <map>

#include <gtest/gtest.h>

#include "alert/notify/receiver_test.h"
#include "base/time_text.h"
#include "testing/fake_clock.h"
#include "testing/temp_directory.h"

namespace tocsin {
namespace {

class FakeEnvironment final : public Environment {
 public:
  std::map<std::string, std::string> variables;
  std::optional<std::string> variable(const std::string& name) const override {
    const auto found = variables.find(name);
    return found == variables.end() ? std::nullopt : std::optional(found->second);
  }
};

ChannelSettings webhook(const std::string& name, const std::string& url) {
  ChannelSettings settings;
  settings.name = name;
  settings.type = "webhook";
  settings.place = "t.yaml:1";
  settings.texts = {
      {"url", url},
      {"method", "POST"},
      {"content_type", "application/json"},
      {"template", R"({"id":"{{notice.id}}","kind":"{{notice.kind}}","count":{{notice.count}},)"
                   R"("level":"{{alert.level}}","ip":"{{alert.key.source.ip}}",)"
                   R"("who":"{{notice.who}}","text":"{{notice.text}}"})"}};
  return settings;
}

RouteSettings route_to(const std::vector<std::string>& to) {
  RouteSettings route;
  route.place = "t.yaml:9";
  route.to = to;
  return route;
}

const AlertPatch kAcknowledge{
    .state = AlertState::kAcknowledged, .verdict = {}, .assignee = {}, .note = {}};
const AlertPatch kClose{
    .state = AlertState::kClosed, .verdict = AlertVerdict::kBenign, .assignee = {}, .note = {}};
const AlertPatch kReopen{.state = AlertState::kNew, .verdict = {}, .assignee = {}, .note = {}};

class NotifierTest : public ::testing::Test {
 protected:
  void SetUp() override {
    settings_.channels = {webhook("ops", receiver_.url("/ops"))};
    settings_.routes = {route_to({"ops"})};
  }

  NotifierParts parts() { return {*db_, files_, environment_, clock_, metrics_, log_}; }

  Result<std::unique_ptr<Notifier>> try_open() {
    notifier_.reset();
    alerts_.reset();
    db_.reset();
    db_ = std::move(*StateDb::open({.path = directory_ / "state.db"}, files_, clock_));
    alerts_ = std::move(*AlertStore::open(*db_, clock_, metrics_));
    return Notifier::open(settings_, *SecretBox::open(files_, directory_ / "secrets.key"), 7,
                          parts());
  }

  void open() {
    auto opened = try_open();
    ASSERT_TRUE(opened) << opened.error().text();
    notifier_ = std::move(*opened);
    alerts_->set_recorder([this](soci::session& sql, std::span<const AlertEvent> events) {
      return notifier_->record(sql, events);
    });
    alerts_->add_listener(
        [this](std::span<const AlertEvent> events) { notifier_->changed(events); });
  }

  void find(const std::string& ip, Level level = Level::kHigh, const std::string& rule = "brute") {
    RuleInfo info;
    info.id = rule;
    info.title = "Title of " + rule;
    info.level = level;
    info.version = "v1";
    info.tags = {"attack.t1110"};
    Finding made;
    made.rule = std::make_shared<const RuleInfo>(info);
    made.key = {{"source.ip", ip}};
    made.seq = Seq(++seq_);
    made.time = clock_.now();
    made.first = made.time;
    made.sentence = "seen";
    ASSERT_TRUE(alerts_->fold(std::vector{made}, made.seq));
  }

  std::string newest_alert() { return alerts_->list({})->alerts.at(0).id; }
  void change(const AlertPatch& patch) {
    clock_.advance(span_ms(1));
    const auto changed = alerts_->change(std::vector{newest_alert()}, patch, "tok_ann00000");
    ASSERT_TRUE(changed) << changed.error().text();
  }

  // "/ops opened 192.0.2.1" for each request that came.
  std::vector<std::string> told() {
    notifier_->step_all();
    std::vector<std::string> lines;
    for (const HttpRequest& request : receiver_.take()) {
      const Json body(request.body);
      lines.push_back(
          fmt::format("{} {} {}", request.path, body.at("/kind"),
                      body.at("/kind") == "digest" ? body.at("/count") : body.at("/ip")));
    }
    return lines;
  }
  std::map<std::string, int> states() {
    std::map<std::string, int> by;
    MessageFilter all;
    all.limit = 50'000;
    const auto messages = notifier_->messages(all);
    EXPECT_TRUE(messages);
    for (const Message& message : messages.value()) {
      ++by[std::string(message_state_name(message.state))];
    }
    return by;
  }
  using Lines = std::vector<std::string>;

  TempDirectory directory_;
  PosixFileSystem files_;
  FakeEnvironment environment_;
  FakeClock clock_;
  Metrics metrics_;
  Log log_;
  Receiver receiver_;
  NotifySettings settings_;
  std::unique_ptr<StateDb> db_;
  std::unique_ptr<AlertStore> alerts_;
  std::unique_ptr<Notifier> notifier_;
  std::uint64_t seq_ = 0;
};

TEST_F(NotifierTest, OneMessageAnAlertAndChangeOfState) {
  open();
  find("192.0.2.1");
  EXPECT_EQ(told(), Lines{"/ops opened 192.0.2.1"});
  find("192.0.2.1");
  find("192.0.2.1");
  EXPECT_EQ(told(), Lines{}) << "folded findings say nothing new";
  change(kAcknowledge);
  change({.state = {}, .verdict = {}, .assignee = "ann", .note = {}});
  EXPECT_EQ(told(), Lines{"/ops acknowledged 192.0.2.1"});
  change(kClose);
  change(kReopen);
  EXPECT_EQ(told(), (Lines{"/ops closed 192.0.2.1", "/ops reopened 192.0.2.1"}));
  EXPECT_EQ(told(), Lines{});
}

TEST_F(NotifierTest, RoutesChooseByLevelTagRuleAndKey) {
  settings_.channels.push_back(webhook("net", receiver_.url("/net")));
  settings_.channels.push_back(webhook("tag", receiver_.url("/tag")));
  RouteSettings high = route_to({"ops"});
  high.level = "high";
  RouteSettings net = route_to({"net", "ops"});
  net.key = {"source.ip=203.0.113.0/24"};
  RouteSettings tag = route_to({"tag"});
  tag.tags = {"attack.t1*"};
  tag.rules = {"scan", "Title of port*"};
  tag.stop = true;
  settings_.routes = {tag, high, net};
  open();
  find("192.0.2.1", Level::kLow);
  EXPECT_EQ(told(), Lines{});
  find("192.0.2.2", Level::kHigh);
  EXPECT_EQ(told(), Lines{"/ops opened 192.0.2.2"});
  find("203.0.113.9", Level::kHigh);
  EXPECT_EQ(told(), (Lines{"/net opened 203.0.113.9", "/ops opened 203.0.113.9"}))
      << "once a channel, though two routes name it";
  find("203.0.113.9", Level::kHigh, "scan");
  EXPECT_EQ(told(), Lines{"/tag opened 203.0.113.9"}) << "the route says stop";
}

TEST_F(NotifierTest, WhoNeverHeardOfTheBeginningDoesNotHearOfTheEnd) {
  settings_.routes[0].schedule = "daily 00:00-00:01 UTC";
  open();
  find("192.0.2.1");
  change(kClose);
  EXPECT_EQ(told(), Lines{});
  settings_.routes[0].schedule.clear();
  settings_.routes[0].on = {"closed"};
  open();
  find("192.0.2.2");
  EXPECT_EQ(told(), Lines{});
  change(kClose);
  EXPECT_EQ(told(), Lines{"/ops closed 192.0.2.2"}) << "asked for the end only";
}

TEST_F(NotifierTest, AFloodIsToldTogether) {
  settings_.channels[0].messages_per_minute_max = 5;
  open();
  for (int i = 0; i < 300; ++i) {
    find(fmt::format("192.0.{}.{}", i / 200, i % 200), i == 150 ? Level::kCritical : Level::kLow);
  }
  notifier_->step_all();
  const auto requests = receiver_.take();
  ASSERT_EQ(requests.size(), 1U);
  const Json body(requests[0].body);
  EXPECT_EQ(body.at("/kind"), "digest");
  EXPECT_EQ(body.at("/count"), "300");
  EXPECT_EQ(body.at("/level"), "critical");
  EXPECT_NE(body.at("/text").find("Alert: [critical]"), std::string::npos) << "worst first";
  EXPECT_NE(body.at("/text").find("And: 280 more"), std::string::npos) << body.at("/text");
  EXPECT_EQ(states(), (std::map<std::string, int>{{"sent", 1}, {"told", 300}}));
  for (int i = 0; i < 10; ++i) {
    find(fmt::format("198.51.100.{}", i));
  }
  EXPECT_EQ(told(), Lines{}) << "the next digest is a minute away";
  clock_.advance(span_s(61));
  EXPECT_EQ(told(), Lines{"/ops digest 10"});
}

TEST_F(NotifierTest, AFullOutboxCountsWhatItCannotKeep) {
  open();
  ASSERT_TRUE(db_->write("filling", [&](soci::session& sql) -> Status {
    OutboxRows outbox(sql);
    for (std::uint64_t i = 0; i < Plan::kWaitingMax; ++i) {
      Message message;
      message.change_key = fmt::format("filled:{}", i);
      message.channel = "ops";
      message.alert_id = fmt::format("{}", i);
      message.due = clock_.now();
      Notice notice;
      notice.kind = NoticeKind::kOpened;
      message.notice = notice_json(notice);
      outbox.add(message);
    }
    return {};
  }));
  find("192.0.2.1", Level::kCritical);
  find("192.0.2.2");
  EXPECT_EQ(metrics_.total("tocsin_notify_overflowed_total"), 2U);
  notifier_->step_all();
  const auto requests = receiver_.take();
  ASSERT_EQ(requests.size(), 1U);
  const Json body(requests[0].body);
  EXPECT_EQ(body.at("/count"), "10002");
  EXPECT_EQ(body.at("/level"), "critical");
}

TEST_F(NotifierTest, SuppressionIsPerRuleAndKeyAndVisible) {
  settings_.routes[0].suppress = span_s(3'600);
  open();
  find("192.0.2.1");
  change(kClose);
  EXPECT_EQ(told(), (Lines{"/ops opened 192.0.2.1", "/ops closed 192.0.2.1"}));
  find("192.0.2.1");
  change(kClose);
  find("192.0.2.2");
  EXPECT_EQ(told(), Lines{"/ops opened 192.0.2.2"});
  EXPECT_EQ(states()["suppressed"], 1);
  clock_.advance(span_s(3'601));
  find("192.0.2.1");
  EXPECT_EQ(told(), Lines{"/ops opened 192.0.2.1"});
}

TEST_F(NotifierTest, AGroupIsGatheredAndToldTogether) {
  settings_.routes[0].group = "rule";
  settings_.routes[0].group_wait = span_s(30);
  open();
  find("192.0.2.1");
  find("192.0.2.2");
  find("192.0.2.3", Level::kHigh, "scan");
  EXPECT_EQ(told(), Lines{}) << "gathering";
  clock_.advance(span_s(31));
  EXPECT_EQ(told(), (Lines{"/ops opened 192.0.2.3", "/ops digest 2"}));
}

TEST_F(NotifierTest, QuietHoursHoldWhatIsNotCritical) {
  const Micros evening = *parse_iso_time("2026-11-24T21:59:00Z");
  clock_.advance(evening - clock_.now());
  settings_.channels[0].quiet = "daily 22:00-07:00 UTC";
  open();
  clock_.advance(span_s(120));
  find("192.0.2.1", Level::kHigh);
  find("192.0.2.2", Level::kCritical);
  EXPECT_EQ(told(), Lines{"/ops opened 192.0.2.2"});
  clock_.advance(span_s(9 * 3'600));
  EXPECT_EQ(told(), Lines{"/ops opened 192.0.2.1"}) << "in the morning";
}

TEST_F(NotifierTest, EscalatesUntilSomebodyLooks) {
  settings_.channels.push_back(webhook("boss", receiver_.url("/boss")));
  settings_.channels.push_back(webhook("all", receiver_.url("/all")));
  settings_.routes[0].escalate = {{span_s(900), {"boss"}}, {span_s(1'800), {"all"}}};
  open();
  find("192.0.2.1");
  EXPECT_EQ(told(), Lines{"/ops opened 192.0.2.1"});
  clock_.advance(span_s(899));
  notifier_->escalate_due();
  EXPECT_EQ(told(), Lines{});
  clock_.advance(span_s(2));
  notifier_->escalate_due();
  notifier_->escalate_due();
  EXPECT_EQ(told(), Lines{"/boss escalated 192.0.2.1"});
  change(kAcknowledge);
  EXPECT_EQ(told(), (Lines{"/boss acknowledged 192.0.2.1", "/ops acknowledged 192.0.2.1"}))
      << "who was woken hears that somebody looks";
  clock_.advance(span_s(10'000));
  notifier_->escalate_due();
  EXPECT_EQ(told(), Lines{});
}

TEST_F(NotifierTest, AnUnreachableChannelBacksOffAndKeepsTheOrder) {
  open();
  receiver_.answer_with(503);
  find("192.0.2.1");
  EXPECT_EQ(told(), Lines{"/ops opened 192.0.2.1"});
  change(kClose);
  EXPECT_EQ(told(), Lines{}) << "the channel waits";
  clock_.advance(span_s(6));
  EXPECT_EQ(told(), Lines{"/ops opened 192.0.2.1"});
  clock_.advance(span_s(11));
  EXPECT_EQ(told().size(), 1U) << "5 to 10 s after the second failure";
  receiver_.answer_with(200);
  clock_.advance(span_s(600));
  EXPECT_EQ(told(), (Lines{"/ops opened 192.0.2.1", "/ops closed 192.0.2.1"}));
  EXPECT_EQ(metrics_.total("tocsin_notify_sent_total"), 2U);
}

TEST_F(NotifierTest, RetryAfterIsHonoured) {
  open();
  receiver_.answer_with(429, "300");
  find("192.0.2.1");
  EXPECT_EQ(told().size(), 1U);
  receiver_.answer_with(200);
  clock_.advance(span_s(299));
  EXPECT_EQ(told().size(), 0U);
  clock_.advance(span_s(2));
  EXPECT_EQ(told().size(), 1U);
}

TEST_F(NotifierTest, WhatIsRefusedOrTriedTooOftenGoesToTheDeadLetterList) {
  settings_.channels[0].attempts_max = 3;
  open();
  receiver_.answer_with(400);
  find("192.0.2.1");
  EXPECT_EQ(told().size(), 1U);
  receiver_.answer_with(500);
  find("192.0.2.2");
  for (int i = 0; i < 5; ++i) {
    told();
    clock_.advance(span_s(601));
  }
  EXPECT_EQ(states(), (std::map<std::string, int>{{"dead", 2}}));
  EXPECT_EQ(metrics_.total("tocsin_notify_dead_total"), 2U);
  MessageFilter dead;
  dead.state = MessageState::kDead;
  const auto messages = notifier_->messages(dead);
  ASSERT_EQ(messages->size(), 2U);
  EXPECT_EQ(messages->at(0).attempts, 3U);
  EXPECT_NE(messages->at(1).detail.find("400"), std::string::npos);
  receiver_.answer_with(200);
  MessageFilter one;
  one.id = messages->at(0).id;
  EXPECT_EQ(*notifier_->retry(one), 1U);
  clock_.advance(span_s(601));
  EXPECT_EQ(told(), Lines{"/ops opened 192.0.2.2"});
  EXPECT_EQ(*notifier_->drop({}), 1U);
  EXPECT_EQ(states(), (std::map<std::string, int>{{"sent", 1}, {"dropped", 1}}));
}

TEST_F(NotifierTest, WhatWaitsSurvivesARestartWithTheSameId) {
  open();
  receiver_.answer_with(503);
  find("192.0.2.1");
  notifier_->step_all();
  const auto first = receiver_.take();
  ASSERT_EQ(first.size(), 1U);
  open();
  receiver_.answer_with(200);
  notifier_->step_all();
  const auto second = receiver_.take();
  ASSERT_EQ(second.size(), 1U);
  EXPECT_EQ(second[0].header("webhook-id"), first[0].header("webhook-id"));
  open();
  EXPECT_EQ(told(), Lines{});
}

TEST_F(NotifierTest, AMessageIsDurableWithItsChangeOrNotAtAll) {
  open();
  alerts_->set_recorder([this](soci::session& sql, std::span<const AlertEvent> events) -> Status {
    const Status recorded = notifier_->record(sql, events);
    EXPECT_TRUE(recorded);
    return Error(ErrorCode::kIo, "the disk is gone");
  });
  Finding made;
  RuleInfo info;
  info.id = "brute";
  made.rule = std::make_shared<const RuleInfo>(info);
  made.seq = Seq(1);
  EXPECT_FALSE(alerts_->fold(std::vector{made}, Seq(1)));
  EXPECT_TRUE(alerts_->list({})->alerts.empty());
  EXPECT_TRUE(states().empty());
}

TEST_F(NotifierTest, MistakesAreRefusedAllAtOnceAndNothingIsArmed) {
  settings_.channels[0].secrets = {{"signing_key", {SecretSource::From::kEnvironment, "NOT_SET"}}};
  settings_.channels.push_back(webhook("two", "http://h"));
  settings_.channels[1].quiet = "always";
  settings_.channels[1].place = "t.yaml:5";
  auto opened = try_open();
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code(), ErrorCode::kInvalid);
  EXPECT_NE(
      opened.error().text().find("t.yaml:1: channel \"ops\": signing_key: there is no variable"),
      std::string::npos)
      << opened.error().text();
  EXPECT_NE(opened.error().text().find("\nt.yaml:5: channel \"two\": quiet: "), std::string::npos);
  environment_.variables["NOT_SET"] = "now it is";
  settings_.channels.pop_back();
  settings_.routes[0].to = {"opps"};
  settings_.routes[0].schedule = "mon 8-9 UTC";
  opened = try_open();
  ASSERT_FALSE(opened);
  EXPECT_NE(
      opened.error().text().find("t.yaml:9: there is no channel \"opps\"; did you mean \"ops\"?"),
      std::string::npos)
      << opened.error().text();
  EXPECT_NE(opened.error().text().find("t.yaml:9: schedule: "), std::string::npos);
}

TEST_F(NotifierTest, ChannelsOfTheApiAreStoredSealedAndMasked) {
  open();
  const std::string secret = "https://hooks.example.com/T/B/TOPSECRET";
  ASSERT_TRUE(
      notifier_->put_channel("team", R"({"type":"slack","url":")" + secret + "\"}", "tok_boss"));
  for (int round = 0; round < 2; ++round) {
    const auto channels = notifier_->channels();
    ASSERT_EQ(channels->size(), 2U);
    const ChannelStatus& team = channels->at(1);
    EXPECT_EQ(team.settings.name, "team");
    EXPECT_EQ(team.origin, ChannelOrigin::kApi);
    EXPECT_TRUE(team.armed) << team.fault;
    EXPECT_EQ(team.settings.secrets.at("url").text, "") << "never shown again";
    open();
  }
  for (const char* const file : {"state.db", "state.db-wal"}) {
    const auto bytes = read_file(files_, directory_ / file, 1ULL << 30U);
    EXPECT_TRUE(!bytes || bytes->find("TOPSECRET") == std::string::npos) << file;
  }
  // Changing something else keeps the secret; another type needs its own.
  EXPECT_TRUE(notifier_->put_channel("team", R"({"type":"slack","timeout":"5s"})", "x"));
  EXPECT_FALSE(notifier_->put_channel("team", R"({"type":"discord"})", "x"));
  EXPECT_TRUE(notifier_->remove_channel("team"));
  EXPECT_EQ(notifier_->channels()->size(), 1U);
}

TEST_F(NotifierTest, AKeptSecretDoesNotFollowAChangedAddress) {
  open();
  ASSERT_TRUE(notifier_->put_channel(
      "pager", R"({"type":"pagerduty","routing_key":"KEY","url":"https://a.example"})", "x"));
  EXPECT_TRUE(
      notifier_->put_channel("pager", R"({"type":"pagerduty","url":"https://a.example"})", "x"));
  const Status moved =
      notifier_->put_channel("pager", R"({"type":"pagerduty","url":"https://evil.example"})", "x");
  ASSERT_FALSE(moved);
  EXPECT_NE(moved.error().text().find("needs \"routing_key\""), std::string::npos);
}

TEST_F(NotifierTest, ChannelsOfTheFileAndThoseInUseStay) {
  open();
  EXPECT_EQ(notifier_->put_channel("ops", R"({"type":"ntfy","topic":"t"})", "x").error().code(),
            ErrorCode::kConflict);
  EXPECT_EQ(notifier_->remove_channel("ops").error().code(), ErrorCode::kConflict);
  EXPECT_EQ(notifier_->remove_channel("nothere").error().code(), ErrorCode::kNotFound);
  EXPECT_EQ(notifier_->test_channel("nothere").error().code(), ErrorCode::kNotFound);
  ASSERT_TRUE(notifier_->put_channel("later", R"({"type":"ntfy","topic":"t"})", "x"));
  settings_.routes[0].to = {"ops", "later"};
  open();
  EXPECT_EQ(notifier_->remove_channel("later").error().code(), ErrorCode::kConflict);
}

TEST_F(NotifierTest, ATestMessageIsSentAtOnce) {
  open();
  const auto delivery = notifier_->test_channel("ops");
  ASSERT_TRUE(delivery);
  EXPECT_EQ(delivery->outcome, Delivery::Outcome::kSent);
  const auto requests = receiver_.take();
  ASSERT_EQ(requests.size(), 1U);
  EXPECT_EQ(Json(requests[0].body).at("/kind"), "test");
}

TEST_F(NotifierTest, OldMessagesAreForgottenButNotTheDead) {
  open();
  find("192.0.2.1");
  told();
  receiver_.answer_with(400);
  find("192.0.2.2");
  told();
  clock_.advance(span_s(31LL * 86'400));
  notifier_->forget_old();
  EXPECT_EQ(states(), (std::map<std::string, int>{{"dead", 1}}));
}

TEST_F(NotifierTest, WhatWaitsForARemovedChannelIsDroppedAndSaysWhy) {
  open();
  receiver_.answer_with(503);
  find("192.0.2.1");
  told();
  settings_.channels[0].name = "other";
  settings_.routes[0].to = {"other"};
  open();
  EXPECT_EQ(states(), (std::map<std::string, int>{{"dropped", 1}}));
  EXPECT_EQ(notifier_->messages({})->at(0).detail, "the channel was removed");
}

TEST_F(NotifierTest, ThreadsSendWithoutBeingAsked) {
  open();
  notifier_->start();
  for (int i = 0; i < 8; ++i) {
    find(fmt::format("192.0.2.{}", i));
  }
  std::size_t came = 0;
  while (came < 8) {
    came += receiver_.take().size();
    std::this_thread::yield();
  }
  EXPECT_EQ(came, 8U);
  ASSERT_TRUE(notifier_->put_channel("more", R"({"type":"ntfy","topic":"t"})", "x"));
  ASSERT_TRUE(notifier_->remove_channel("more"));
  notifier_->stop();
}

}  // namespace
}  // namespace tocsin
