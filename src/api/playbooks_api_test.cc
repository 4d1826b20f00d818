// /api/v1/playbooks… and /api/v1/playbook-runs… from the outside.
#include "api/api_fakes_test.h"

namespace tocsin {
namespace {

constexpr const char* kBook = "/api/v1/playbooks/ask-first";

class PlaybooksApiTest : public ApiTest {
 protected:
  void SetUp() override {
    ApiTest::SetUp();
    arm();
    open_alert("203.0.113.7", 1);
    alert_ = member(get("/api/v1/alerts").body, "/alerts/0/id");
  }
  std::string value(const Answered& answered, std::string_view pointer) {
    return member(answered.body, pointer);
  }
  // A run by hand that has come to its first step; its path.
  std::string begin_run() {
    const Answered begun = send("POST", std::string(kBook) + "/run",
                                R"({"alert":")" + alert_ + R"(","rehearse":false})");
    EXPECT_EQ(begun.status, 201) << begun.body;
    engine_->step();
    return "/api/v1/playbook-runs/" + value(begun, "/run");
  }
  void arm_playbook() {
    ASSERT_EQ(send("POST", std::string(kBook) + "/arm", R"({"armed":true})").status, 204);
  }

  std::string alert_;
};

TEST_F(PlaybooksApiTest, AreListedAndShown) {
  const Answered listed = get("/api/v1/playbooks");
  EXPECT_EQ(listed.status, 200) << listed.body;
  EXPECT_EQ(value(listed, "/playbooks/0/name"), "ask-first");
  EXPECT_EQ(value(listed, "/playbooks/0/armed"), "false");
  EXPECT_EQ(value(listed, "/playbooks/0/linked"), "true");
  EXPECT_EQ(value(listed, "/playbooks/0/steps"), "3");
  EXPECT_EQ(value(listed, "/issues/0"), "bad.yml:1:1: needs a name");
  const Answered shown = get(kBook);
  EXPECT_EQ(value(shown, "/version"), playbook_->version);
  EXPECT_EQ(value(shown, "/text"), playbook_->text);
  EXPECT_EQ(value(shown, "/cacao/spec_version"), "cacao-2.0");
  EXPECT_EQ(get("/api/v1/playbooks/none").status, 404);
}

TEST_F(PlaybooksApiTest, ArmingNamesTheVersionInForce) {
  const std::string path = std::string(kBook) + "/arm";
  EXPECT_EQ(send("POST", path, "{}").status, 400);
  EXPECT_EQ(send("POST", path, R"({"armed":true,"version":"0000"})").status, 409);
  EXPECT_EQ(send("POST", "/api/v1/playbooks/none/arm", R"({"armed":true})").status, 404);
  EXPECT_FALSE(engine_->is_armed(*playbook_));
  EXPECT_EQ(audit_.count("armed"), 0U);
  EXPECT_EQ(send("POST", path, R"({"armed":true,"version":")" + playbook_->version + "\"}").status,
            204);
  EXPECT_TRUE(engine_->is_armed(*playbook_));
  EXPECT_EQ(value(get(kBook), "/armed"), "true");
  EXPECT_EQ(audit_.count("armed"), 1U);
  EXPECT_EQ(send("POST", path, R"({"armed":false})").status, 204);
  EXPECT_FALSE(engine_->is_armed(*playbook_));
  EXPECT_EQ(audit_.count("disarmed"), 1U);
  EXPECT_EQ(send("POST", path, R"({"armed":false})").status, 404);
}

TEST_F(PlaybooksApiTest, ArmingAmongDecisionsTakesTheVersionInForceToo) {
  const char* path = "/api/v1/decisions/arm";
  EXPECT_EQ(send("POST", path, R"({"what":"playbook","id":"none"})").status, 404);
  EXPECT_EQ(send("POST", path, R"({"what":"playbook","id":"ask-first"})").status, 204);
  EXPECT_TRUE(engine_->is_armed(*playbook_));
  const auto in_force = [&] {
    const Answered armed = get("/api/v1/decisions/armed");
    const bool first = value(armed, "/armed/0/what") == "playbook";
    return value(armed, first ? "/armed/0/in_force" : "/armed/1/in_force");
  };
  EXPECT_EQ(in_force(), "true");
  engine_->put_in_force(std::make_shared<const PlaybookSet>());
  EXPECT_EQ(in_force(), "false");
}

TEST_F(PlaybooksApiTest, ARehearsalChangesNothing) {
  arm_playbook();
  const Answered steps =
      send("POST", std::string(kBook) + "/run", R"({"alert":")" + alert_ + "\"}");
  EXPECT_EQ(steps.status, 200) << steps.body;
  EXPECT_EQ(value(steps, "/steps/0/kind"), "approve");
  EXPECT_EQ(value(steps, "/steps/1/step"), "block");
  EXPECT_FALSE(blocked("203.0.113.7"));
  EXPECT_EQ(value(get("/api/v1/playbook-runs"), "/runs"), "[]");
  EXPECT_EQ(send("POST", std::string(kBook) + "/run", "{}").status, 400);
  EXPECT_EQ(send("POST", std::string(kBook) + "/run", R"({"alert":"none"})").status, 404);
  EXPECT_EQ(send("POST", "/api/v1/playbooks/none/run", R"({"alert":")" + alert_ + "\"}").status,
            404);
}

TEST_F(PlaybooksApiTest, ARunWaitsForItsAnswerAndBlocks) {
  arm_playbook();
  const std::string path = begin_run();
  const Answered waiting = get(path);
  EXPECT_EQ(value(waiting, "/state"), "running") << waiting.body;
  EXPECT_EQ(value(waiting, "/waiting"), "true");
  EXPECT_EQ(value(waiting, "/ended"), "null");
  EXPECT_TRUE(value(waiting, "/by").starts_with("boss (tok_"));
  EXPECT_FALSE(blocked("203.0.113.7"));
  EXPECT_EQ(send("POST", path + "/answer", "{}").status, 400);
  EXPECT_EQ(send("POST", path + "/answer", R"({"yes":true})").status, 204);
  engine_->step();
  EXPECT_TRUE(blocked("203.0.113.7"));
  const Answered over = get(path);
  EXPECT_EQ(value(over, "/state"), "succeeded") << over.body;
  EXPECT_EQ(value(over, "/steps/0/step"), "ask");
  EXPECT_NE(value(over, "/decisions/0"), "");
  EXPECT_EQ(send("POST", path + "/answer", R"({"yes":true})").status, 404);
  EXPECT_EQ(send("POST", path + "/cancel", "{}").status, 409);
}

TEST_F(PlaybooksApiTest, RunsAreFilteredAndCancelled) {
  arm_playbook();
  const std::string path = begin_run();
  EXPECT_EQ(value(get("/api/v1/playbook-runs", {{"alert", alert_}}), "/runs/0/alert_id"), alert_);
  EXPECT_EQ(value(get("/api/v1/playbook-runs", {{"alert", "other"}}), "/runs"), "[]");
  EXPECT_EQ(value(get("/api/v1/playbook-runs", {{"playbook", "other"}}), "/runs"), "[]");
  EXPECT_EQ(value(get("/api/v1/playbook-runs", {{"state", "failed"}}), "/runs"), "[]");
  EXPECT_EQ(get("/api/v1/playbook-runs", {{"state", "gone"}}).status, 400);
  EXPECT_EQ(get("/api/v1/playbook-runs", {{"limit", "0"}}).status, 400);
  EXPECT_EQ(get("/api/v1/playbook-runs/none").status, 404);
  EXPECT_EQ(send("POST", "/api/v1/playbook-runs/none/cancel", "{}").status, 404);
  EXPECT_EQ(send("POST", path + "/cancel", "{}").status, 204);
  EXPECT_EQ(value(get("/api/v1/playbook-runs", {{"state", "cancelled"}}), "/runs/0/playbook"),
            "ask-first");
  EXPECT_FALSE(blocked("203.0.113.7"));
}

TEST_F(PlaybooksApiTest, ReadersLookAndDoNotTouch) {
  for (const char* path : {"/api/v1/playbooks/ask-first/arm", "/api/v1/playbooks/ask-first/run",
                           "/api/v1/playbook-runs/x/cancel", "/api/v1/playbook-runs/x/answer"}) {
    EXPECT_EQ(ask(request("POST", path, reader_, "{}")).status, 403) << path;
    EXPECT_EQ(ask(request("POST", path, "", "{}")).status, 401) << path;
  }
}

}  // namespace
}  // namespace tocsin
