#include "query/query.h"

#include "query/query_fixture.h"

namespace tocsin {
namespace {

using Texts = std::vector<std::string>;
using Seqs = std::vector<std::int64_t>;

// Seqs 1–3 web (sealed), 4–5 login (sealed), 6–8 web (unsealed), 9 odd values (unsealed).
class QueryLanguageTest : public QueryTest {
 protected:
  void SetUp() override {
    const auto web = [this](std::int64_t second, const char* ip, const char* path, int status,
                            std::int64_t bytes, const char* user) {
      TestEvent event{"nginx.access",
                      at(second),
                      {{"source.ip", Value::text(ip)},
                       {"url.path", Value::text(path)},
                       {"http.response.status_code", Value::integer(status)},
                       {"http.response.body.bytes", Value::integer(bytes)},
                       {"event.category", Value::text("web")}}};
      if (*user != '\0') {
        event.fields.emplace_back("user.name", Value::text(user));
      }
      return event;
    };
    add({web(10, "10.0.0.1", "/index.html", 200, 100, "alice"),
         web(20, "10.0.0.2", "/login", 401, 50, ""),
         web(30, "192.0.2.7", "/login", 401, 50, "bob")},
        Where::kSealed);
    add({{"app.auth",
          at(40),
          {{"event.category", Value::text("authentication")},
           {"event.category", Value::text("session")},
           {"message", Value::text("Failed password for Bob from 192.0.2.7 port 22")},
           {"user.name", Value::text("Bob")},
           {"source.ip", Value::text("192.0.2.7")},
           {"app.score", Value::text("9.5")}}},
         {"app.auth",
          at(50),
          {{"event.category", Value::text("authentication")},
           {"message", Value::text("Accepted publickey for alice")},
           {"user.name", Value::text("alice")},
           {"app.score", Value::text("10")}}}},
        Where::kSealed);
    add({web(60, "2001:db8::1", "/api/v1/users", 200, 1'000, "alice"),
         web(70, "10.1.0.1", "/api/v1/users/7", 500, 30, "carol"),
         web(80, "192.0.2.7", "/a_b%c*d", 404, 20, "")},
        Where::kHot);
    add({{"odd.log",
          at(90),
          {{"source.port", Value::text("not a number")},
           {"http.response.status_code", Value::integer(200)},
           {"http.response.status_code", Value::integer(418)},
           {"app.when", Value::text("2026-01-01")},
           {"quote\"d", Value::text("x|y\"z")}}}},
        Where::kHot);
  }
};

struct FilterCase {
  std::string_view query;
  Seqs seqs;
};

TEST_F(QueryLanguageTest, FiltersFindWhatTheySay) {
  const FilterCase cases[] = {
      {"", {9, 8, 7, 6, 5, 4, 3, 2, 1}},
      {"*", {9, 8, 7, 6, 5, 4, 3, 2, 1}},
      {"user.name:alice", {6, 5, 1}},
      {"user.name:bob", {3}},    // keywords: the exact value
      {"user.name:b*", {4, 3}},  // patterns: any case
      {"user.name:*o*", {7, 4, 3}},
      {"user.name=alice", {6, 5, 1}},
      {"user.name == \"alice\"", {6, 5, 1}},
      {"user.name : alice", {6, 5, 1}},
      {"user.name != alice", {9, 8, 7, 4, 3, 2}},
      {"not user.name:alice", {9, 8, 7, 4, 3, 2}},
      {"NOT user.name:* and url.path:*", {8, 2}},
      {"user.name:*", {7, 6, 5, 4, 3, 1}},
      {"user.name:(alice or bob)", {6, 5, 3, 1}},
      {"user.name:(not alice)", {9, 8, 7, 4, 3, 2}},
      {"user.name:alice or user.name:bob and url.path:\"/login\"", {6, 5, 3, 1}},
      {"(user.name:alice or user.name:bob) and url.path:\"/login\"", {3}},
      {"url.path:/login user.name:bob", {3}},  // side by side: both
      {"http.response.status_code:401", {3, 2}},
      {"http.response.status_code >= 400", {9, 8, 7, 3, 2}},
      {"http.response.status_code:>=500", {7}},
      {"http.response.status_code:4*", {9, 8, 3, 2}},
      {"http.response.status_code:418", {9}},  // the second of two numbers
      {"http.response.status_code < 401 and not http.response.status_code:200", {}},
      {"http.response.status_code:abc", {}},
      {"source.ip:10.0.0.0/8", {7, 2, 1}},
      {"source.ip:10.0.0.0/31", {1}},
      {"source.ip:10.0.0.1", {1}},
      {"source.ip:\"2001:db8::/32\"", {6}},
      {"source.ip:2001:db8:0::1", {6}},
      {"source.ip:0.0.0.0/0", {8, 7, 4, 3, 2, 1}},
      {"event.category:session", {4}},  // one of several
      {"event.category:authentication", {5, 4}},
      {"event.category:sess*", {4}},
      {"message:failed", {4}},
      {"message:\"failed password\"", {4}},
      {"message:\"password failed\"", {}},
      {"message:fail", {}},
      {"message:fail*", {4}},
      {"message:*fail*", {4}},
      {"message:*word*port*", {4}},
      {"Failed", {4}},
      {"\"publickey for\"", {5}},
      {"192.0.2.7", {8, 4, 3}},
      {"92.0.2.7", {}},
      {"users", {7, 6}},
      {"user*", {7, 6}},
      {"app.score > 9.7", {5}},  // text that is a number, compared as one
      {"app.score:10", {5}},
      {"app.when >= \"2026\"", {9}},
      {"source.port:\"not a number\"", {9}},
      {"source.port:*", {9}},
      {"source.port > 1", {}},
      {"url.path:\"/a_b%c*d\"", {8}},
      {"url.path:/a_b%c\\*d", {8}},
      {"url.path:/a?b*", {}},
      {"url.path:/a_b%*", {8}},
      {"url.*:/login", {3, 2}},
      {"event.dataset:nginx.access", {8, 7, 6, 3, 2, 1}},
      {"event.dataset:app.*", {5, 4}},
      {"not event.dataset:nginx.access", {9, 5, 4}},
      {"@timestamp >= \"2026-09-21T14:14:40Z\"", {9, 8}},
      {"@timestamp > \"2026-09-21T14:14:40Z\"", {9}},
      {"@timestamp:\"2026-09-21\"", {9, 8, 7, 6, 5, 4, 3, 2, 1}},
      {"@timestamp < \"2026-09-21\"", {}},
      {"@timestamp > now-920s", {9}},
      {"_seq:5", {5}},
      {"_seq >= 3 and _seq < 5", {4, 3}},
      {"quote\\\"d:*", {9}},
      {"no.such.field:x", {}},
      {"not no.such.field:x and _seq:1", {1}},
  };
  for (const FilterCase& one : cases) {
    EXPECT_EQ(seqs(one.query), one.seqs) << one.query;
  }
}

struct PipeCase {
  std::string_view query;
  Texts rows;
};

TEST_F(QueryLanguageTest, CommandsComputeWhatTheySay) {
  const PipeCase cases[] = {
      {"| stats count", {"9"}},
      {"nothing_like_this | stats count", {"0"}},
      {"| stats count() as n, dc(source.ip)", {"9|5"}},
      {"| stats count by user.name", {"\"Bob\"|1", "\"alice\"|3", "\"bob\"|1", "\"carol\"|1"}},
      {"| stats count by event.category | sort -count, event.category",
       {"\"web\"|6", "\"authentication\"|2", "\"session\"|1"}},
      {"event.dataset:nginx.access | stats sum(http.response.body.bytes), "
       "avg(http.response.body.bytes), min(http.response.body.bytes), "
       "max(http.response.body.bytes) by http.response.status_code",
       {"200|1100|550|100|1000", "401|100|50|50|50", "404|20|20|20|20", "500|30|30|30|30"}},
      {"url.path:* | stats median(http.response.body.bytes) as m, p95(http.response.status_code)",
       {"50|476"}},
      {"| stats values(user.name) by http.response.status_code | head 1", {"200|[\"alice\"]"}},
      {"| stats max(app.score), min(app.score)", {"\"10.0\"|\"9.5\""}},
      {"| stats dc(event.category)", {"3"}},
      {"| stats values(event.category)", {R"(["authentication","session","web"])"}},
      {"| stats first(user.name), last(user.name)", {"\"alice\"|\"carol\""}},
      {"| stats count by nothing", {}},
      {"| stats count by source.ip | where count > 1", {"\"192.0.2.7\"|3"}},
      {"| top 2 source.ip",
       {"\"192.0.2.7\"|3|42.857142857142854", "\"10.0.0.1\"|1|14.285714285714286"}},
      {"| top 1 url.path by http.response.status_code",
       {"200|\"/api/v1/users\"|1|50", "401|\"/login\"|2|100", "404|\"/a_b%c*d\"|1|100",
        "500|\"/api/v1/users/7\"|1|100"}},
      {"| rare 1 source.ip", {"\"10.0.0.1\"|1|14.285714285714286"}},
      {"| timechart span=30s count",
       {"\"2026-09-21T14:13:30.000000Z\"|3", "\"2026-09-21T14:14:00.000000Z\"|3",
        "\"2026-09-21T14:14:30.000000Z\"|3"}},
      {"| timechart span=1h count by event.dataset limit=1",
       {"\"2026-09-21T14:00:00.000000Z\"|\"nginx.access\"|6",
        "\"2026-09-21T14:00:00.000000Z\"|\"other\"|3"}},
      {"| timechart span=1h dc(source.ip) as ips by event.dataset limit=1",
       {"\"2026-09-21T14:00:00.000000Z\"|\"nginx.access\"|5"}},
      {"user.name:alice | eval x = http.response.body.bytes * 2 + 1 | fields _seq, x",
       {"6|2001", "5|null", "1|201"}},
      {"_seq:1 | eval a = if(http.response.status_code < 300, \"ok\", \"bad\"), "
       "b = coalesce(nothing, user.name, \"-\"), c = len(url.path), d = lower(\"ABC\"), "
       "e = round(10 / 3, 2), f = 5 % 3, g = concat(user.name, \"@\", 7), h = 1 / 0, "
       "i = substr(url.path, 2, 5), j = cidrmatch(\"10.0.0.0/8\", source.ip) "
       "| fields a, b, c, d, e, f, g, h, i, j",
       {"\"ok\"|\"alice\"|11|\"abc\"|3.33|2|\"alice@7\"|null|\"index\"|true"}},
      {"| eval ok = http.response.status_code:2* | stats count by ok", {"false|6", "true|3"}},
      {"| where http.response.body.bytes > 40 and not user.name = bob | fields _seq",
       {"6", "2", "1"}},
      {"| where http.response.body.bytes / 10 >= 10 | fields _seq", {"6", "1"}},
      {"| where contains(url.path, \"users\") or event.category:session | fields _seq",
       {"7", "6", "4"}},
      {"| where source.ip = source.ip and user.name:b* | fields _seq", {"4", "3"}},
      {"url.path:* | sort http.response.body.bytes, -_seq | fields _seq",
       {"8", "7", "3", "2", "1", "6"}},
      {"url.path:* | sort 2 -http.response.body.bytes | fields _seq", {"6", "1"}},
      {"| head 2 | fields _seq", {"9", "8"}},
      {"| tail 2 | fields _seq", {"2", "1"}},
      {"| sort _seq | tail 2 | fields _seq", {"8", "9"}},
      {"| sort user.name | head 3 | fields user.name", {"\"Bob\"", "\"alice\"", "\"alice\""}},
      {"| dedup user.name | fields _seq, user.name",
       {"7|\"carol\"", "6|\"alice\"", "4|\"Bob\"", "3|\"bob\""}},
      {"| dedup 2 http.response.status_code | fields _seq", {"9", "8", "7", "6", "3", "2"}},
      {"_seq:4 | fields event.category, nothing", {R"(["authentication","session"])"}},
      {"_seq:9 | fields - @timestamp, event.*, _seq",
       {R"("2026-01-01"|["200","418"]|"x|y\"z"|"not a number")"}},
      {"_seq:2 | fields http.*", {"50|401"}},
      {"| stats count by user.name, http.response.status_code | sort -user.name | head 1",
       {"\"carol\"|500|1"}},
      {"| head 3 | stats count", {"3"}},
      {"| stats count as n by user.name | stats sum(n)", {"6"}},
      {"_seq:1 | eval user.name = upper(user.name) | fields user.name", {"\"ALICE\""}},
  };
  for (const PipeCase& one : cases) {
    EXPECT_EQ(rows(one.query), one.rows) << one.query;
  }
}

TEST_F(QueryLanguageTest, EventsComeWholeNewestFirstAndSayWhenThereAreMore) {
  QueryRequest request;
  request.rows_max = 2;
  const auto answer = ask("url.path:/login", request);
  ASSERT_TRUE(answer.has_value());
  EXPECT_FALSE(answer->outcome.more);
  EXPECT_TRUE(answer->outcome.events);
  Texts names;
  for (const ResultColumn& column : answer->columns) {
    names.push_back(column.name);
  }
  EXPECT_EQ(names, (Texts{"_seq", "@timestamp", "event.dataset", "event.category", "event.ingested",
                          "http.response.body.bytes", "http.response.status_code", "source.ip",
                          "url.path", "user.name"}));
  EXPECT_EQ(answer->rows[0][9], Cell(std::string("bob")));
  EXPECT_EQ(answer->rows[1][9], Cell());
  request.rows_max = 1;
  const auto cut = ask("url.path:/login", request);
  ASSERT_TRUE(cut.has_value());
  EXPECT_TRUE(cut->outcome.more);
  EXPECT_EQ(cut->rows.size(), 1U);
}

TEST_F(QueryLanguageTest, ATimeRangeIsHalfOpenAndSkipsParts) {
  QueryRequest request;
  request.from = at(20);
  request.until = at(50);
  EXPECT_EQ(seqs("*", request), (Seqs{4, 3, 2}));
  const auto answer = ask("*", request);
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(answer->outcome.parts_skipped, 2U);
}

TEST_F(QueryLanguageTest, ANeedleOpensOnlyWhatCanHoldIt) {
  const auto answer = ask("message:\"accepted publickey\"");
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(answer->rows.size(), 1U);
  EXPECT_EQ(answer->outcome.parts_read, 1U);
  const auto absent = ask("user.name:mallory and event.dataset:app.auth");
  ASSERT_TRUE(absent.has_value());
  EXPECT_EQ(absent->outcome.parts_read, 0U);
}

TEST_F(QueryLanguageTest, UnknownFieldsMatchNothingAndAreNamed) {
  const auto answer = ask("usr.name:alice | stats count by sourc.ip");
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(answer->outcome.warnings,
            (Texts{"no event here has the field sourc.ip; did you mean source.ip?",
                   "no event here has the field usr.name; did you mean user.name?"}));
}

TEST_F(QueryLanguageTest, ErrorsPointAtTheCharacter) {
  struct Case {
    std::string_view query;
    std::string_view text;
  };
  const Case cases[] = {
      {"(user.name:a", "this parenthesis is not closed (character 1)\n  (user.name:a\n  ^"},
      {"a:\"b", "this quotation has no end (character 3)\n  a:\"b\n    ^"},
      {"a | sats count",
       "there is no command sats; did you mean stats? (character 5)\n"
       "  a | sats count\n      ^"},
      {"é | head x", "the number of rows is expected here: a whole number (character 10)"},
      {"a | stats cont by b", "there is no aggregate cont(); did you mean count()?"},
      {"a | stats sum by b", "sum needs a field: sum(field) (character 11)"},
      {"a | eval x = lenn(b)", "there is no function lenn(); did you mean len()?"},
      {"a | eval x = len(b, c)", "len() takes 1 arguments"},
      {"a | where 5", "a condition is expected here, this is a value (character 11)"},
      {"a and", "a word or a value is expected here (character 6)"},
      {"a | head 5 6", "head does not take this (character 12)"},
      {"a |", "a command is expected here (character 4)"},
      {"a )", "this does not belong here (character 3)"},
      {"a | timechart span=x count", "this is not a span"},
      {"a | sort", "a field to sort by is expected here"},
  };
  for (const Case& one : cases) {
    const Texts got = rows(one.query);
    ASSERT_EQ(got.size(), 1U) << one.query;
    EXPECT_NE(got[0].find(one.text), std::string::npos) << one.query << "\n" << got[0];
  }
}

TEST_F(QueryLanguageTest, ValuesNeverBecomeSql) {
  for (const std::string_view query : {
           "user.name:\"x' OR 1=1 --\"",
           "user.name:x'",
           "\"'; DROP TABLE x; --\"",
           "`a\"b`:x",
           "\"a\\\" OR 1=1\":x",
           "| eval \"a\\\"b\" = 1",
           "| eval x = \"'); SELECT 1; --\"",
           "| stats count as \"x' y\" by `u'n`",
           "| fields `a\"; b`",
       }) {
    const Texts got = rows(query);
    EXPECT_TRUE(got.empty() || got[0].find("Parser Error") == std::string::npos) << query << "\n"
                                                                                 << got[0];
    EXPECT_TRUE(got.empty() || got[0].find("Binder Error") == std::string::npos) << query << "\n"
                                                                                 << got[0];
  }
}

TEST_F(QueryLanguageTest, DeepAndLongQueriesAreRefused) {
  EXPECT_FALSE(parse_query(std::string(5'000, '(')).has_value());
  EXPECT_FALSE(parse_query("| eval x = " + std::string(5'000, '(')).has_value());
  EXPECT_FALSE(parse_query("| eval x = " + std::string(5'000, '-') + "1").has_value());
  EXPECT_FALSE(parse_query(std::string(20'000, 'a')).has_value());
  EXPECT_FALSE(parse_query("a\xFF").has_value());
  std::string pipes = "a";
  for (int i = 0; i < 40; ++i) {
    pipes += "|head";
  }
  EXPECT_FALSE(parse_query(pipes).has_value());
  std::string words;
  for (int i = 0; i < 3'000; ++i) {
    words += "a ";
  }
  EXPECT_FALSE(parse_query(words).has_value());
}

TEST_F(QueryLanguageTest, TheSameAnswersAfterEverythingIsSealed) {
  const Texts before = rows("| stats count, dc(source.ip) by event.dataset");
  ASSERT_TRUE(store_->seal().has_value());
  EXPECT_EQ(rows("| stats count, dc(source.ip) by event.dataset"), before);
  EXPECT_EQ(seqs("http.response.status_code:418"), (Seqs{9}));
  EXPECT_EQ(seqs("source.port:\"not a number\""), (Seqs{9}));
  EXPECT_EQ(seqs("event.category:web"), (Seqs{8, 7, 6, 3, 2, 1}));
}

TEST(GivesEvents, OnlyWithoutCommandsThatCompute) {
  EXPECT_TRUE(gives_events(*parse_query("a | where b:c | head 5")));
  EXPECT_FALSE(gives_events(*parse_query("a | stats count")));
  EXPECT_FALSE(gives_events(*parse_query("a | top b")));
}

}  // namespace
}  // namespace tocsin
