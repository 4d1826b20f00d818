// /api/v1/decisions… from the outside.
#include "api/api_fakes_test.h"

namespace tocsin {
namespace {

class DecisionsApiTest : public ApiTest {
 protected:
  std::string value(const Answered& answered, std::string_view pointer) {
    return member(answered.body, pointer);
  }
};

TEST_F(DecisionsApiTest, AreTakenListedAndLifted) {
  const Answered taken =
      send("POST", "/api/v1/decisions",
           R"({"value":"::ffff:203.0.113.7","duration":"1h30m","reason":"scans","kind":"block"})");
  EXPECT_EQ(taken.status, 201) << taken.body;
  EXPECT_EQ(value(taken, "/outcome"), "taken");
  EXPECT_EQ(value(taken, "/decision/value"), "203.0.113.7");
  EXPECT_EQ(value(taken, "/decision/remaining_s"), "5400");
  EXPECT_TRUE(value(taken, "/decision/decided_by").starts_with("boss (tok_"));
  const std::string id = value(taken, "/decision/id");
  EXPECT_EQ(send("POST", "/api/v1/decisions", R"({"value":"203.0.113.7","duration":"1h"})").status,
            200);
  EXPECT_EQ(value(get("/api/v1/decisions", {{"ip", "203.0.113.7"}}), "/decisions/0/id"), id);
  EXPECT_EQ(value(get("/api/v1/decisions", {{"state", "ended"}}), "/decisions"), "[]");
  EXPECT_EQ(value(get("/api/v1/decisions/" + id), "/reason"), "scans");
  const Answered lifted =
      ask(request("DELETE", "/api/v1/decisions/" + id, admin_, "", {{"why", "a customer"}}));
  EXPECT_EQ(lifted.status, 200) << lifted.body;
  EXPECT_EQ(value(lifted, "/decisions/0/lifted/why"), "a customer");
  EXPECT_FALSE(blocked("203.0.113.7"));
  EXPECT_EQ(send("DELETE", "/api/v1/decisions/" + id, "").status, 404);
  EXPECT_EQ(get("/api/v1/decisions/999").status, 404);
  EXPECT_EQ(get("/api/v1/decisions/x").status, 404);
  EXPECT_EQ(audit_.count("decision_lifted"), 1U);
}

TEST_F(DecisionsApiTest, RefusalsSayWhy) {
  const Answered refused = send("POST", "/api/v1/decisions", R"({"value":"10.0.0.1"})");
  EXPECT_EQ(refused.status, 200);
  EXPECT_EQ(value(refused, "/outcome"), "refused");
  EXPECT_EQ(value(refused, "/sentence"), "10.0.0.1 is not blocked: it is a private address");
  for (const char* bad :
       {R"({})", R"({"value":"alice"})", R"({"value":"alice","scope":"nobody"})",
        R"({"value":"203.0.113.7","duration":"soon"})", R"({"value":"203.0.113.7","kind":"ban"})",
        R"({"value":"203.0.113.7","rate":"fast"})", R"({"value":"203.0.113.7","duration":"-1h"})",
        R"({"value":7})", R"({"valeu":"203.0.113.7"})"}) {
    EXPECT_EQ(send("POST", "/api/v1/decisions", bad).status, 400) << bad;
  }
  EXPECT_EQ(send("POST", "/api/v1/decisions/lift", "{}").status, 400);
  EXPECT_EQ(get("/api/v1/decisions", {{"state", "gone"}}).status, 400);
  EXPECT_EQ(get("/api/v1/decisions", {{"ip", "x"}}).status, 400);
}

TEST_F(DecisionsApiTest, ReadersLookAndDoNotTouch) {
  EXPECT_EQ(get("/api/v1/decisions").status, 200);
  for (const auto& [method, path] :
       {std::pair{"POST", "/api/v1/decisions"}, std::pair{"POST", "/api/v1/decisions/lift"},
        std::pair{"DELETE", "/api/v1/decisions/1"}, std::pair{"POST", "/api/v1/decisions/import"},
        std::pair{"POST", "/api/v1/decisions/arm"}, std::pair{"POST", "/api/v1/decisions/breaker"},
        std::pair{"POST", "/api/v1/decisions/approvals/1"}}) {
    EXPECT_EQ(ask(request(method, path, reader_, "{}")).status, 403) << path;
    EXPECT_EQ(ask(request(method, path, "", "{}")).status, 401) << path;
  }
}

TEST_F(DecisionsApiTest, AnAdministratorIsNotBlockedFromWhereHeAsks) {
  propose(by_person("192.0.2.0/28", ScopeKind::kNetwork));
  propose(by_person("192.0.2.77"));
  EXPECT_TRUE(blocked("192.0.2.77"));
  EXPECT_EQ(get("/api/v1/decisions").status, 200);  // a reader's visit frees nobody
  EXPECT_TRUE(blocked("192.0.2.77"));
  EXPECT_EQ(send("GET", "/api/v1/keys", "").status, 200);
  api_->stop();  // what the pool was given is done
  EXPECT_FALSE(blocked("192.0.2.77"));
  EXPECT_TRUE(blocked("192.0.2.7"));
  start({});
  EXPECT_EQ(value(send("POST", "/api/v1/decisions", R"({"value":"192.0.2.77"})"), "/sentence"),
            "192.0.2.77 is not blocked: an administrator (boss) works from it");
}

TEST_F(DecisionsApiTest, ListsGoInAndOut) {
  const Answered in = ask(request("POST", "/api/v1/decisions/import", admin_,
                                  "# list\n203.0.113.7\n203.0.113.8\nnonsense\n10.0.0.1\n",
                                  {{"format", "plain"}, {"origin", "lists:spam"}}));
  EXPECT_EQ(in.status, 200) << in.body;
  EXPECT_EQ(value(in, "/taken"), "2");
  EXPECT_EQ(value(in, "/refused"), "1");
  EXPECT_EQ(value(in, "/mistakes"), "1");
  EXPECT_EQ(value(in, "/sentences/0"),
            "entry 4: \"nonsense\" is not an address, a network or another known scope");
  EXPECT_EQ(get("/api/v1/decisions/export", {{"format", "plain"}}).body,
            "203.0.113.7\n203.0.113.8\n");
  EXPECT_EQ(value(get("/api/v1/decisions/export"), "/0/origin"), "lists:spam");
  EXPECT_EQ(get("/api/v1/decisions/export", {{"format", "xml"}}).status, 400);
  EXPECT_EQ(value(send("POST", "/api/v1/decisions/lift", R"({"origin":"lists:spam"})"), "/lifted"),
            "2");
}

TEST_F(DecisionsApiTest, SimulationTellsAndChangesNothing) {
  const Answered now = send("POST", "/api/v1/decisions/simulate", R"({"value":"203.0.113.7"})");
  EXPECT_EQ(value(now, "/outcome"), "taken") << now.body;
  EXPECT_FALSE(blocked("203.0.113.7"));
  EXPECT_EQ(send("POST", "/api/v1/decisions/simulate", "{}").status, 400);
  const auto over = [&](const std::string& what) {
    return send("POST", "/api/v1/decisions/simulate",
                R"({"rule":"no-such-rule","over":")" + what + "\"}");
  };
  EXPECT_EQ(over("events").status, 404);
  EXPECT_EQ(value(over("alerts"), "/findings"), "0");
  EXPECT_EQ(over("dreams").status, 400);
}

TEST_F(DecisionsApiTest, ApprovalsAreAnswered) {
  arm();
  NewDecision wanted = by_rule("203.0.113.7");
  wanted.approval = true;
  propose(wanted);
  wanted.value = "203.0.113.8";
  propose(wanted);
  const Answered waiting = get("/api/v1/decisions/approvals");
  const std::string first = value(waiting, "/approvals/0/id");
  const std::string second = value(waiting, "/approvals/1/id");
  EXPECT_EQ(value(waiting, "/approvals/0/value"), "203.0.113.7");
  const std::string path = "/api/v1/decisions/approvals/";
  EXPECT_EQ(send("POST", path + first, "{}").status, 400);
  EXPECT_EQ(value(send("POST", path + first, R"({"approve":true})"), "/outcome"), "taken");
  EXPECT_EQ(send("POST", path + second, R"({"approve":false,"why":"a partner"})").status, 204);
  EXPECT_EQ(send("POST", path + second, R"({"approve":true})").status, 404);
  EXPECT_TRUE(blocked("203.0.113.7"));
  EXPECT_FALSE(blocked("203.0.113.8"));
}

TEST_F(DecisionsApiTest, ArmingNamesWhatIsInForce) {
  EXPECT_EQ(send("POST", "/api/v1/decisions/arm", R"({"id":"no-such-rule"})").status, 404);
  EXPECT_EQ(send("POST", "/api/v1/decisions/arm", R"({"what":"playbook","id":"flood"})").status,
            404);
  EXPECT_EQ(
      send("POST", "/api/v1/decisions/arm", R"({"what":"playbook","id":"flood","version":"p1"})")
          .status,
      204);
  EXPECT_TRUE(armed_->is_armed("playbook", "flood", "p1"));
  EXPECT_EQ(value(get("/api/v1/decisions/armed"), "/armed/0/id"), "flood");
  EXPECT_EQ(
      send("POST", "/api/v1/decisions/arm", R"({"what":"playbook","id":"flood","armed":false})")
          .status,
      204);
  EXPECT_EQ(value(get("/api/v1/decisions/armed"), "/armed"), "[]");
  EXPECT_EQ(audit_.count("armed"), 1U);
  EXPECT_EQ(audit_.count("disarmed"), 1U);
}

TEST_F(DecisionsApiTest, TheBreakerIsReadAndSet) {
  EXPECT_EQ(value(get("/api/v1/decisions/breaker"), "/open"), "false");
  EXPECT_EQ(
      value(send("POST", "/api/v1/decisions/breaker", R"({"open":true,"why":"test"})"), "/open"),
      "true");
  EXPECT_EQ(send("POST", "/api/v1/decisions/breaker", "{}").status, 400);
  EXPECT_EQ(value(send("POST", "/api/v1/decisions/breaker", R"({"open":false})"), "/open"),
            "false");
}

}  // namespace
}  // namespace tocsin
