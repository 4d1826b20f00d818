// Channels, messages, exceptions and bulk triage over the API.
#include "api/people.h"

#include "api/api_fakes_test.h"

namespace tocsin {
namespace {

TEST_F(ApiTest, ChannelsAreListedWithSecretsMasked) {
  ASSERT_EQ(send("PUT", "/api/v1/channels/team",
                 R"({"type":"slack","url":"https://hooks.example.com/SECRETPART"})")
                .status,
            200);
  const Answered list = get("/api/v1/channels");
  EXPECT_EQ(member(list.body, "/channels/0/name"), "filed");
  EXPECT_EQ(member(list.body, "/channels/0/from"), "file");
  EXPECT_EQ(member(list.body, "/channels/0/settings/token"), "env:PATH");
  EXPECT_EQ(member(list.body, "/channels/1/name"), "team");
  EXPECT_EQ(member(list.body, "/channels/1/settings/url"), "***");
  EXPECT_EQ(list.body.find("SECRETPART"), std::string::npos);
  EXPECT_EQ(send("DELETE", "/api/v1/channels/team", "").status, 204);
  EXPECT_EQ(send("DELETE", "/api/v1/channels/team", "").status, 404);
  EXPECT_EQ(send("DELETE", "/api/v1/channels/filed", "").status, 409);
}

TEST_F(ApiTest, MistakesInAChannelAreNamedWithLineAndFieldAndChangeNothing) {
  const Answered refused =
      send("PUT", "/api/v1/channels/team", "{\n\"type\":\"slack\",\n\"url\":\"htp://x\"}");
  EXPECT_EQ(refused.status, 400);
  EXPECT_NE(member(refused.body, "/detail").find("channel:3:"), std::string::npos) << refused.body;
  EXPECT_NE(member(refused.body, "/detail").find("\"url\" must be a URL"), std::string::npos);
  EXPECT_EQ(get("/api/v1/channels").body.find("team"), std::string::npos);
  EXPECT_EQ(ask(request("PUT", "/api/v1/channels/team", reader_, "{}")).status, 403);
}

TEST_F(ApiTest, MessagesAreListedRetriedAndDropped) {
  open_alert("192.0.2.1", 1);
  const Answered waiting = get("/api/v1/notifications", {{"state", "waiting"}});
  EXPECT_EQ(member(waiting.body, "/messages/0/channel"), "filed");
  EXPECT_EQ(member(waiting.body, "/messages/0/kind"), "opened");
  EXPECT_EQ(get("/api/v1/notifications", {{"state", "gone"}}).status, 400);
  EXPECT_EQ(send("POST", "/api/v1/notifications/retry", "{}").status, 400);
  const Answered retried = send("POST", "/api/v1/notifications/retry", R"({"all":true})");
  EXPECT_EQ(member(retried.body, "/messages"), "0") << "nothing is dead";
}

TEST_F(ApiTest, AnExceptionIsMadeFromAnAlertAfterAPreview) {
  open_alert("192.0.2.1", 1);
  open_alert("192.0.2.2", 2);
  const std::string id = member(get("/api/v1/alerts").body, "/alerts/0/id");
  const std::string wanted =
      R"({"alert_id":")" + id + R"(","reason":"our scanner","expires":"7d"})";
  const Answered preview = ask(request("POST", "/api/v1/exceptions/preview", reader_, wanted));
  EXPECT_EQ(member(preview.body, "/looked_at"), "2") << preview.body;
  EXPECT_EQ(member(preview.body, "/silenced_alerts"), "1");
  EXPECT_EQ(member(preview.body, "/alerts/0/id"), id);
  const Answered made = send("POST", "/api/v1/exceptions", wanted);
  EXPECT_EQ(made.status, 201) << made.body;
  EXPECT_EQ(member(made.body, "/owner"), "boss");
  EXPECT_EQ(member(made.body, "/state"), "active");
  open_alert("192.0.2.1", 3);
  open_alert("192.0.2.2", 4);
  const std::string exception = "/api/v1/exceptions/" + member(made.body, "/id");
  const Answered shown = get(exception);
  const Answered list = get("/api/v1/exceptions");
  EXPECT_EQ(member(list.body, "/exceptions/0/findings"), "1") << list.body;
  EXPECT_EQ(member(shown.body, "/silenced/0/findings"), "1") << shown.body;
  EXPECT_EQ(send("DELETE", exception, "").status, 204);
  EXPECT_EQ(member(get(exception).body, "/state"), "ended");
}

TEST_F(ApiTest, MistakesInAnExceptionAreNamed) {
  const struct {
    const char* body;
    const char* why;
  } kCases[] = {
      {R"({"rule":"brute"})", "reason: it is needed"},
      {R"({"rule":"*","reason":"r"})", "where: "},
      {R"({"rule":"brute","reason":"r","where":["x"]})", "where[0]: \"x\" is not FIELD=VALUE"},
      {R"({"rule":"brute","reason":"r","schedule":"daily"})", "schedule: "},
      {R"({"rule":"brute","reason":"r","expires":"soon"})", "expires is neither"},
      {R"({"rule":"brute","reason":"r","expires":"9999d"})", "expires: "},
      {R"({"alert_id":"nothere","reason":"r"})", "there is no alert"},
      {R"({"ruel":"brute","reason":"r"})", "ruel"},
  };
  for (const auto& one : kCases) {
    const Answered refused = send("POST", "/api/v1/exceptions", one.body);
    EXPECT_GE(refused.status, 400) << one.body;
    EXPECT_NE(member(refused.body, "/detail").find(one.why), std::string::npos) << refused.body;
  }
}

TEST_F(ApiTest, BulkTriageByAFilterCountsFirst) {
  for (std::uint64_t i = 1; i <= 5; ++i) {
    open_alert("192.0.2." + std::to_string(i), i);
  }
  const Answered dry = send(
      "POST", "/api/v1/alerts/bulk",
      R"({"filter":{"state":["new"],"rule":"brute"},"change":{"state":"acknowledged"},"dry_run":true})");
  EXPECT_EQ(member(dry.body, "/matched"), "5") << dry.body;
  EXPECT_EQ(member(dry.body, "/changed"), "0");
  EXPECT_EQ(member(get("/api/v1/alerts").body, "/alerts/0/state"), "new");
  const Answered done = send("POST", "/api/v1/alerts/bulk",
                             R"({"filter":{"key":"192.0.2.3"},"change":{"state":"closed",)"
                             R"("verdict":"false_positive","assignee":"ann","note":"ours"}})");
  EXPECT_EQ(member(done.body, "/changed"), "1") << done.body;
  EXPECT_EQ(member(done.body, "/alerts/0/verdict"), "false_positive");
  EXPECT_EQ(send("POST", "/api/v1/alerts/bulk", R"({"change":{"note":"x"}})").status, 400);
  EXPECT_EQ(
      send("POST", "/api/v1/alerts/bulk", R"({"ids":["a"],"filter":{},"change":{"note":"x"}})")
          .status,
      400);
  EXPECT_EQ(
      send("POST", "/api/v1/alerts/bulk", R"({"filter":{"ip":"x"},"change":{"note":"x"}})").status,
      400);
}

}  // namespace
}  // namespace tocsin
