#include "detect/rule_regression.h"

#include <gtest/gtest.h>
#include <simdjson.h>

#include "detect/test_events.h"
#include "testing/temp_directory.h"

namespace tocsin {
namespace {

constexpr const char* kRule =
    "title: Shell\nid: 11111111-1111-4111-8111-111111111111\nlogsource: {product: any}\n"
    "detection:\n  a:\n    Image|endswith: \\sh.exe\n  condition: a\n";

class RegressionTest : public testing::Test {
 protected:
  RegressionTest() {
    detection_.load_taxonomy("sources:\n  - logsource: {product: any}\n    when: true\n");
    detection_.load(kRule);
    EXPECT_EQ(detection_.report.refused, 0U) << detection_.first_refusal();
  }

  void write(const std::string& path, const std::string& text) {
    const std::string full = directory_ / path;
    ASSERT_TRUE(files_.create_directories(parent_directory(full)));
    ASSERT_TRUE(write_file_atomically(files_, full, text));
  }

  static std::string info(const std::string& test) {
    return "rule_metadata:\n  - id: 11111111-1111-4111-8111-111111111111\n    title: Shell\n"
           "regression_tests_info:\n" +
           test;
  }

  // The one result's failures, a line each.
  std::string failures() {
    const auto results = run_regressions(files_, directory_.path(), setup());
    EXPECT_TRUE(results.has_value());
    EXPECT_EQ(results->size(), 1U);
    std::string text;
    for (const RuleTestFailure& failure : results->front().failures) {
      text += std::to_string(failure.line) + ": " + failure.reason + "\n";
    }
    return text;
  }

  RegressionSetup setup() {
    return {CompiledRules::compile(detection_.rules).value(),
            detection_.fields,
            detection_.datasets,
            detection_.metrics,
            [this](std::shared_ptr<const RecordBatch> records) { return decode(records); },
            Micros(1)};
  }

  // {"Image": "…"}, one field.
  std::shared_ptr<EventBatch> decode(const std::shared_ptr<const RecordBatch>& records) {
    auto events = std::make_shared<EventBatch>(records);
    simdjson::dom::parser parser;
    for (std::size_t i = 0; i < records->size(); ++i) {
      events->begin_event(i).dataset = detection_.datasets.intern("d");
      std::string_view image;
      if (parser.parse(simdjson::padded_string((*records)[i].bytes))["Image"].get(image) ==
          simdjson::SUCCESS) {
        events->add_copy(*detection_.fields.intern("Image"), image);
      }
    }
    return events;
  }

  TempDirectory directory_;
  PosixFileSystem files_;
  TestDetection detection_;
};

constexpr const char* kTwoEvents =
    "{\n  \"Image\": \"C:\\\\sh.exe\"\n}\n{\n  \"Image\": \"C:\\\\other.exe\"\n}\n";

TEST_F(RegressionTest, ReadsTheJsonBesideAnEventLog) {
  write("a/info.yml", info("  - {type: evtx, match_count: 1, path: elsewhere/x.evtx}\n"));
  write("a/x.json", kTwoEvents);
  EXPECT_EQ(failures(), "");
}

TEST_F(RegressionTest, WantsAtLeastOneMatchWithoutACount) {
  write("a/info.yml", info("  - {type: json, path: x.json}\n"));
  write("a/x.json", kTwoEvents);
  EXPECT_EQ(failures(), "");
  write("a/x.json", "{\"Image\": \"C:\\\\other.exe\"}");
  EXPECT_EQ(failures(), "5: Shell: 0 matches, expected at least 1\n");
}

TEST_F(RegressionTest, SaysWhatDiffersAndWhere) {
  write("a/info.yml", info("  - {type: evtx, match_count: 2, path: x.evtx}\n"));
  write("a/x.json", kTwoEvents);
  EXPECT_EQ(failures(), "5: Shell: 1 matches, expected 2\n");
  write("a/info.yml", info("  - {type: evtx, match_count: many, path: x.evtx}\n"));
  EXPECT_EQ(failures(), "5: match_count is not a number\n");
  write("a/x.json", "{\"Image\": ");
  EXPECT_NE(failures().find("is not JSON"), std::string::npos) << failures();
  write("a/info.yml", info("  - {type: evtx, path: absent.evtx}\n"));
  EXPECT_NE(failures().find("absent.json"), std::string::npos) << failures();
  write("a/info.yml", info("  - {type: evtx}\n"));
  EXPECT_EQ(failures(), "5: the test has no path\n");
  write("a/info.yml", "rule_metadata:\n  - id: 0\nregression_tests_info: []\n");
  EXPECT_EQ(failures(), "2: rule 0 is not loaded\n");
  write("a/info.yml", "a: [\n");
  EXPECT_NE(failures(), "");
}

}  // namespace
}  // namespace tocsin
