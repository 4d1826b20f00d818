// CrowdSec's wire: durations, words, and the answers that its clients compare byte by byte.
#include <gtest/gtest.h>

#include "api/api_fakes_test.h"
#include "api/lapi/bouncer_names.h"
#include "api/lapi/go_duration.h"
#include "api/lapi/lapi_alerts.h"
#include "api/lapi/lapi_words.h"
#include "api/lapi/usage_metrics.h"
#include "http/content_coding.h"

namespace tocsin {
namespace {

TEST(GoDuration, ReadsWhatGoReads) {
  struct Case {
    const char* text;
    std::int64_t ms;
  };
  for (const Case& each : {Case{"4h", 14'400'000},
                           {"3h59m57.2s", 14'397'200},
                           {"-13h57m25s", -50'245'000},
                           {"1.5h", 5'400'000},
                           {"300ms", 300},
                           {"0", 0},
                           {"0s", 0},
                           {"+5m", 300'000},
                           {"1h1m1s", 3'661'000},
                           {".5s", 500},
                           {"2\xC2\xB5s", 0},
                           {"1000000ns", 1}}) {
    const auto span = parse_go_duration(each.text);
    ASSERT_TRUE(span) << each.text;
    EXPECT_EQ(span->value / kMicrosPerMilli, each.ms) << each.text;
  }
  for (const char* text :
       {"", "-", "4", "4d", "h", "1h-5m", "1.2.3s", "4 h", "99999999999h", "."}) {
    EXPECT_FALSE(parse_go_duration(text)) << text;
  }
}

TEST(GoDuration, WritesWholeSecondsAsGoDoes) {
  struct Case {
    std::int64_t seconds;
    const char* text;
  };
  for (const Case& each : {Case{0, "0s"},
                           {59, "59s"},
                           {60, "1m0s"},
                           {14'392, "3h59m52s"},
                           {14'400, "4h0m0s"},
                           {-61, "-1m1s"},
                           {90'000, "25h0m0s"}}) {
    EXPECT_EQ(go_duration_text(span_s(each.seconds)), each.text);
    EXPECT_EQ(parse_go_duration(each.text), span_s(each.seconds));
  }
  EXPECT_EQ(go_duration_text(span_ms(1'999)), "1s");
}

TEST(BouncerNames, TellMachinesWithOneKeyApart) {
  EnforcerInfo known;
  known.name = "edge";
  known.key_id = "tok_1";
  known.address = "192.0.2.1";
  const std::vector<EnforcerInfo> all = {known};
  EXPECT_EQ(bouncer_name({}, "edge", "tok_1", "192.0.2.1"), "edge");
  EXPECT_EQ(bouncer_name(all, "edge", "tok_1", "192.0.2.1"), "edge");
  EXPECT_EQ(bouncer_name(all, "edge", "tok_1", "192.0.2.2"), "edge@192.0.2.2");
  EXPECT_EQ(bouncer_name(all, "edge", "tok_2", "192.0.2.1"), "edge tok_2@192.0.2.1");
}

TEST(BouncerNames, UserAgentsThatAreNoPairAreTheType) {
  EXPECT_EQ(parse_bouncer_agent("crowdsec-firewall-bouncer/v0.0.34").version, "v0.0.34");
  EXPECT_EQ(parse_bouncer_agent("a/b/c").type, "a/b/c");
  EXPECT_EQ(parse_bouncer_agent("curl").version, "N/A");
  EXPECT_EQ(parse_bouncer_agent("").type, "unknown");
}

TEST(UsageMetrics, CountsWhatWasDropped) {
  const auto metrics = parse_usage_metrics(R"({"remediation_components":[{
    "type":"crowdsec-firewall-bouncer","version":"v0.0.34","utc_startup_timestamp":1,
    "metrics":[{"meta":{"window_size_seconds":60,"utc_now_timestamp":2},"items":[
      {"name":"active_decisions","value":7,"unit":"ip","labels":{"origin":"tocsin"}},
      {"name":"dropped","value":12,"unit":"packet","labels":{"origin":"tocsin","ip_type":"ipv4"}},
      {"name":"dropped","value":3,"unit":"packet","labels":{"origin":"tocsin","ip_type":"ipv6"}},
      {"name":"dropped","value":900,"unit":"byte","labels":{"origin":"tocsin"}},
      {"name":"processed","value":99,"unit":"packet"}]}]}],"log_processors":null})");
  ASSERT_TRUE(metrics);
  EXPECT_EQ(metrics->type, "crowdsec-firewall-bouncer");
  EXPECT_EQ(metrics->standing, 7U);
  EXPECT_EQ(metrics->dropped, (std::vector<EnforcedCount>{{"tocsin", 15, 900, 0}}));
}

TEST(UsageMetrics, TellsBadJsonFromBadMetrics) {
  EXPECT_EQ(parse_usage_metrics("{").error().code(), ErrorCode::kCorrupt);
  for (
      const char* json :
      {R"({"remediation_components":[]})", R"({"remediation_components":[{"type":"x"}]})",
       R"({"remediation_components":[{"version":"1","metrics":[{"items":[{"name":"dropped"}]}]}]})",
       R"({"remediation_components":[{"version":"1","metrics":[{"items":[)"
       R"({"name":"dropped","value":-1}]}]}]})"}) {
    EXPECT_EQ(parse_usage_metrics(json).error().code(), ErrorCode::kInvalid) << json;
  }
  EXPECT_TRUE(parse_usage_metrics(R"({"remediation_components":[{"version":"1"}]})"));
}

class LapiTest : public ApiTest {
 protected:
  void SetUp() override {
    settings_.breaker_per_minute = 1'000'000;
    ApiTest::SetUp();
  }

  HttpRequest as_bouncer(std::string path, std::vector<QueryParameter> query = {},
                         std::string method = "GET") {
    HttpRequest made = request(method, std::move(path), "", "", std::move(query));
    made.headers.push_back({"X-Api-Key", enforcer_});
    made.headers.push_back({"User-Agent", "crowdsec-test-bouncer/v1.0"});
    return made;
  }
  Answered pull(bool startup) {
    HttpRequest made =
        as_bouncer("/v1/decisions/stream", {{"startup", startup ? "true" : "false"}});
    return written(std::move(made));
  }
  // As when the connection has sent the answer.
  Answered written(HttpRequest made) {
    auto exchange = std::make_shared<HttpExchange>([] {}, 1U << 20U);
    api_->handler()(std::move(made), Responder(exchange));
    std::optional<HttpAnswer> answer;
    while (!(answer = exchange->take_answer())) {
      std::this_thread::yield();
    }
    if (answer->response.on_written) {
      answer->response.on_written();
    }
    return {answer->response.status, answer->response.headers,
            std::string(answer->response.body_view()), nullptr};
  }
  std::string log_in() {
    const Answered answered =
        ask(request("POST", "/v1/watchers/login", "",
                    R"({"machine_id":"web-1","password":")" + watcher_ + R"(","scenarios":[]})"));
    EXPECT_EQ(answered.status, 200) << answered.body;
    EXPECT_EQ(member(answered.body, "/code"), "200");
    return member(answered.body, "/token");
  }
  void block(const std::string& value, ScopeKind scope = ScopeKind::kAddress) {
    EXPECT_EQ(propose(by_person(value, scope)).kind, OutcomeKind::kTaken);
  }
};

TEST_F(LapiTest, ForbidsWithCrowdSecsWords) {
  struct Case {
    const char* method;
    const char* path;
    std::string key;
  };
  for (const Case& given : {Case{"GET", "/v1/decisions", ""}, Case{"GET", "/v1/decisions", "tok_x"},
                            Case{"HEAD", "/v1/decisions/stream", reader_}}) {
    const Answered answered = ask(request(given.method, given.path, given.key));
    EXPECT_EQ(answered.status, 403);
    EXPECT_EQ(answered.body, R"({"message":"access forbidden"})");
  }
  EXPECT_EQ(ask(as_bouncer("/v1/nowhere")).status, 404);
  EXPECT_EQ(ask(as_bouncer("/v1/decisions", {}, "PUT")).status, 405);
  EXPECT_EQ(ask(as_bouncer("/v1/decisions", {}, "HEAD")).status, 200);
}

TEST_F(LapiTest, NothingIsTheFourBytesNull) {
  block("203.0.113.7");
  EXPECT_EQ(ask(as_bouncer("/v1/decisions", {{"ip", "198.51.100.1"}})).body, "null");
  EXPECT_EQ(ask(as_bouncer("/v1/decisions", {{"scope", "planet"}})).body, "null");
  EXPECT_EQ(ask(as_bouncer("/v1/decisions", {{"type", "captcha"}})).body, "null");
  EXPECT_EQ(ask(as_bouncer("/v1/decisions", {{"ip", "x"}})).status, 500);
}

TEST_F(LapiTest, ADecisionIsWrittenAsBouncersReadIt) {
  block("203.0.113.7");
  const Answered answered = ask(as_bouncer("/v1/decisions", {{"ip", "203.0.113.7"}}));
  EXPECT_EQ(answered.header("Content-Type"), "application/json");
  EXPECT_TRUE(answered.body.starts_with(
      R"([{"duration":"1h0m0s","id":1,"origin":"tocsin","scenario":"seen by hand","scope":"Ip","type":"ban","until":"2026-)"))
      << answered.body;
  EXPECT_TRUE(answered.body.ends_with(R"("value":"203.0.113.7"}])")) << answered.body;
}

TEST_F(LapiTest, FiltersAsCrowdSecDoes) {
  block("203.0.113.7");
  block("203.0.113.0/24", ScopeKind::kNetwork);
  block("64500", ScopeKind::kNetworkOwner);
  struct Case {
    std::vector<QueryParameter> query;
    std::size_t found;
  };
  for (const Case& each :
       std::vector<Case>{{{}, 3},
                         {{{"ip", "203.0.113.7"}}, 2},
                         {{{"ip", "203.0.113.9"}}, 1},
                         {{{"range", "203.0.113.0/24"}}, 1},
                         {{{"range", "203.0.113.0/24"}, {"contains", "false"}}, 2},
                         {{{"range", "203.0.112.0/20"}, {"contains", "false"}}, 2},
                         {{{"scope", "as"}, {"value", "64500"}}, 1},
                         {{{"scopes", "ip,AS"}}, 2},
                         {{{"type", "ban"}}, 3},
                         {{{"origins", "cscli"}}, 0},
                         {{{"origins", "cscli,tocsin"}}, 3},
                         {{{"scenarios_containing", "BY HAND"}}, 3},
                         {{{"scenarios_not_containing", "hand"}}, 0},
                         {{{"id_gt", "1"}, {"limit", "1"}}, 1},
                         {{{"limit", "2"}, {"offset", "2"}}, 1},
                         {{{"unknown", "parameter"}}, 3}}) {
    const std::string body = ask(as_bouncer("/v1/decisions", each.query)).body;
    std::size_t found = 0;
    for (std::size_t at = body.find("\"uuid\""); at != std::string::npos;
         at = body.find("\"uuid\"", at + 1)) {
      ++found;
    }
    EXPECT_EQ(found, each.found) << body;
  }
}

TEST_F(LapiTest, StreamsEverythingAndThenWhatChanges) {
  EXPECT_EQ(pull(true).body, R"({"new":[],"deleted":[]})");
  block("203.0.113.7");
  block("alice", ScopeKind::kUser);
  std::string body = pull(false).body;
  EXPECT_NE(body.find(R"("value":"203.0.113.7"}],"deleted":[]})"), std::string::npos) << body;
  EXPECT_EQ(body.find("alice"), std::string::npos);
  EXPECT_EQ(pull(false).body, R"({"new":[],"deleted":[]})");
  LiftWish wish;
  wish.ids = {1};
  ASSERT_TRUE(book_->lift(wish, "test", ""));
  body = pull(false).body;
  EXPECT_TRUE(body.starts_with(R"({"new":[],"deleted":[{"duration":"-1s","id":1,)")) << body;
  EXPECT_EQ(pull(true).body, R"({"new":[],"deleted":[]})");
}

TEST_F(LapiTest, ALongerDecisionInPlaceOfAShorterDeletesNothing) {
  pull(true);
  NewDecision wanted = by_person("203.0.113.7");
  wanted.duration = span_s(60);
  propose(wanted);
  pull(false);
  wanted.duration = span_s(7'200);
  propose(wanted);
  const std::string body = pull(false).body;
  EXPECT_NE(body.find("\"duration\":\"2h0m0s\""), std::string::npos) << body;
  EXPECT_TRUE(body.ends_with("\"deleted\":[]}")) << body;
}

TEST_F(LapiTest, AnAnswerThatWasNotWrittenIsGivenAgain) {
  pull(true);
  block("203.0.113.7");
  HttpRequest made = as_bouncer("/v1/decisions/stream", {{"startup", "false"}});
  EXPECT_NE(ask(std::move(made)).status, 0);  // never written: on_written is not called
  EXPECT_NE(pull(false).body.find("203.0.113.7"), std::string::npos);
  EXPECT_EQ(pull(false).body.find("203.0.113.7"), std::string::npos);
}

TEST_F(LapiTest, ABouncerThatWasHereBeforeARestartGetsEverythingAndWhatEnded) {
  pull(true);
  block("203.0.113.7");
  block("203.0.113.8");
  pull(false);
  LiftWish wish;
  wish.ids = {2};
  ASSERT_TRUE(book_->lift(wish, "test", ""));
  start({});  // places in the stream are gone
  const std::string body = pull(false).body;
  const std::size_t deleted = body.find("\"deleted\"");
  EXPECT_LT(body.find("203.0.113.7"), deleted) << body;
  EXPECT_GT(body.find("203.0.113.8"), deleted) << body;
}

TEST_F(LapiTest, OneBufferServesAllWhoStart) {
  block("203.0.113.7");
  HttpRequest made = as_bouncer("/v1/decisions/stream", {{"startup", "true"}});
  made.headers.push_back({"Accept-Encoding", "gzip"});
  const Answered zipped = written(std::move(made));
  EXPECT_EQ(zipped.header("Content-Encoding"), "gzip");
  const auto plain = decode_content("gzip", zipped.body, {});
  ASSERT_TRUE(plain);
  EXPECT_EQ(*plain, pull(true).body);
}

TEST_F(LapiTest, HeadDoesNotMoveTheStream) {
  pull(true);
  block("203.0.113.7");
  written(as_bouncer("/v1/decisions/stream", {}, "HEAD"));
  EXPECT_NE(pull(false).body.find("203.0.113.7"), std::string::npos);
}

TEST_F(LapiTest, ReceiptsTellWhatABouncerWasGiven) {
  pull(true);
  block("203.0.113.7");
  pull(false);
  const Answered answered = get("/api/v1/decisions/1/receipts");
  EXPECT_EQ(member(answered.body, "/receipts/0/enforcer"), "firewall");
  EXPECT_EQ(member(answered.body, "/receipts/0/kind"), "crowdsec-test-bouncer");
  EXPECT_EQ(member(answered.body, "/receipts/0/applied"), "null");
}

TEST_F(LapiTest, UsageMetricsBecomeReceipts) {
  HttpRequest made = as_bouncer("/v1/usage-metrics", {}, "POST");
  made.body =
      R"({"remediation_components":[{"type":"b","version":"1","metrics":[{"items":[{"name":"dropped","value":5,"unit":"request","labels":{"origin":"tocsin"}}]}]}]})";
  EXPECT_EQ(ask(std::move(made)).status, 201);
  EXPECT_EQ(member(get("/api/v1/enforcers").body, "/enforcers/0/counts/0/requests"), "5");
  made = as_bouncer("/v1/usage-metrics", {}, "POST");
  made.body = "{";
  EXPECT_EQ(ask(std::move(made)).status, 400);
}

TEST_F(LapiTest, WatchersLogInAndPushDecisions) {
  const std::string token = log_in();
  const Answered pushed = ask(request("POST", "/v1/alerts", token, R"([{"scenario":"manual 'ban'",
    "simulated":false,"source":{"scope":"Ip","value":"203.0.113.9"},
    "decisions":[{"duration":"4h","origin":"cscli","scenario":"manual 'ban' from cli",
      "scope":"Ip","type":"ban","value":"203.0.113.9"}]}])"));
  EXPECT_EQ(pushed.status, 201) << pushed.body;
  EXPECT_EQ(pushed.body, R"(["1"])");
  EXPECT_TRUE(blocked("203.0.113.9"));
  const Answered listed = ask(request("GET", "/v1/alerts", token, "", {{"ip", "203.0.113.9"}}));
  EXPECT_EQ(member(listed.body, "/0/decisions/0/origin"), "cscli");
  EXPECT_EQ(member(listed.body, "/0/decisions/0/duration"), "4h0m0s");
  EXPECT_EQ(member(listed.body, "/0/decisions/0/simulated"), "false");
  const Answered gone = ask(request("DELETE", "/v1/decisions", token, "", {{"ip", "203.0.113.9"}}));
  EXPECT_EQ(gone.body, R"({"nbDeleted":"1"})");
  EXPECT_FALSE(blocked("203.0.113.9"));
  EXPECT_EQ(ask(request("DELETE", "/v1/decisions/77", token)).status, 404);
}

TEST_F(LapiTest, AnAlertThatWantsARemedyBlocksItsSource) {
  const std::string token = log_in();
  const Answered pushed =
      ask(request("POST", "/v1/alerts", token, R"([{"scenario":"crowdsecurity/ssh-bf",
    "remediation":true,"source":{"scope":"Ip","value":"203.0.113.9"},"decisions":null}])"));
  EXPECT_EQ(pushed.status, 201) << pushed.body;
  EXPECT_TRUE(blocked("203.0.113.9"));
}

TEST_F(LapiTest, GuardsStandBeforeWatchersToo) {
  const std::string token = log_in();
  const Answered pushed =
      ask(request("POST", "/v1/alerts", token, R"([{"scenario":"manual","decisions":[
    {"duration":"4h","origin":"cscli","scope":"Ip","type":"ban","value":"127.0.0.1"}]}])"));
  EXPECT_EQ(pushed.status, 403);
  EXPECT_NE(member(pushed.body, "/message").find("127.0.0.1"), std::string::npos) << pushed.body;
  const Answered nameless = ask(request("POST", "/v1/alerts", token, R"([{"decisions":[
    {"duration":"4h","origin":"cscli","scope":"Ip","type":"ban","value":"203.0.113.9"}]}])"));
  EXPECT_EQ(nameless.status, 400);
  EXPECT_FALSE(blocked("203.0.113.9"));
}

TEST_F(LapiTest, TokensAreRefusedWhenForgedExpiredOrRevoked) {
  const auto status = [this](const std::string& token) {
    return ask(request("GET", "/v1/heartbeat", token)).status;
  };
  const std::string token = log_in();
  EXPECT_EQ(status(token), 200);
  EXPECT_EQ(status(""), 401);
  EXPECT_EQ(status("a.b.c"), 401);
  EXPECT_EQ(status(token + "x"), 401);
  const std::string none = "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0" + token.substr(token.find('.'));
  EXPECT_EQ(status(none), 401);
  EXPECT_EQ(status(none.substr(0, none.rfind('.') + 1)), 401);
  ASSERT_TRUE(keys_->revoke(watcher_.substr(0, kKeyIdBytes)));
  EXPECT_EQ(status(token), 401);
  EXPECT_EQ(ask(request("POST", "/v1/watchers/login", "",
                        R"({"machine_id":"x","password":")" + enforcer_ + R"("})"))
                .status,
            401);
}

TEST_F(LapiTest, ATokenEndsAfterItsHour) {
  const std::string token = log_in();
  clock_.advance(span_s(3'601));
  EXPECT_EQ(ask(request("GET", "/v1/heartbeat", token)).status, 401);
}

TEST(LapiAlerts, RefusesWhatIsWrongByItsPlace) {
  for (
      const auto& [json, word] : std::vector<std::pair<std::string, std::string>>{
          {"{}", "no JSON list"},
          {R"([{"decisions":[{"duration":"4h","scope":"Ip","value":"1.2.3.4"}]},{"decisions":[{"scope":"Ip","value":"x","duration":"4d"}]}])",
           "alert 1: duration"},
          {R"([{"decisions":[{"duration":"4h","scope":"Planet","value":"x"}]}])",
           "alert 0: scope"}}) {
    const auto alerts = parse_lapi_alerts(json, "m");
    ASSERT_FALSE(alerts) << json;
    EXPECT_NE(alerts.error().text().find(word), std::string::npos) << alerts.error().text();
  }
}

TEST(LapiAlerts, SimulatedOnesAreDryRunsAndListsKeepTheirName) {
  const auto alerts = parse_lapi_alerts(
      R"([{"simulated":true,"decisions":[{"duration":"24h","scope":"Range","value":"203.0.113.0/24","type":"throttle","origin":"lists","scenario":"tor"}]}])",
      "m");
  ASSERT_TRUE(alerts);
  const NewDecision& wanted = (*alerts)[0].decisions[0];
  EXPECT_TRUE(wanted.dry_run);
  EXPECT_EQ(wanted.origin, "lists:tor");
  EXPECT_EQ(wanted.kind, DecisionKind::kThrottle);
  EXPECT_EQ(wanted.proposer, Proposer::kAgent);
}

}  // namespace
}  // namespace tocsin
