// Verdicts: which word for whom, as JSON and as a status; the feed; receipts.
#include <gtest/gtest.h>

#include "api/api_fakes_test.h"
#include "api/verdict_ask.h"

namespace tocsin {
namespace {

class VerdictTest : public ApiTest {
 protected:
  Answered check(std::vector<HttpHeader> headers, std::vector<QueryParameter> query = {},
                 const std::string& method = "GET") {
    HttpRequest made = request(method, "/api/v1/verdict/check", enforcer_, "", std::move(query));
    made.headers.insert(made.headers.end(), headers.begin(), headers.end());
    return ask(std::move(made));
  }
  std::string tell(std::vector<QueryParameter> query) {
    return ask(request("GET", "/api/v1/verdict", enforcer_, "", std::move(query))).body;
  }
  void decide(DecisionKind kind, const std::string& value, ScopeKind scope) {
    NewDecision wanted = by_person(value, scope);
    wanted.kind = kind;
    wanted.redirect_to = kind == DecisionKind::kRedirect ? "https://shop.example/sorry" : "";
    wanted.custom = kind == DecisionKind::kCustom ? "tarpit" : "";
    const Outcome outcome = propose(wanted);
    ASSERT_EQ(outcome.kind, OutcomeKind::kTaken) << outcome.sentence;
  }
  void limit(std::vector<RateKey> by, std::uint32_t requests) {
    RateLimitSettings made;
    made.name = "few";
    made.by = std::move(by);
    made.requests = requests;
    made.burst = requests;
    enforcement_.rate_limits.push_back(made);
    start({});
  }
};

TEST_F(VerdictTest, AllowsWhoIsInNoDecision) {
  const Answered answered = check({{"X-Real-IP", "203.0.113.7"}});
  EXPECT_EQ(answered.status, 204);
  EXPECT_EQ(answered.header("X-Tocsin-Verdict"), "allow");
  EXPECT_EQ(tell({{"ip", "203.0.113.7"}}), R"({"verdict":"allow"})");
}

TEST_F(VerdictTest, EveryKindHasItsStatusAndNginxOnlyThoseItTakes) {
  decide(DecisionKind::kBlock, "203.0.113.1", ScopeKind::kAddress);
  decide(DecisionKind::kChallenge, "203.0.113.2", ScopeKind::kAddress);
  decide(DecisionKind::kRedirect, "203.0.113.3", ScopeKind::kAddress);
  decide(DecisionKind::kDisable, "alice", ScopeKind::kUser);
  decide(DecisionKind::kCustom, "203.0.113.4", ScopeKind::kAddress);
  decide(DecisionKind::kBlock, "s-1", ScopeKind::kSession);
  decide(DecisionKind::kBlock, "k-1", ScopeKind::kApiKey);
  decide(DecisionKind::kBlock, "198.51.100.0/24", ScopeKind::kNetwork);
  struct Case {
    HttpHeader header;
    const char* word;
    int full;
    int nginx;
  };
  for (const Case& each : {Case{{"X-Real-IP", "203.0.113.1"}, "block", 403, 403},
                           {{"X-Real-IP", "203.0.113.2"}, "challenge", 401, 401},
                           {{"X-Real-IP", "203.0.113.3"}, "redirect", 302, 403},
                           {{"X-Tocsin-User", "alice"}, "disable", 403, 403},
                           {{"X-Real-IP", "203.0.113.4"}, "tarpit", 204, 204},
                           {{"X-Tocsin-Session", "s-1"}, "block", 403, 403},
                           {{"X-Tocsin-Api-Key", "k-1"}, "block", 403, 403},
                           {{"X-Real-IP", "198.51.100.77"}, "block", 403, 403},
                           {{"X-Real-IP", "198.51.101.77"}, "allow", 204, 204}}) {
    const Answered full = check({each.header});
    EXPECT_EQ(full.status, each.full) << each.header.value;
    EXPECT_EQ(full.header("X-Tocsin-Verdict"), each.word);
    EXPECT_EQ(check({each.header}, {{"statuses", "nginx"}}).status, each.nginx)
        << each.header.value;
  }
  EXPECT_EQ(check({{"X-Real-IP", "203.0.113.3"}}).header("Location"), "https://shop.example/sorry");
  EXPECT_EQ(
      check({{"X-Real-IP", "203.0.113.3"}}, {{"statuses", "nginx"}}).header("X-Tocsin-Status"),
      "302");
}

TEST_F(VerdictTest, TheStrongestDecisionCounts) {
  decide(DecisionKind::kChallenge, "203.0.113.1", ScopeKind::kAddress);
  decide(DecisionKind::kBlock, "alice", ScopeKind::kUser);
  EXPECT_EQ(check({{"X-Real-IP", "203.0.113.1"}, {"X-Tocsin-User", "alice"}}).status, 403);
  EXPECT_EQ(check({{"X-Real-IP", "203.0.113.1"}, {"X-Tocsin-User", "bob"}}).status, 401);
}

TEST_F(VerdictTest, CountriesAndNetworkOwnersAreLookedUp) {
  decide(DecisionKind::kBlock, "XK", ScopeKind::kCountry);
  decide(DecisionKind::kChallenge, "64500", ScopeKind::kNetworkOwner);
  facts_.now = {"XK", ""};
  EXPECT_EQ(check({{"X-Real-IP", "203.0.113.1"}}).status, 403);
  facts_.now = {"DE", "AS64500"};
  EXPECT_EQ(check({{"X-Real-IP", "203.0.113.1"}}).status, 401);
}

TEST_F(VerdictTest, AThrottledAddressGetsItsRateAndThen429) {
  NewDecision wanted = by_person("203.0.113.7");
  wanted.kind = DecisionKind::kThrottle;
  wanted.rate = ThrottleRate{2, span_s(60)};
  ASSERT_EQ(propose(wanted).kind, OutcomeKind::kTaken);
  const std::vector<HttpHeader> from = {{"X-Real-IP", "203.0.113.7"}};
  EXPECT_EQ(check(from).status, 204);
  EXPECT_EQ(check(from).status, 204);
  const Answered third = check(from);
  EXPECT_EQ(third.status, 429);
  EXPECT_EQ(third.header("Retry-After"), "30");
  clock_.advance(span_s(30));
  EXPECT_EQ(check(from).status, 204);
}

TEST_F(VerdictTest, ChallengesLeadToTheConfiguredPageWithTheWayBack) {
  enforcement_.challenge_url = "https://shop.example/prove?back={uri}";
  start({});
  decide(DecisionKind::kChallenge, "203.0.113.2", ScopeKind::kAddress);
  const Answered answered =
      check({{"X-Real-IP", "203.0.113.2"}, {"X-Original-URI", "/a b?c=d&e\r\nX: y"}});
  EXPECT_EQ(answered.status, 302);
  EXPECT_EQ(answered.header("Location"),
            "https://shop.example/prove?back=%2Fa%20b%3Fc%3Dd%26e%0D%0AX%3A%20y");
}

TEST_F(VerdictTest, RateLimitsAnswerAfterDecisions) {
  limit({RateKey::kAddress, RateKey::kEndpoint}, 2);
  const std::vector<HttpHeader> from = {{"X-Real-IP", "203.0.113.7"}, {"X-Original-URI", "/a?x=1"}};
  EXPECT_EQ(check(from).status, 204);
  EXPECT_EQ(check({{"X-Real-IP", "203.0.113.7"}, {"X-Original-URI", "//./a?x=2"}}).status, 204);
  const Answered third = check(from);
  EXPECT_EQ(third.status, 429);
  EXPECT_EQ(third.header("X-Tocsin-Reason"), "rate limit few");
  EXPECT_EQ(third.header("Retry-After"), "30");
  EXPECT_EQ(
      tell({{"ip", "203.0.113.7"}, {"path", "/a"}}),
      R"({"verdict":"throttle","status":429,"reason":"rate limit few","origin":"rate_limit","limit":"few","retry_after_ms":30000})");
}

TEST_F(VerdictTest, OutcomesCostWhatTheirStatusSays) {
  enforcement_.rate_limits.clear();
  RateLimitSettings made;
  made.name = "log-ins";
  made.by = {RateKey::kAddress};
  made.requests = 10;
  made.burst = 10;
  made.per = span_s(3'600);
  made.cost_by_status = {{401, 10}};
  enforcement_.rate_limits.push_back(made);
  start({});
  EXPECT_EQ(check({{"X-Real-IP", "203.0.113.7"}}).status, 204);
  EXPECT_EQ(ask(request("POST", "/api/v1/verdict/outcomes", enforcer_,
                        R"({"outcomes":[{"ip":"203.0.113.7","status":401}]})"))
                .status,
            204);
  EXPECT_EQ(check({{"X-Real-IP", "203.0.113.7"}}).status, 429);
  EXPECT_EQ(
      ask(request("POST", "/api/v1/verdict/outcomes", enforcer_, R"({"outcomes":[{}]})")).status,
      400);
}

TEST_F(VerdictTest, OnlyEnforcersAreBelieved) {
  EXPECT_EQ(ask(request("GET", "/api/v1/verdict/check", reader_)).status, 403);
  EXPECT_EQ(ask(request("GET", "/api/v1/verdict", "")).status, 401);
}

TEST_F(VerdictTest, BadAddressesAreRefusedNotAllowed) {
  EXPECT_EQ(check({{"X-Real-IP", "203.0.113.7.9"}}).status, 400);
  EXPECT_EQ(check({}, {{"statuses", "some"}}).status, 400);
}

TEST_F(VerdictTest, WhoAsksIsAnEnforcerWithCounts) {
  decide(DecisionKind::kBlock, "203.0.113.1", ScopeKind::kAddress);
  for (int i = 0; i < 3; ++i) {
    check({{"X-Real-IP", "203.0.113.1"}});
  }
  clock_.advance(span_s(2));
  check({{"X-Real-IP", "203.0.113.1"}});
  const std::string body = get("/api/v1/enforcers").body;
  EXPECT_EQ(member(body, "/enforcers/0/kind"), "verdict");
  EXPECT_EQ(member(body, "/enforcers/0/applied_through"), "1");
  EXPECT_EQ(member(body, "/enforcers/0/counts/0/requests"), "4");
}

TEST(VerdictAsk, TakesTheAddressThatTheProxyItselfSaw) {
  HttpRequest request;
  request.headers = {{"X-Forwarded-For", "198.51.100.1, 203.0.113.7"},
                     {"X-Forwarded-For", "192.0.2.9 , 203.0.113.8"}};
  EXPECT_EQ(ip_text(*read_verdict_ask(request)->address), "203.0.113.8");
  request.headers.push_back({"X-Real-IP", "::ffff:203.0.113.9"});
  EXPECT_EQ(ip_text(*read_verdict_ask(request)->address), "203.0.113.9");
}

class FeedTest : public ApiTest {
 protected:
  HttpRequest feed(std::string cursor, std::string wait = "0s") {
    return request("GET", "/api/v1/decisions/feed", enforcer_, "",
                   {{"cursor", std::move(cursor)}, {"wait", std::move(wait)}});
  }
};

TEST_F(FeedTest, GivesEverythingAndThenWhatChanges) {
  propose(by_person("203.0.113.7"));
  Answered first = ask(feed(""));
  EXPECT_EQ(member(first.body, "/full"), "true");
  EXPECT_EQ(member(first.body, "/added/0/value"), "203.0.113.7");
  EXPECT_EQ(member(first.body, "/added/0/left_ms"), "3600000");
  EXPECT_EQ(member(first.body, "/through"), "1");
  const std::string cursor = member(first.body, "/cursor");
  EXPECT_EQ(member(ask(feed(cursor)).body, "/added"), "[]");
  LiftWish wish;
  wish.ids = {1};
  ASSERT_TRUE(book_->lift(wish, "test", ""));
  propose(by_person("203.0.113.8"));
  const Answered next = ask(feed(cursor));
  EXPECT_EQ(member(next.body, "/removed"), "[1]");
  EXPECT_EQ(member(next.body, "/added/0/id"), "2");
  EXPECT_EQ(member(next.body, "/full"), "");
}

TEST_F(FeedTest, WaitsForNewsAndAnswersAtOnceWhenThereIsSome) {
  const std::string cursor = member(ask(feed("")).body, "/cursor");
  Asked waiting(*api_, feed(cursor, "30s"));
  EXPECT_FALSE(waiting.answered());
  propose(by_person("203.0.113.7"));
  EXPECT_EQ(member(waiting.wait().body, "/added/0/value"), "203.0.113.7");
}

TEST_F(FeedTest, AWaitEndsWithoutNewsAndWhenTheServerStops) {
  const std::string cursor = member(ask(feed("")).body, "/cursor");
  Asked waiting(*api_, feed(cursor, "5s"));
  while (api_ != nullptr && !waiting.answered()) {
    clock_.advance(span_s(1));
    std::this_thread::yield();
  }
  Asked other(*api_, feed(cursor, "60s"));
  api_->stop();
  EXPECT_EQ(other.wait().status / 100 == 2 || other.wait().status == 503, true);
}

TEST_F(FeedTest, ForeignAndBrokenCursorsMeanEverything) {
  propose(by_person("203.0.113.7"));
  for (const char* cursor : {"x", "1.2", "ffffffffffffffff.1", "..", "0.0.0.0"}) {
    EXPECT_EQ(member(ask(feed(cursor)).body, "/full"), "true") << cursor;
  }
  EXPECT_EQ(ask(feed("", "soon")).status, 400);
}

TEST_F(FeedTest, TakesReceipts) {
  propose(by_person("203.0.113.7"));
  EXPECT_EQ(ask(request("POST", "/api/v1/enforcers/receipts", enforcer_,
                        R"({"name":"fw","kind":"nftables","version":"1","through":1,"standing":1,
                            "covers":["block:address"],"failed":[{"id":1,"why":"full"}],
                            "counts":[{"origin":"","packets":3,"bytes":180,"requests":0}]})"))
                .status,
            204);
  const std::string receipts = get("/api/v1/decisions/1/receipts").body;
  EXPECT_EQ(member(receipts, "/receipts/0/enforcer"), "fw");
  EXPECT_EQ(member(receipts, "/receipts/0/failed"), "full");
  EXPECT_EQ(member(receipts, "/receipts/0/after_decision_ms"), "0");
  EXPECT_EQ(send("DELETE", "/api/v1/enforcers/fw", "").status, 204);
  EXPECT_EQ(send("DELETE", "/api/v1/enforcers/fw", "").status, 404);
  for (const char* bad : {"[]", "{}", R"({"name":"x"})"}) {
    EXPECT_EQ(ask(request("POST", "/api/v1/enforcers/receipts", enforcer_, bad)).status, 400);
  }
}

}  // namespace
}  // namespace tocsin
