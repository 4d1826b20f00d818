// The runner of rule folders, on folders that this test writes.
#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

#include "base/text.h"
#include "detect/rule_test.h"
#include "detect/test_events.h"
#include "testing/temp_directory.h"

namespace tocsin {
namespace {

constexpr std::string_view kRule =
    "title: Evil\nid: evil\nlogsource: {category: any}\n"
    "detection: {s: {message|contains: evil}, condition: s}\n"
    "tocsin: {group-by: [user.name]}\n";

class RuleFolderTest : public testing::Test {
 protected:
  void SetUp() override {
    d_.load_taxonomy("sources:\n  - logsource: {category: any}\n    when: true\n");
  }

  void write(const std::string& name, std::string_view text) {
    const std::filesystem::path path = std::filesystem::path(root_) / name;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path) << text;
  }

  void write_folder(const std::string& name, std::string_view fire, std::string_view no_fire) {
    write(name + "/rule.yml", kRule);
    write(name + "/must_fire.jsonl", fire);
    write(name + "/must_not_fire.jsonl", no_fire);
  }

  std::vector<RuleTestResult> run() {
    const RuleTestSetup setup{
        d_.taxonomy,
        d_.placeholders,
        d_.fields,
        d_.datasets,
        d_.metrics,
        [this](std::shared_ptr<const RecordBatch> records) { return decode(std::move(records)); },
        kTestStart};
    PosixFileSystem files;
    auto results = test_rules(files, root_, setup);
    EXPECT_TRUE(results);
    return results ? std::move(*results) : std::vector<RuleTestResult>{};
  }

  // The whole record is the message.
  std::shared_ptr<EventBatch> decode(std::shared_ptr<const RecordBatch> records) {
    auto events = std::make_shared<EventBatch>(records);
    for (std::size_t i = 0; i < records->size(); ++i) {
      events->begin_event(i).dataset = d_.datasets.intern("test.log");
      events->add_text(fields::message, (*records)[i].bytes);
      hints_.push_back((*records)[i].origin->hint);
      received_.push_back((*records)[i].received);
    }
    return events;
  }

  TestDetection d_;
  TempDirectory folder_;
  const std::string& root_ = folder_.path();
  std::vector<std::string> hints_;
  std::vector<Micros> received_;
};

TEST_F(RuleFolderTest, PassesWhenTheSamplesDoAsTheyShould) {
  write_folder("a/evil",
               "{\"raw\": \"an evil line\", \"source\": \"syslog\", \"received\": "
               "\"2023-11-14T22:13:20Z\"}\n\n{\"message\": \"evil json\"}\n",
               "{\"raw\": \"a good line\"}\n");
  const auto results = run();
  ASSERT_EQ(results.size(), 1U);
  EXPECT_TRUE(results[0].passed()) << results[0].failures[0].reason;
  EXPECT_EQ(results[0].streams, 3U);
  EXPECT_EQ(results[0].events, 3U);
  EXPECT_EQ(results[0].rules, std::vector<std::string>{"Evil"});
  EXPECT_EQ(hints_[0], "syslog");
  EXPECT_EQ(received_[0], Micros(1'700'000'000'000'000));
}

TEST_F(RuleFolderTest, NamesEachStreamThatDoesOtherwise) {
  write_folder("evil", "{\"raw\": \"evil\"}\n\n{\"raw\": \"good\"}\n", "{\"raw\": \"evil\"}\n");
  const auto results = run();
  ASSERT_EQ(results.size(), 1U);
  ASSERT_EQ(results[0].failures.size(), 2U);
  EXPECT_EQ(results[0].failures[0].line, 3);
  EXPECT_EQ(results[0].failures[0].reason, "must fire, but does not");
  EXPECT_TRUE(results[0].failures[1].file.ends_with("must_not_fire.jsonl"));
}

TEST_F(RuleFolderTest, CountsFindingsWhenTold) {
  write_folder("evil",
               "{\"expect\": 2}\n{\"raw\": \"evil\"}\n{\"raw\": \"evil\"}\n\n"
               "{\"expect\": 3, \"rule\": \"Evil\"}\n{\"raw\": \"evil\"}\n",
               "{\"raw\": \"good\"}\n");
  const auto results = run();
  ASSERT_EQ(results[0].failures.size(), 1U);
  EXPECT_EQ(results[0].failures[0].line, 5);
  EXPECT_EQ(results[0].failures[0].reason, "1 findings, expected 3");
}

TEST_F(RuleFolderTest, BrokenFoldersFailInsteadOfPassing) {
  write("no_samples/rule.yml", kRule);
  write_folder("bad_json", "{\"raw\": \n", "{\"raw\": \"x\", \"received\": \"soon\"}\n");
  write_folder("empty", "", "\n\n");
  write("bad_rule/rule.yml", "title: x\n");
  for (const RuleTestResult& result : run()) {
    EXPECT_FALSE(result.passed()) << result.folder;
  }
}

TEST_F(RuleFolderTest, ReadsTheSourcesBelowAFolder) {
  write_folder("a/one", "", "");
  write("b/two.yaml", "x");
  write("taxonomy/three.yml", "x");
  write(".hidden/four.yml", "x");
  write("b/readme.md", "x");
  PosixFileSystem files;
  const auto sources = read_rule_sources(files, root_);
  ASSERT_TRUE(sources);
  ASSERT_EQ(sources->size(), 2U);
  EXPECT_TRUE((*sources)[0].file.ends_with("a/one/rule.yml"));
  EXPECT_EQ((*sources)[1].text, "x");
  EXPECT_FALSE(read_rule_sources(files, root_ + "/nothing"));
}

}  // namespace
}  // namespace tocsin
