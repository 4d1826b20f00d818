#include "api/api.h"

#include "api/api_fakes_test.h"
#include "base/encoding.h"

namespace tocsin {
namespace {

TEST_F(ApiTest, TellsStrangersHowToComeIn) {
  const Answered answered = ask(request("GET", "/api/v1/alerts", ""));
  EXPECT_EQ(answered.status, 401);
  EXPECT_EQ(answered.header("WWW-Authenticate"), "Bearer realm=\"tocsin\"");
  EXPECT_EQ(answered.header("Content-Type"), "application/problem+json");
  EXPECT_EQ(member(answered.body, "/code"), "unauthenticated");
  EXPECT_EQ(member(answered.body, "/request_id"), answered.header("X-Request-Id"));
}

TEST_F(ApiTest, TakesTheKeyInThreeWays) {
  HttpRequest header = request("GET", "/api/v1/alerts", "");
  header.headers = {{"x-api-key", reader_}};
  EXPECT_EQ(ask(std::move(header)).status, 200);
  for (const std::string& pair : {"anyone:" + reader_, ":" + reader_, reader_ + ":"}) {
    HttpRequest basic = request("GET", "/api/v1/alerts", "");
    basic.headers = {{"Authorization", "Basic " + base64_encode(pair)}};
    EXPECT_EQ(ask(std::move(basic)).status, 200) << pair;
  }
  HttpRequest broken = request("GET", "/api/v1/alerts", "");
  broken.headers = {{"Authorization", "Basic ***"}};
  EXPECT_EQ(ask(std::move(broken)).status, 401);
  EXPECT_EQ(get("/api/v1/alerts").status, 200);
}

TEST_F(ApiTest, NamesTheMissingScope) {
  const Answered answered = ask(request("GET", "/api/v1/alerts", ingester_));
  EXPECT_EQ(answered.status, 403);
  EXPECT_NE(member(answered.body, "/detail").find("this needs read"), std::string::npos);
  EXPECT_EQ(ask(request("GET", "/api/v1/keys", reader_)).status, 403);
  EXPECT_EQ(ask(request("POST", "/api/v1/events", reader_, "x")).status, 403);
  EXPECT_EQ(ask(request("POST", "/api/v1/events", admin_, "x")).status, 200);
}

TEST_F(ApiTest, MakesGuessersWaitAndNotTheOthers) {
  std::string wrong = reader_;
  wrong[20] = wrong[20] == 'A' ? 'B' : 'A';
  EXPECT_EQ(get("/api/v1/alerts").status, 200);
  int refused = 0;
  Answered last;
  for (int i = 0; i < 30; ++i) {
    wrong[21] = static_cast<char>('a' + i % 26);  // the id stays that of a key
    last = ask(request("GET", "/api/v1/alerts", wrong));
    refused += last.status == 429 ? 1 : 0;
  }
  EXPECT_EQ(refused, 10);
  EXPECT_GT(std::stoi(last.header("Retry-After")), 0);
  EXPECT_EQ(get("/api/v1/alerts").status, 200) << "a key that is known works all the time";
  clock_.advance(span_s(60));
  EXPECT_EQ(ask(request("GET", "/api/v1/alerts", wrong)).status, 401);
}

TEST_F(ApiTest, RefusesWhatIsNotThere) {
  EXPECT_EQ(get("/api/v1/nothing").status, 404);
  EXPECT_EQ(get("/nothing.txt").status, 404);
  EXPECT_EQ(get("/api/v1/alerts/").status, 404);
  const Answered wrong_method = send("DELETE", "/api/v1/alerts/abcdef", "");
  EXPECT_EQ(wrong_method.status, 405);
  EXPECT_EQ(wrong_method.header("Allow"), "GET, PATCH");
}

TEST_F(ApiTest, KeepsTheClientsRequestIdWhenItIsAWord) {
  HttpRequest good = request("GET", "/health", "");
  good.headers = {{"X-Request-Id", "abc-1.2_3"}};
  EXPECT_EQ(ask(std::move(good)).header("X-Request-Id"), "abc-1.2_3");
  for (const std::string bad : {"a b", "x\r\nSet-Cookie: y", "<script>"}) {
    HttpRequest request_ = request("GET", "/health", "");
    request_.headers = {{"X-Request-Id", bad}};
    EXPECT_EQ(ask(std::move(request_)).header("X-Request-Id").size(), 16U);
  }
}

TEST_F(ApiTest, TheGateRefusesBeforeABodyIsRead) {
  const HttpGate gate = api_->gate();
  EXPECT_EQ(gate(request("POST", "/api/v1/events", ""))->status, 401);
  EXPECT_EQ(gate(request("POST", "/api/v1/events", reader_))->status, 403);
  EXPECT_EQ(gate(request("POST", "/api/v1/nothing", admin_))->status, 404);
  EXPECT_FALSE(gate(request("POST", "/api/v1/events", ingester_)));
}

TEST_F(ApiTest, AFullPoolSaysBusy) {
  ApiSettings settings;
  settings.threads = 1;
  settings.waiting_max = 1;
  start(settings);
  store_.hang = true;
  const auto search = [&] {
    return request("GET", "/api/v1/events/search", reader_, "", {{"sql", "SELECT 1"}});
  };
  std::deque<Asked> under_way;
  int busy = 0;
  for (int i = 0; i < 5; ++i) {
    Asked& asked = under_way.emplace_back(*api_, search());
    busy += asked.answered() ? 1 : 0;
  }
  EXPECT_GE(busy, 3);
  api_->stop();
  EXPECT_GE(store_.cancelled.load(), 1);
  EXPECT_EQ(get("/api/v1/alerts").status, 503) << "after the stop";
}

TEST_F(ApiTest, ASearchEndsWhenItsClientGoes) {
  store_.hang = true;
  Asked asked(*api_, request("GET", "/api/v1/events/search", reader_, "", {{"sql", "SELECT 1"}}));
  asked.go_away();
  while (store_.cancelled.load() == 0) {
    std::this_thread::yield();
  }
  SUCCEED();
}

TEST_F(ApiTest, TakesRecordsAndAnswersWhenTheyAreDurable) {
  HttpRequest post = request("POST", "/api/v1/events", ingester_, "one\ntwo\n");
  post.headers.push_back({"Content-Type", "text/plain"});
  const Answered answered = ask(std::move(post));
  EXPECT_EQ(answered.status, 200);
  EXPECT_EQ(member(answered.body, "/accepted"), "2");
  ASSERT_EQ(sink_.taken.size(), 1U);
  const Record record = (*sink_.taken[0])[1];
  EXPECT_EQ(record.bytes, "two");
  EXPECT_EQ(record.origin->source, "http:shop-front");
  EXPECT_EQ(record.origin->peer, "192.0.2.77");
  EXPECT_EQ(record.received, clock_.now());
  const std::vector<SourceSnapshot> sources = sources_.snapshot();
  ASSERT_EQ(sources.size(), 1U);
  EXPECT_EQ(sources[0].records, 2U);
}

TEST_F(ApiTest, TheSenderNamesSourceAndFormat) {
  EXPECT_EQ(ask(request("POST", "/api/v1/events", ingester_, "x",
                        {{"source", "web-1"}, {"format", "nginx.access"}}))
                .status,
            200);
  EXPECT_EQ((*sink_.taken[0])[0].origin->source, "http:web-1");
  EXPECT_EQ((*sink_.taken[0])[0].origin->hint, "nginx.access");
  for (const std::vector<QueryParameter>& bad :
       std::vector<std::vector<QueryParameter>>{{{"source", "a b"}},
                                                {{"source", std::string(101, 'x')}},
                                                {{"source", ""}},
                                                {{"format", "<x>"}},
                                                {{"sauce", "x"}},
                                                {{"source", "a"}, {"source", "b"}}}) {
    EXPECT_EQ(ask(request("POST", "/api/v1/events", ingester_, "x", bad)).status, 400);
  }
  EXPECT_EQ(sink_.taken.size(), 1U);
}

TEST_F(ApiTest, KeepsGoodLinesAndNamesBadOnes) {
  HttpRequest post =
      request("POST", "/api/v1/events", ingester_, "{\"a\":1}\n{\"a\" 1}\n{\"b\":2}\n");
  post.headers.push_back({"Content-Type", "application/x-ndjson"});
  const Answered answered = ask(std::move(post));
  EXPECT_EQ(answered.status, 200);
  EXPECT_EQ(member(answered.body, "/accepted"), "2");
  EXPECT_EQ(member(answered.body, "/rejected"), "1");
  EXPECT_EQ(member(answered.body, "/rejections/0/line"), "2");
  EXPECT_EQ(member(answered.body, "/rejections/0/code"), "bad_json");
}

TEST_F(ApiTest, ABodyWithoutOneGoodRecordIsABadRequest) {
  HttpRequest post = request("POST", "/api/v1/events", ingester_, "{]");
  post.headers.push_back({"Content-Type", "application/json"});
  const Answered bad = ask(std::move(post));
  EXPECT_EQ(bad.status, 400);
  EXPECT_EQ(bad.header("Content-Type"), "application/problem+json");
  EXPECT_EQ(member(bad.body, "/rejected"), "1");
  EXPECT_EQ(ask(request("POST", "/api/v1/events", ingester_, "")).status, 400);
  EXPECT_TRUE(sink_.taken.empty());
}

TEST_F(ApiTest, SaysWhyRecordsWereNotTaken) {
  struct Case {
    ErrorCode code;
    int status;
    std::string retry_after;
  };
  for (const Case& one :
       {Case{ErrorCode::kExhausted, 429, "1"}, Case{ErrorCode::kDiskFull, 503, "1"},
        Case{ErrorCode::kUnavailable, 503, "1"}, Case{ErrorCode::kTooLarge, 413, ""},
        Case{ErrorCode::kIo, 500, ""}}) {
    sink_.answer = Error(one.code, "because");
    const Answered answered = ask(request("POST", "/api/v1/events", ingester_, "x"));
    EXPECT_EQ(answered.status, one.status);
    EXPECT_EQ(answered.header("Retry-After"), one.retry_after);
    EXPECT_EQ(member(answered.body, "/detail"), "because");
  }
}

TEST_F(ApiTest, BoundsTheRequestsThatWaitForTheDisk) {
  ApiSettings settings;
  settings.ingest_waiting_max = 2;
  start(settings);
  sink_.hold = true;
  Asked first(*api_, request("POST", "/api/v1/events", ingester_, "x"));
  Asked second(*api_, request("POST", "/api/v1/events", ingester_, "x"));
  EXPECT_FALSE(first.answered());
  EXPECT_EQ(ask(request("POST", "/api/v1/events", ingester_, "x")).status, 429);
  for (auto& done : sink_.held) {
    done({});
  }
  sink_.held.clear();
  EXPECT_EQ(first.wait().status, 200);
  EXPECT_EQ(second.wait().status, 200);
  sink_.hold = false;
  EXPECT_EQ(ask(request("POST", "/api/v1/events", ingester_, "x")).status, 200);
}

TEST_F(ApiTest, AnswersSqlAsADocument) {
  const Answered answered = get("/api/v1/events/search", {{"sql", "SELECT 1"}, {"limit", "2"}});
  EXPECT_EQ(answered.status, 200) << answered.body;
  EXPECT_EQ(member(answered.body, "/columns/0/name"), "n");
  EXPECT_EQ(member(answered.body, "/rows/1/n"), "1");
  EXPECT_EQ(member(answered.body, "/rows/1/nothing"), "null");
  EXPECT_EQ(member(answered.body, "/rows/2"), "");
  EXPECT_EQ(member(answered.body, "/outcome/more"), "true");
  EXPECT_EQ(member(answered.body, "/outcome/rows"), "2");
}

TEST_F(ApiTest, AnswersSqlLineByLine) {
  store_.rows = 20'000;
  Asked asked(*api_, request("POST", "/api/v1/events/search", reader_,
                             R"({"sql":"SELECT 1","limit":100000,"format":"ndjson"})"));
  const Answered answered = asked.wait();
  ASSERT_NE(answered.stream, nullptr);
  std::string text;
  while (true) {
    const QueuedStream::Taken taken = answered.stream->take();
    text += taken.bytes;
    if (taken.finished) {
      break;
    }
    std::this_thread::yield();
  }
  EXPECT_TRUE(text.starts_with("{\"n\":0,\"nothing\":null}\n"));
  EXPECT_EQ(std::ranges::count(text, '\n'), 20'001);
  const std::string last = text.substr(text.rfind('\n', text.size() - 2) + 1);
  EXPECT_EQ(member(last, "/_outcome/rows"), "20000");
}

TEST_F(ApiTest, RefusesBadSearches) {
  using Query = std::vector<QueryParameter>;
  for (const Query& query : std::vector<Query>{{{"sql", "bad"}},
                                               {{"sql", "SELECT 1"}, {"q", "x"}},
                                               {{"sql", "SELECT 1"}, {"from", "1h"}},
                                               {{"q", "field:(unclosed"}},
                                               {{"limit", "0"}},
                                               {{"limit", "1e9"}},
                                               {{"limit", "-1"}},
                                               {{"from", "yesterday-ish"}},
                                               {{"format", "xml"}},
                                               {{"timeout_ms", "99999999"}},
                                               {{"limits", "5"}}}) {
    const Answered answered = get("/api/v1/events/search", query);
    EXPECT_EQ(answered.status, 400) << query[0].name << "=" << query[0].value << answered.body;
  }
  const Answered meant = get("/api/v1/events/search", {{"limits", "5"}});
  EXPECT_NE(member(meant.body, "/detail").find("did you mean limit"), std::string::npos);
  for (const std::string body :
       {"", "[]", "{", "{\"q\":5}", "{\"limit\":\"5\"}", "{\"limit\":-5}", "{\"q\":{}}",
        "{\"x\":1}", "{\"q\":\"a\",\"q\":\"b\"}", "null", "{\"limit\":1.5}"}) {
    EXPECT_EQ(ask(request("POST", "/api/v1/events/search", reader_, body)).status, 400) << body;
  }
  EXPECT_EQ(
      ask(request("POST", "/api/v1/events/search", reader_, std::string(2U << 20U, ' '))).status,
      413);
}

TEST_F(ApiTest, ATailWantsAQueryThatGivesEvents) {
  EXPECT_EQ(get("/api/v1/events/tail", {{"q", "* | stats count"}}).status, 400);
  EXPECT_EQ(get("/api/v1/events/tail", {{"q", "(("}}).status, 400);
  ApiSettings settings;
  settings.tails_max = 1;
  start(settings);
  Asked first(*api_, request("GET", "/api/v1/events/tail", reader_));
  const Answered open = first.wait();
  ASSERT_NE(open.stream, nullptr);
  EXPECT_EQ(open.header("Content-Type"), "text/event-stream");
  EXPECT_EQ(get("/api/v1/events/tail").status, 429);
  api_->stop();
  EXPECT_TRUE(open.stream->take().finished);
}

TEST_F(ApiTest, ShowsARecordAsItWasReceived) {
  const Answered text = get("/api/v1/events/1");
  EXPECT_EQ(text.status, 200) << text.body;
  EXPECT_EQ(member(text.body, "/record/text"), "first line");
  EXPECT_EQ(member(text.body, "/record/source"), "http:shop");
  EXPECT_EQ(member(text.body, "/event"), "null");
  EXPECT_EQ(member(text.body, "/proof/seq"), "1");
  const Answered binary = get("/api/v1/events/2", {{"proof", "false"}});
  EXPECT_EQ(member(binary.body, "/record/base64"), "//4=");
  EXPECT_EQ(member(binary.body, "/proof"), "null");
  EXPECT_EQ(get("/api/v1/events/3").status, 404);
  EXPECT_EQ(get("/api/v1/events/0").status, 400);
  EXPECT_EQ(get("/api/v1/events/one").status, 400);
}

TEST_F(ApiTest, PagesAreOpenAndTheApiStaysItsOwn) {
  for (const std::string path : {"/", "/alerts", "/setup"}) {
    const Answered page = ask(request("GET", path, ""));
    EXPECT_EQ(page.status, 200) << path;
    EXPECT_EQ(page.body, "<p>console</p>");
    EXPECT_NE(page.header("Content-Security-Policy"), "");
  }
  EXPECT_EQ(ask(request("GET", "/api/v1/nothing", "")).status, 404);
  EXPECT_EQ(ask(request("GET", "/assets/nothing.js", "")).status, 404);
  EXPECT_EQ(ask(request("POST", "/alerts", "")).status, 404);
  EXPECT_EQ(ask(request("GET", "/api/v1/alerts", "")).status, 401);
  EXPECT_EQ(ask(request("GET", "/health", "")).body.find("console"), std::string::npos);
}

TEST_F(ApiTest, TriagesAlerts) {
  open_alert("192.0.2.1", 1);
  open_alert("192.0.2.2", 2);
  const Answered list = get("/api/v1/alerts", {{"key", "192.0.2.1"}, {"state", "new"}});
  ASSERT_EQ(list.status, 200) << list.body;
  const std::string id = member(list.body, "/alerts/0/id");
  EXPECT_EQ(member(list.body, "/alerts/1"), "");
  EXPECT_EQ(member(list.body, "/alerts/0/key/0/value"), "192.0.2.1");
  EXPECT_EQ(member(list.body, "/next"), "null");

  const std::string path = "/api/v1/alerts/" + id;
  EXPECT_EQ(ask(request("PATCH", path, reader_, "{}")).status, 403);
  const Answered taken = send("PATCH", path, R"({"state":"acknowledged","assignee":"ann"})");
  EXPECT_EQ(taken.status, 200) << taken.body;
  EXPECT_EQ(member(taken.body, "/assignee"), "ann");
  EXPECT_EQ(send("PATCH", path, R"({"state":"closed"})").status, 400);
  EXPECT_EQ(send("PATCH", path, R"({"state":"gone"})").status, 400);
  EXPECT_EQ(send("PATCH", path, R"({"verdict":"maybe"})").status, 400);
  EXPECT_EQ(send("PATCH", path, R"({"stat":"closed"})").status, 400);
  EXPECT_EQ(send("PATCH", path, R"([])").status, 400);
  EXPECT_EQ(send("PATCH", "/api/v1/alerts/ffffffffffff", R"({"note":"x"})").status, 404);
  EXPECT_EQ(
      send("PATCH", path, R"({"state":"closed","verdict":"benign","note":"the scanner"})").status,
      200);

  const Answered one = get("/api/v1/alerts/" + id.substr(0, 8));
  EXPECT_EQ(member(one.body, "/verdict"), "benign");
  EXPECT_EQ(member(one.body, "/history/0/what"), "opened");
  EXPECT_EQ(member(one.body, "/history/1/who"), admin_.substr(0, kKeyIdBytes));
  EXPECT_EQ(member(get("/api/v1/alerts/counts").body, "/counts/0/alerts"), "1");
}

TEST_F(ApiTest, PagesAlertsAndRefusesBadFilters) {
  for (std::uint64_t i = 1; i <= 5; ++i) {
    open_alert("192.0.2." + std::to_string(i), i);
  }
  const Answered first = get("/api/v1/alerts", {{"limit", "3"}});
  const std::string cursor = member(first.body, "/next");
  const Answered second = get("/api/v1/alerts", {{"limit", "3"}, {"cursor", cursor}});
  EXPECT_EQ(second.status, 200);
  EXPECT_NE(member(second.body, "/alerts/1/id"), "");
  EXPECT_EQ(member(second.body, "/alerts/2/id"), "");
  using Query = std::vector<QueryParameter>;
  for (const Query& query : std::vector<Query>{{{"state", "old"}},
                                               {{"level", "huge"}},
                                               {{"limit", "1001"}},
                                               {{"cursor", "zzz"}},
                                               {{"from", "x"}},
                                               {{"stat", "new"}}}) {
    EXPECT_EQ(get("/api/v1/alerts", query).status, 400) << query[0].name;
  }
}

TEST_F(ApiTest, ChangesManyAlertsOrNone) {
  open_alert("192.0.2.1", 1);
  open_alert("192.0.2.2", 2);
  const std::string all = get("/api/v1/alerts").body;
  const std::string ids =
      "\"" + member(all, "/alerts/0/id") + "\",\"" + member(all, "/alerts/1/id") + "\"";
  const std::string close = R"("change":{"state":"closed","verdict":"false_positive"})";
  EXPECT_EQ(send("POST", "/api/v1/alerts/bulk", "{\"ids\":[" + ids + ",\"nothere\"]," + close + "}")
                .status,
            404);
  EXPECT_EQ(member(get("/api/v1/alerts").body, "/alerts/0/state"), "new");
  EXPECT_EQ(send("POST", "/api/v1/alerts/bulk", "{\"ids\":[" + ids + "]," + close + "}").status,
            200);
  EXPECT_EQ(member(get("/api/v1/alerts").body, "/alerts/1/state"), "closed");
  EXPECT_EQ(send("POST", "/api/v1/alerts/bulk", "{\"ids\":[]," + close + "}").status, 400);
  EXPECT_EQ(send("POST", "/api/v1/alerts/bulk", "{\"ids\":[1]," + close + "}").status, 400);
  EXPECT_EQ(send("POST", "/api/v1/alerts/bulk", "{\"ids\":[" + ids + "]}").status, 400);
}

TEST_F(ApiTest, TellsAndReloadsTheRules) {
  const Answered rules = get("/api/v1/rules");
  EXPECT_EQ(member(rules.body, "/refused"), "1");
  EXPECT_EQ(member(rules.body, "/issues/0/reason"), "unknown modifier");
  EXPECT_EQ(send("POST", "/api/v1/rules/reload", "").status, 200);
  desk_.fault = Error(ErrorCode::kNotFound, "no such folder: /rules");
  EXPECT_EQ(send("POST", "/api/v1/rules/reload", "").status, 404);
  EXPECT_EQ(desk_.reloads, 2);
  EXPECT_EQ(ask(request("POST", "/api/v1/rules/reload", reader_)).status, 403);
}

TEST_F(ApiTest, TellsWhatEachVersionOfARuleHasSeen) {
  const Answered seen = get("/api/v1/rules/known/coverage");
  EXPECT_EQ(seen.status, 200);
  EXPECT_EQ(member(seen.body, "/versions/0/version"), "aa");
  EXPECT_EQ(member(seen.body, "/versions/0/records"), "20");
  EXPECT_EQ(member(seen.body, "/versions/0/ranges/0/first"), "1");
  EXPECT_EQ(member(seen.body, "/versions/0/ranges/0/last"), "10");
  EXPECT_EQ(member(seen.body, "/versions/1/ranges/0/first"), "31");
  EXPECT_EQ(get("/api/v1/rules/never-was/coverage").status, 404);
}

TEST_F(ApiTest, TriesRulesOutOnWhatIsStored) {
  const auto backtest = [&](const std::string& body) {
    return send("POST", "/api/v1/rules/backtest", body);
  };
  const std::string rule =
      "title: t\\nlogsource: {category: web}\\ndetection: {a: {x: y}, condition: a}";
  const Answered report = backtest(R"({"text":")" + rule + R"(","from":"7d"})");
  ASSERT_EQ(report.status, 200) << report.body;
  EXPECT_EQ(member(report.body, "/rules/0"), "t");
  EXPECT_EQ(member(report.body, "/findings"), "0");
  const Answered wrong = backtest(R"({"text":"title: t\nlogsource: {category: web}\n"})");
  EXPECT_EQ(wrong.status, 400);
  EXPECT_NE(member(wrong.body, "/detail").find("detection"), std::string::npos) << wrong.body;
  EXPECT_EQ(backtest(R"({"rule":"no such rule"})").status, 404);
  EXPECT_EQ(backtest("{}").status, 400);
  EXPECT_EQ(backtest(R"({"rule":"a","text":"b"})").status, 400);
  EXPECT_EQ(backtest(R"({"text":")" + rule + R"(","from":"2026-01-02","to":"2026-01-01"})").status,
            400);
  const Answered lines = backtest(R"({"text":")" + rule + R"(","format":"ndjson"})");
  EXPECT_EQ(lines.status, 200);
}

TEST_F(ApiTest, PublishesCheckpointAndProofs) {
  const Answered note = get("/api/v1/journal/checkpoint");
  EXPECT_EQ(note.header("Content-Type"), "text/plain; charset=utf-8");
  EXPECT_TRUE(note.body.starts_with("test.local/journal\n1\n"));
  EXPECT_TRUE(get("/api/v1/journal/key").body.starts_with("test.local/journal+"));
  const Answered proof = get("/api/v1/journal/proof/2");
  EXPECT_EQ(member(proof.body, "/record_path/1"), std::string(64, '0'));
  EXPECT_EQ(get("/api/v1/journal/proof/9").status, 404);
  EXPECT_EQ(get("/api/v1/journal/consistency", {{"from", "1"}, {"to", "2"}}).status, 200);
  EXPECT_EQ(get("/api/v1/journal/consistency", {{"from", "2"}, {"to", "1"}}).status, 400);
  EXPECT_EQ(get("/api/v1/journal/consistency").status, 400);
}

TEST_F(ApiTest, StreamsEvidenceOrSaysWhyNot) {
  const auto evidence = [&](const std::string& body) {
    return ask(request("POST", "/api/v1/evidence", reader_, body));
  };
  const Answered bundle = evidence(R"({"seq_from":1,"seq_to":1})");
  EXPECT_EQ(bundle.status, 200);
  ASSERT_NE(bundle.stream, nullptr);
  std::string text;
  while (true) {
    const QueuedStream::Taken taken = bundle.stream->take();
    text += taken.bytes;
    if (taken.finished) {
      break;
    }
    std::this_thread::yield();
  }
  EXPECT_NE(text.find("first line"), std::string::npos);
  for (const std::string body :
       {"{}", R"({"seq_from":1})", R"({"seq_from":2,"seq_to":1})",
        R"({"seq_from":1,"seq_to":2,"query":"x"})", R"({"seq_from":1,"seq_to":9999999})",
        R"({"query":"(("})", R"({"query":"* | stats count"})"}) {
    EXPECT_EQ(evidence(body).status, 400) << body;
  }
  EXPECT_EQ(evidence(R"({"query":"user.name:nobody"})").status, 404);
}

TEST_F(ApiTest, TellsRatesOfSources) {
  SourceCounters& counters = sources_.source("http:web", "http");
  counters.received(100, 1'000, clock_.now());
  api_->sample_rates();
  clock_.advance(span_s(10));
  counters.received(50, 500, clock_.now());
  counters.lost(IntakeLoss::kBadJson, 3);
  const Answered answered = get("/api/v1/sources");
  EXPECT_EQ(member(answered.body, "/sources/0/records"), "150");
  EXPECT_EQ(std::stod(member(answered.body, "/sources/0/records_per_second")), 5.0);
  EXPECT_EQ(std::stod(member(answered.body, "/sources/0/silent_seconds")), 0.0);
  EXPECT_EQ(member(answered.body, "/sources/0/undecoded"), "8");
  EXPECT_EQ(member(answered.body, "/sources/0/losses/bad_json"), "3");
}

TEST_F(ApiTest, MakesListsAndRevokesKeys) {
  const Answered made =
      send("POST", "/api/v1/keys", R"({"name":"ci","scopes":["ingest"],"expires":"30d"})");
  ASSERT_EQ(made.status, 201) << made.body;
  const std::string key = member(made.body, "/key");
  EXPECT_EQ(member(made.body, "/created_by"), admin_.substr(0, kKeyIdBytes));
  EXPECT_EQ(ask(request("POST", "/api/v1/events", key, "x")).status, 200);
  const Answered list = send("GET", "/api/v1/keys", "");
  EXPECT_EQ(list.body.find(key), std::string::npos);
  EXPECT_NE(list.body.find(key.substr(0, kKeyIdBytes)), std::string::npos);
  EXPECT_EQ(send("DELETE", "/api/v1/keys/" + key.substr(0, kKeyIdBytes), "").status, 204);
  EXPECT_EQ(ask(request("POST", "/api/v1/events", key, "x")).status, 401);
  EXPECT_EQ(send("DELETE", "/api/v1/keys/tok_nothere1", "").status, 404);
  for (const std::string body :
       {R"({"name":"x"})", R"({"scopes":["read"]})", R"({"name":"x","scopes":["root"]})",
        R"({"name":"x","scopes":["read"],"expires":"soon"})",
        R"({"name":"x","scopes":["read"],"expires":"2001-01-01"})"}) {
    EXPECT_EQ(send("POST", "/api/v1/keys", body).status, 400) << body;
  }
}

TEST_F(ApiTest, SaysHowItIs) {
  EXPECT_EQ(member(ask(request("GET", "/health", "")).body, "/status"), "ok");
  vitals_.now.problems = {"the disk is nearly full"};
  vitals_.now.decoded_end = Seq(2);
  const Answered health = get("/api/v1/health");
  EXPECT_EQ(member(health.body, "/status"), "degraded");
  EXPECT_EQ(member(health.body, "/problems/0"), "the disk is nearly full");
  EXPECT_EQ(member(health.body, "/lag_records/matched"), "1");
  EXPECT_EQ(member(health.body, "/version"), "1.2.3");
  EXPECT_EQ(ask(request("GET", "/health", "")).status, 200) << "degraded is alive";
  vitals_.now.accepting = false;
  EXPECT_EQ(ask(request("GET", "/health", "")).status, 503);
}

TEST_F(ApiTest, MetricsWantAKeyUnlessTheyArePublic) {
  EXPECT_EQ(ask(request("GET", "/metrics", "")).status, 401);
  const Answered metrics = get("/metrics");
  EXPECT_NE(metrics.body.find("tocsin_api_requests_total"), std::string::npos);
  ApiSettings settings;
  settings.metrics_public = true;
  start(settings);
  EXPECT_EQ(ask(request("GET", "/metrics", "")).status, 200);
}

}  // namespace
}  // namespace tocsin
