// Each HTTP channel against a receiver of our own: what comes over the wire has the shape that the
// service documents, and hostile text is harmless there.
#include <map>

#include <gtest/gtest.h>

#include "alert/notify/arming.h"
#include "alert/notify/mail_message.h"
#include "alert/notify/receiver_test.h"
#include "alert/notify/syslog_message.h"
#include "base/encoding.h"
#include "base/time_text.h"
#include "config/notify_options.h"
#include "http/webhook_signature.h"
#include "testing/fake_clock.h"

namespace tocsin {
namespace {

class NoEnvironment final : public Environment {
 public:
  std::optional<std::string> variable(const std::string& name) const override {
    static_cast<void>(name);
    return std::nullopt;
  }
};

class ChannelsTest : public ::testing::Test {
 protected:
  std::unique_ptr<Channel> channel(const std::string& json) {
    const auto settings = parse_channel(json, "c");
    EXPECT_TRUE(settings) << settings.error().text();
    const auto armed = arm_channel(*settings, ChannelOrigin::kApi, files_, environment_, clock_);
    EXPECT_TRUE(armed) << armed.error().text();
    auto made = make_channel((*armed)->parts, clock_);
    EXPECT_TRUE(made);
    return std::move(*made);
  }
  // What the channel sends about the hostile notice.
  std::vector<HttpRequest> sent(const std::string& json, NoticeKind kind = NoticeKind::kOpened) {
    const Delivery delivery = channel(json)->send(hostile_notice(kind));
    EXPECT_EQ(delivery.outcome, Delivery::Outcome::kSent) << delivery.detail;
    return receiver_.take();
  }
  std::string with_url(const std::string& type, const std::string& more = "") {
    return R"({"type":")" + type + R"(","url":")" + receiver_.url("/hook") + "\"" + more + "}";
  }

  PosixFileSystem files_;
  NoEnvironment environment_;
  FakeClock clock_;
  Receiver receiver_;
};

TEST_F(ChannelsTest, SlackGetsBlocksInWhichNothingActs) {
  const auto requests = sent(with_url("slack"));
  ASSERT_EQ(requests.size(), 1U);
  EXPECT_EQ(requests[0].content_type(), "application/json");
  const Json body(requests[0].body);
  EXPECT_EQ(body.at("/blocks/0/type"), "header");
  EXPECT_EQ(body.at("/blocks/0/text/type"), "plain_text");
  EXPECT_EQ(body.at("/blocks/1/type"), "section");
  EXPECT_EQ(body.at("/blocks/1/fields/0/type"), "plain_text");
  EXPECT_EQ(body.at("/blocks/2/elements/0/url"), "https://tocsin.example.com/alerts/a1");
  EXPECT_LE(body.at("/blocks/0/text/text").size(), 200U);
  EXPECT_NE(body.at("/text").find("&lt;!channel&gt; &amp;"), std::string::npos) << body.at("/text");
  EXPECT_EQ(requests[0].body.find("<!"), std::string::npos);
  EXPECT_EQ(requests[0].body.find("http://evil"), std::string::npos);
  EXPECT_EQ(requests[0].body.find("mrkdwn\":true"), std::string::npos);
}

TEST_F(ChannelsTest, TeamsGetsAnAdaptiveCardWithoutMarkdown) {
  const auto requests = sent(with_url("teams"));
  ASSERT_EQ(requests.size(), 1U);
  const Json body(requests[0].body);
  EXPECT_EQ(body.at("/type"), "message");
  const std::string content = "/attachments/0/content";
  EXPECT_EQ(body.at("/attachments/0/contentType"), "application/vnd.microsoft.card.adaptive");
  EXPECT_EQ(body.at(content + "/type"), "AdaptiveCard");
  EXPECT_EQ(body.at(content + "/version"), "1.4");
  EXPECT_EQ(body.at(content + "/body/0/inlines/0/type"), "TextRun");
  EXPECT_EQ(body.at(content + "/actions/0/type"), "Action.OpenUrl");
  EXPECT_EQ(requests[0].body.find("TextBlock\",\"text"), std::string::npos);
  EXPECT_LT(requests[0].body.size(), 28'000U);
}

TEST_F(ChannelsTest, DiscordMentionsNobody) {
  const auto requests = sent(with_url("discord"));
  ASSERT_EQ(requests.size(), 1U);
  const Json body(requests[0].body);
  EXPECT_EQ(body.at("/allowed_mentions/parse"), "[]");
  EXPECT_EQ(requests[0].body.find("@everyone"), std::string::npos);
  EXPECT_LE(body.at("/embeds/0/title").size(), 256U);
  EXPECT_NE(body.at("/embeds/0/title").find("\\<\\!channel\\>"), std::string::npos)
      << body.at("/embeds/0/title");
  EXPECT_EQ(body.at("/embeds/0/fields/0/name"), "Why");
  EXPECT_TRUE(parse_iso_time(body.at("/embeds/0/timestamp")));
}

TEST_F(ChannelsTest, PagerdutyTriggersAcknowledgesAndResolvesOneIncident) {
  const std::string json =
      R"({"type":"pagerduty","routing_key":"R0UT1NGKEY","url":")" + receiver_.url() + "\"}";
  std::map<NoticeKind, std::string> actions;
  for (const NoticeKind kind : {NoticeKind::kOpened, NoticeKind::kAcknowledged, NoticeKind::kClosed,
                                NoticeKind::kReopened, NoticeKind::kEscalated}) {
    const auto requests = sent(json, kind);
    ASSERT_EQ(requests.size(), 1U);
    EXPECT_EQ(requests[0].path, "/v2/enqueue");
    const Json body(requests[0].body);
    actions[kind] = body.at("/event_action");
    EXPECT_EQ(body.at("/dedup_key"), "tocsin-a1");
    EXPECT_EQ(body.at("/routing_key"), "R0UT1NGKEY");
    if (kind == NoticeKind::kOpened) {
      EXPECT_EQ(body.at("/payload/severity"), "error");
      EXPECT_EQ(body.at("/payload/source"), "tocsin");
      EXPECT_LE(body.at("/payload/summary").size(), 1'024U);
    }
  }
  EXPECT_EQ(actions[NoticeKind::kOpened], "trigger");
  EXPECT_EQ(actions[NoticeKind::kAcknowledged], "acknowledge");
  EXPECT_EQ(actions[NoticeKind::kClosed], "resolve");
  EXPECT_EQ(actions[NoticeKind::kReopened], "trigger");
  EXPECT_EQ(actions[NoticeKind::kEscalated], "trigger");
  EXPECT_EQ(sent(json, NoticeKind::kTest).size(), 2U) << "a test is resolved at once";
}

TEST_F(ChannelsTest, OpsgenieCreatesAcknowledgesAndClosesByAlias) {
  const std::string json =
      R"({"type":"opsgenie","api_key":"KEY-1","url":")" + receiver_.url() + "\"}";
  const auto created = sent(json);
  ASSERT_EQ(created.size(), 1U);
  EXPECT_EQ(created[0].path, "/v2/alerts");
  EXPECT_EQ(created[0].header("Authorization"), "GenieKey KEY-1");
  const Json body(created[0].body);
  EXPECT_LE(body.at("/message").size(), 130U);
  EXPECT_EQ(body.at("/alias"), "tocsin-a1");
  EXPECT_EQ(body.at("/priority"), "P2");
  EXPECT_EQ(body.at("/tags/0"), "attack.t1110");
  EXPECT_EQ(sent(json, NoticeKind::kAcknowledged).at(0).path, "/v2/alerts/tocsin-a1/acknowledge");
  const auto closed = sent(json, NoticeKind::kClosed);
  EXPECT_EQ(closed.at(0).path, "/v2/alerts/tocsin-a1/close");
  EXPECT_EQ(closed.at(0).parameter("identifierType"), "alias");
}

TEST_F(ChannelsTest, NtfyGetsPlainTextWithPriority) {
  const auto requests = sent(R"({"type":"ntfy","topic":"alerts","token":"tk_1234","url":")" +
                             receiver_.url() + "\"}");
  ASSERT_EQ(requests.size(), 1U);
  EXPECT_EQ(requests[0].header("Authorization"), "Bearer tk_1234");
  const Json body(requests[0].body);
  EXPECT_EQ(body.at("/topic"), "alerts");
  EXPECT_EQ(body.at("/priority"), "4");
  EXPECT_EQ(body.at("/markdown"), "false");
  EXPECT_EQ(body.at("/click"), "https://tocsin.example.com/alerts/a1");
  EXPECT_LE(body.at("/message").size(), 4'096U);
}

TEST_F(ChannelsTest, AlertmanagerSeesTheSameLabelsAtTheEnd) {
  const std::string json = R"({"type":"alertmanager","url":")" + receiver_.url("/am/") + "\"}";
  const auto opened = sent(json);
  ASSERT_EQ(opened.size(), 1U);
  EXPECT_EQ(opened[0].path, "/am/api/v2/alerts");
  const Json begun(opened[0].body);
  EXPECT_EQ(begun.at("/0/labels/source_ip"), "192.0.2.1");
  EXPECT_EQ(begun.at("/0/labels/severity"), "high");
  EXPECT_EQ(begun.at("/0/labels/alert_id"), "a1");
  EXPECT_GT(*parse_iso_time(begun.at("/0/endsAt")), clock_.now());
  EXPECT_TRUE(sent(json, NoticeKind::kAcknowledged).empty());
  const auto closed = sent(json, NoticeKind::kClosed);
  const Json ended(closed.at(0).body);
  EXPECT_EQ(ended.at("/0/labels"), begun.at("/0/labels"));
  EXPECT_LE(*parse_iso_time(ended.at("/0/endsAt")), clock_.now());
}

TEST_F(ChannelsTest, WebhookSendsTheNoticeSigned) {
  const auto requests = sent(with_url(
      "webhook", R"(,"signing_key":"whsec_c2VjcmV0","authorization":"Bearer b","method":"PUT")"));
  ASSERT_EQ(requests.size(), 1U);
  const HttpRequest& request = requests[0];
  EXPECT_EQ(request.method, "PUT");
  EXPECT_EQ(request.header("Authorization"), "Bearer b");
  const auto expected =
      sign_webhook("secret", hostile_notice(NoticeKind::kOpened).id, clock_.now(), request.body);
  for (const HttpHeader& header : expected) {
    EXPECT_EQ(request.header(header.name), header.value);
  }
  const Json body(request.body);
  EXPECT_EQ(body.at("/notice/kind"), "opened");
  EXPECT_EQ(body.at("/notice/alert/id"), "a1");
}

TEST_F(ChannelsTest, WebhookFillsATemplate) {
  const auto requests = sent(with_url(
      "webhook", R"(,"template":"{\"a\":\"{{alert.title}}\",\"ip\":\"{{ alert.key.source.ip }}\",)"
                 R"(\"user\":\"{{alert.key.user.name}}\",\"n\":{{alert.events}}}")"));
  ASSERT_EQ(requests.size(), 1U);
  const Json body(requests[0].body);
  EXPECT_EQ(body.at("/a"), "Brute <!channel> & @everyone");
  EXPECT_EQ(body.at("/ip"), "192.0.2.1");
  EXPECT_EQ(body.at("/user"), "*bold* <script>  Bcc: all@example.com");
  EXPECT_EQ(body.at("/n"), "12");
}

TEST_F(ChannelsTest, AnswersDecideWhatBecomesOfAMessage) {
  const auto slack = channel(with_url("slack"));
  const struct {
    int status;
    Delivery::Outcome outcome;
  } kCases[] = {
      {200, Delivery::Outcome::kSent},    {202, Delivery::Outcome::kSent},
      {204, Delivery::Outcome::kSent},    {400, Delivery::Outcome::kRefused},
      {403, Delivery::Outcome::kRefused}, {404, Delivery::Outcome::kRefused},
      {302, Delivery::Outcome::kRefused}, {408, Delivery::Outcome::kRetry},
      {429, Delivery::Outcome::kRetry},   {500, Delivery::Outcome::kRetry},
      {503, Delivery::Outcome::kRetry},
  };
  for (const auto& one : kCases) {
    receiver_.answer_with(one.status, "17");
    const Delivery delivery = slack->send(hostile_notice(NoticeKind::kOpened));
    EXPECT_EQ(delivery.outcome, one.outcome) << one.status;
    if (one.outcome == Delivery::Outcome::kRetry) {
      EXPECT_EQ(delivery.retry_after, span_s(17));
    }
  }
}

TEST_F(ChannelsTest, AnUnreachableReceiverIsTriedAgainAndNoSecretIsTold) {
  const std::string url = receiver_.url("/services/T000/B000/SECRETSECRET");
  const auto slack = channel(R"({"type":"slack","url":")" + url + "\"}");
  receiver_.stop();
  const Delivery delivery = slack->send(hostile_notice(NoticeKind::kOpened));
  EXPECT_EQ(delivery.outcome, Delivery::Outcome::kRetry);
  EXPECT_NE(delivery.detail.find("server running?"), std::string::npos) << delivery.detail;
  EXPECT_EQ(delivery.detail.find("SECRET"), std::string::npos) << delivery.detail;
}

TEST_F(ChannelsTest, EveryTypeOfTheTableCanBeMade) {
  const std::map<std::string, std::string> kMinimal = {
      {"alertmanager", R"("url":"http://h")"},
      {"discord", R"("url":"https://h/x")"},
      {"ntfy", R"("topic":"t")"},
      {"opsgenie", R"("api_key":"k")"},
      {"pagerduty", R"("routing_key":"k")"},
      {"slack", R"("url":"https://h/x")"},
      {"smtp", R"("host":"h","from":"a@b.c","to":["Ann <d@e.f>"])"},
      {"syslog", R"("address":"[::1]:514")"},
      {"teams", R"("url":"https://h/x")"},
      {"webhook", R"("url":"https://h/x")"}};
  for (const ChannelType& type : channel_types()) {
    const auto minimal = kMinimal.find(std::string(type.name));
    ASSERT_NE(minimal, kMinimal.end()) << type.name;
    EXPECT_NE(channel(R"({"type":")" + minimal->first + "\"," + minimal->second + "}"), nullptr);
  }
}

TEST_F(ChannelsTest, MistakesThatOnlyArmingFindsAreNamed) {
  const struct {
    const char* json;
    const char* why;
  } kCases[] = {
      {R"({"type":"smtp","host":"h","from":"nobody","to":"a@b.c"})", "is no mail address"},
      {R"({"type":"smtp","host":"h","from":"a@b.c","to":"a@b.c\r\nBcc: x@y.z"})",
       "no mail address"},
      {R"({"type":"smtp","host":"h/x","from":"a@b.c","to":"a@b.c"})", "is no host name"},
      {R"({"type":"syslog","address":"nohost"})", "is not HOST:PORT"},
      {R"({"type":"syslog","address":"h:99999"})", "is not HOST:PORT"},
      {R"({"type":"ntfy","topic":"a/b"})", "topic \"a/b\" is not"},
      {R"({"type":"webhook","url":"http://h","template":"{{alert.titel}}"})", "did you mean"},
      {R"({"type":"webhook","url":"http://h","template":"{\"a\": {{alert.title}}}"})",
       "put quotes"},
      {R"({"type":"webhook","url":"http://h","content_type":"text/plain"})", "needs a template"},
      {R"({"type":"webhook","url":"http://h","quiet":"daily 25:00-26:00 UTC"})", "no time span"},
      {R"({"type":"webhook","url":"http://h","quiet":"daily 00:00-24:00 UTC"})", "has no end"},
      {R"({"type":"webhook","url":"http://h","ca_file":"/nowhere.pem"})", "ca_file"},
      {R"({"type":"webhook","url":"http://h","signing_key":"a\nb"})", "more than one line"},
  };
  for (const auto& one : kCases) {
    const auto settings = parse_channel(one.json, "c");
    ASSERT_TRUE(settings) << one.json << settings.error().text();
    const auto armed = arm_channel(*settings, ChannelOrigin::kApi, files_, environment_, clock_);
    ASSERT_FALSE(armed) << one.json;
    EXPECT_NE(armed.error().text().find(one.why), std::string::npos) << armed.error().text();
    EXPECT_NE(armed.error().text().find("channel \"c\""), std::string::npos);
  }
}

TEST(MailMessage, HeadersCannotBeForgedAndTheBodyIsText) {
  Notice notice = hostile_notice(NoticeKind::kOpened);
  notice.alert.title = "Ünsafe\r\nBcc: all@example.com";
  const auto from = parse_mail_address("Tocsin <tocsin@example.com>");
  const auto to = parse_mail_address("ann@example.com");
  ASSERT_TRUE(from && to);
  const std::string mail = mail_message(notice, *from, {*to, *to}, notice.at);
  const std::size_t end = mail.find("\r\n\r\n");
  const std::string head = mail.substr(0, end);
  EXPECT_EQ(head.find("\r\nBcc"), std::string::npos);
  EXPECT_NE(head.find("From: \"Tocsin\" <tocsin@example.com>\r\n"), std::string::npos) << head;
  EXPECT_NE(head.find("Subject: =?utf-8?B?"), std::string::npos) << head;
  EXPECT_NE(head.find("Date: Mon, 23 Nov 2026 "), std::string::npos) << head;
  EXPECT_NE(head.find("Message-ID: <0123456789abcdef01234567.message@example.com>"),
            std::string::npos);
  for (std::size_t at = 0; at < mail.size();) {
    const std::size_t next = mail.find("\r\n", at);
    ASSERT_NE(next, std::string::npos);
    EXPECT_LE(next - at, 998U);
    at = next + 2;
  }
  std::string body = mail.substr(end + 4);
  std::erase_if(body, [](char c) { return c == '\r' || c == '\n'; });
  const auto text = base64_decode(body);
  ASSERT_TRUE(text);
  EXPECT_NE(text->find("Why: see http[:]"), std::string::npos) << *text;
}

TEST(SyslogMessage, IsOneLineOfRfc5424) {
  const std::string text = syslog_message(hostile_notice(NoticeKind::kOpened), 4);
  EXPECT_TRUE(text.starts_with("<35>1 2026-11-23T")) << text;
  EXPECT_NE(text.find(" - tocsin - opened [tocsin message=\""), std::string::npos) << text;
  EXPECT_EQ(text.find('\n'), std::string::npos);
  EXPECT_EQ(text.find('\x1b'), std::string::npos);
  Notice nasty = hostile_notice(NoticeKind::kOpened);
  nasty.alert.key = {{"user.name", "a\"] b\\"}};
  EXPECT_NE(syslog_message(nasty, 4).find("about=\"user.name=a\\\"\\] b\\\\\"]"), std::string::npos)
      << syslog_message(nasty, 4);
}

TEST(Notice, SurvivesBeingStored) {
  for (const NoticeKind kind : {NoticeKind::kOpened, NoticeKind::kDigest, NoticeKind::kTest}) {
    Notice notice = hostile_notice(kind);
    notice.lines = {"a", "b"};
    notice.count = 7;
    const std::string json = notice_json(notice);
    const auto read = notice_of_json(json);
    ASSERT_TRUE(read) << read.error().text();
    EXPECT_EQ(notice_json(*read), json);
    EXPECT_EQ(headline(*read), headline(*notice_of_json(json)));
  }
  for (const char* const bad :
       {"", "[]", "{}", R"({"kind":"opened"})", R"({"kind":"?","alert":{}})"}) {
    EXPECT_FALSE(notice_of_json(bad)) << bad;
  }
}

}  // namespace
}  // namespace tocsin
