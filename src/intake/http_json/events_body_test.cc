#include "intake/http_json/events_body.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "intake/http_json/json_check.h"

namespace tocsin {
namespace {

struct Read {
  EventsBodyResult result;
  std::vector<std::string> records;
};

Read read(std::string_view body, std::string_view content_type = "",
          const EventsBodyLimits& limits = {}) {
  RecordBatch batch;
  const std::uint32_t origin = batch.add_origin({"http:test", "", ""});
  Read out;
  out.result = read_events_body(body, content_type, limits, Micros(5), origin, batch);
  for (std::size_t i = 0; i < batch.size(); ++i) {
    out.records.emplace_back(batch[i].bytes);
  }
  return out;
}

using Records = std::vector<std::string>;

struct BodyCase {
  const char* name;
  std::string body;
  std::string content_type;
  Records records;
};

TEST(EventsBody, KeepsEachRecordsExactBytes) {
  const std::string with_nul("a\0b", 3);
  const std::vector<BodyCase> cases = {
      {"lines of text", "one\r\ntwo\n\nthree", "text/plain", {"one", "two", "three"}},
      {"NUL and binary", with_nul + "\n\xff\xfe\n", "text/plain", {with_nul, "\xff\xfe"}},
      {"json lines",
       "{\"a\":1}\n\n {\"b\": [2]} \r\n",
       "application/x-ndjson",
       {"{\"a\":1}", " {\"b\": [2]} "}},
      {"json lines as json",
       "{\"a\":1}\n{\"b\":2}\n",
       "application/json",
       {"{\"a\":1}", "{\"b\":2}"}},
      {"array",
       " [ {\"a\": 1} ,\n\"x,y\", 3 ,[null]]\n",
       "application/json",
       {"{\"a\": 1}", "\"x,y\"", "3", "[null]"}},
      {"empty array", "[ ]", "application/json", {}},
      {"one object over lines",
       "{\n  \"a\": {\"b\": \"}\"}\n}\n",
       "application/json",
       {"{\n  \"a\": {\"b\": \"}\"}\n}"}},
      {"objects without ends",
       "{\"a\":1}{\"b\":2}",
       "application/json",
       {"{\"a\":1}", "{\"b\":2}"}},
      {"sniffed object", "{\"a\":1}\n{\"b\":2}", "", {"{\"a\":1}", "{\"b\":2}"}},
      {"sniffed array", "[{\"a\":1}]", "application/x-www-form-urlencoded", {"{\"a\":1}"}},
      {"sniffed text", "[2026-11-23] x\n{main} y\n", "", {"[2026-11-23] x", "{main} y"}},
      {"BOM", "\xEF\xBB\xBFone", "", {"one"}},
      {"not UTF-8 in JSON", "{\"a\":\"\xe9\"}", "application/json", {"{\"a\":\"\xe9\"}"}},
      {"a number of any size",
       "{\"a\":1" + std::string(400, '0') + "}",
       "application/json",
       {"{\"a\":1" + std::string(400, '0') + "}"}},
      {"duplicate keys", "{\"a\":1,\"a\":2}", "application/json", {"{\"a\":1,\"a\":2}"}},
      {"nothing", "", "application/json", {}},
      {"only space", " \n \r\n", "application/json", {}},
  };
  for (const BodyCase& test : cases) {
    const Read out = read(test.body, test.content_type);
    EXPECT_EQ(out.records, test.records) << test.name;
    EXPECT_EQ(out.result.accepted, test.records.size()) << test.name;
    EXPECT_EQ(out.result.rejected, 0U) << test.name;
  }
}

struct RejectionCase {
  const char* name;
  std::string body;
  std::string content_type;
  Records kept;
  std::uint64_t line;
  std::uint64_t column;
  std::string reason;
};

std::vector<RejectionCase> rejection_cases() {
  return {
      {"bad line",
       "{\"a\":1}\n{\"b\" 2}\n{\"c\":3}\n",
       "application/x-ndjson",
       {"{\"a\":1}", "{\"c\":3}"},
       2,
       6,
       "expected ':' after the key"},
      {"bad first line as json",
       "{\"a\" 1}\n{\"c\":3}\n",
       "application/json",
       {"{\"c\":3}"},
       1,
       6,
       "expected ':' after the key"},
      {"unclosed string then a line",
       "{\"a\":\"x}\n{\"c\":3}\n",
       "application/json",
       {"{\"c\":3}"},
       1,
       9,
       "a control character in a string must be escaped"},
      {"bad element",
       "[{\"a\":1},\n {\"b\":tru},\n {\"c\":3}]",
       "application/json",
       {"{\"a\":1}", "{\"c\":3}"},
       2,
       10,
       "expected true, false or null"},
      {"array cut off",
       "[{\"a\":1},\n{\"b\":",
       "application/json",
       {"{\"a\":1}"},
       2,
       6,
       "the value is cut off"},
      {"array not closed",
       "[{\"a\":1}",
       "application/json",
       {"{\"a\":1}"},
       1,
       9,
       "the array is cut off"},
  };
}

std::vector<RejectionCase> more_rejection_cases() {
  return {
      {"after the array",
       "[1] 2",
       "application/json",
       {"1"},
       1,
       5,
       "expected nothing after the array"},
      {"comma at the end", "[1,]", "application/json", {"1"}, 1, 4, "expected a value"},
      {"leading zero",
       "{\"a\":01}\n",
       "application/x-ndjson",
       {},
       1,
       7,
       "a number has no leading zeros"},
      {"two values on a line",
       "1 2\n",
       "application/x-ndjson",
       {},
       1,
       3,
       "expected nothing after the value"},
      {"NUL",
       std::string("{\"a\":\"\0\"}", 9),
       "application/x-ndjson",
       {},
       1,
       7,
       "a control character in a string must be escaped"},
  };
}

TEST(EventsBody, NamesTheBadLineAndColumnAndKeepsTheGood) {
  std::vector<RejectionCase> cases = rejection_cases();
  std::ranges::move(more_rejection_cases(), std::back_inserter(cases));
  for (const RejectionCase& test : cases) {
    const Read out = read(test.body, test.content_type);
    EXPECT_EQ(out.records, test.kept) << test.name;
    ASSERT_EQ(out.result.rejections.size(), 1U) << test.name;
    EXPECT_EQ(out.result.rejections[0].line, test.line) << test.name;
    EXPECT_EQ(out.result.rejections[0].column, test.column) << test.name;
    EXPECT_EQ(out.result.rejections[0].reason, test.reason) << test.name;
  }
}

TEST(EventsBody, RefusesDeepNestingByName) {
  const std::string deep = std::string(10'000, '[') + std::string(10'000, ']');
  for (const std::string& body : {"{\"a\":" + deep + "}\n{\"b\":1}", "[" + deep + ",{\"b\":1}]"}) {
    const Read out = read(body, "application/json");
    EXPECT_EQ(out.records, Records{"{\"b\":1}"});
    ASSERT_EQ(out.result.rejections.size(), 1U);
    EXPECT_EQ(out.result.rejections[0].loss, IntakeLoss::kTooDeep);
  }
}

TEST(EventsBody, AcceptsNestingUpToTheLimit) {
  EventsBodyLimits limits;
  limits.depth_max = 4;
  EXPECT_EQ(read("[[[[1]]]]\n", "application/x-ndjson", limits).result.rejected, 0U);
  EXPECT_EQ(read("[[[[[1]]]]]\n", "application/x-ndjson", limits).result.rejected, 1U);
  EXPECT_EQ(read("[[[[[]]]]]\n", "application/x-ndjson", limits).result.rejected, 1U);
}

TEST(EventsBody, CutsLongLinesOfTextAndRefusesLongJson) {
  EventsBodyLimits limits;
  limits.record_bytes_max = 10;
  const Read text = read(std::string(1000, 'x') + "\nshort\n", "text/plain", limits);
  EXPECT_EQ(text.records, (Records{std::string(10, 'x'), "short"}));
  EXPECT_EQ(text.result.truncated, 1U);
  const Read json = read("{\"a\":\"123456789\"}\n{\"b\":2}\n", "application/x-ndjson", limits);
  EXPECT_EQ(json.records, Records{"{\"b\":2}"});
  EXPECT_EQ(json.result.rejections.at(0).loss, IntakeLoss::kLineTooLong);
}

TEST(EventsBody, TakesNoMoreRecordsThanTheLimit) {
  EventsBodyLimits limits;
  limits.records_max = 2;
  for (const auto& [body, type] :
       std::vector<std::pair<std::string, std::string>>{{"a\nb\nc\nd\n", "text/plain"},
                                                        {"1\n2\n3\n4\n", "application/x-ndjson"},
                                                        {"[1,2,3,4]", "application/json"},
                                                        {"{}{}{}{}", "application/json"}}) {
    const Read out = read(body, type, limits);
    EXPECT_EQ(out.records.size(), 2U) << body;
    ASSERT_EQ(out.result.rejections.size(), 1U) << body;
    EXPECT_EQ(out.result.rejections[0].loss, IntakeLoss::kTooManyRecords);
  }
}

TEST(EventsBody, ListsOnlySoManyRejectionsButCountsAll) {
  EventsBodyLimits limits;
  limits.rejections_listed_max = 3;
  std::string body;
  for (int i = 0; i < 50; ++i) {
    body += "{bad\n";
  }
  const Read out = read(body, "application/x-ndjson", limits);
  EXPECT_EQ(out.result.rejected, 50U);
  ASSERT_EQ(out.result.rejections.size(), 3U);
  EXPECT_EQ(out.result.rejections[2].line, 3U);
}

TEST(EventsBody, SurvivesAHundredThousandKeysAndAHugeLine) {
  std::string object = "{\"k\":0";
  for (int i = 0; i < 60'000; ++i) {
    object += ",\"k" + std::to_string(i) + "\":" + std::to_string(i);
  }
  object += "}";
  ASSERT_LT(object.size(), std::size_t{1} << 20U);
  EXPECT_EQ(read(object, "application/json").result.accepted, 1U);
  const std::string huge(100 << 20U, 'x');
  const Read out = read(huge, "text/plain");
  EXPECT_EQ(out.records.at(0).size(), std::size_t{1} << 20U);
  EXPECT_EQ(out.result.truncated, 1U);
}

TEST(JsonExtent, EndsWhereTheValueEnds) {
  EXPECT_EQ(json_extent("{\"a\":\"}\\\"\"},x"), 11U);
  EXPECT_EQ(json_extent("12,3"), 2U);
  EXPECT_EQ(json_extent("\"a\\\\\"b"), 5U);
  EXPECT_EQ(json_extent("[[]"), std::string_view::npos);
  EXPECT_EQ(json_extent("\"a\\"), std::string_view::npos);
}

}  // namespace
}  // namespace tocsin
