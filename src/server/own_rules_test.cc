// Rules of one's own: saved, in force, kept over a reload, refused without a trace.
#include "server/own_rules.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "server/rule_book.h"
#include "testing/fake_clock.h"
#include "testing/temp_directory.h"

namespace tocsin {
namespace {

std::string rule(std::string_view id, std::string_view title, std::string_view condition = "sel") {
  return fmt::format(
      "title: {}\nid: {}\nlogsource:\n  category: webserver\ndetection:\n  sel:\n"
      "    url.path: /secret\n  condition: {}\nlevel: high\n",
      title, id, condition);
}

class OwnRulesTest : public testing::Test {
 protected:
  void SetUp() override { open(); }
  void open() {
    book_.reset();
    auto book = RuleBook::open({}, fields_, files_, clock_, log_, "", folder());
    ASSERT_TRUE(book) << book.error().full_text();
    book_ = std::move(*book);
  }
  std::string folder() const { return directory_ / "rules"; }
  // Title of the rule in force; empty: there is none.
  std::string title(const std::string& id) {
    for (const Rule& one : book_->current().rules->rules()) {
      if (one.info->id == id) {
        return one.info->title;
      }
    }
    return {};
  }
  std::size_t count(const std::string& id) {
    std::size_t found = 0;
    for (const Rule& one : book_->current().rules->rules()) {
      found += one.info->id == id ? 1U : 0U;
    }
    return found;
  }
  std::string shipped_id() const { return book_->current().rules->rules().front().info->id; }

  TempDirectory directory_;
  PosixFileSystem files_;
  FakeClock clock_;
  Log log_;
  FieldCatalog fields_;
  std::unique_ptr<RuleBook> book_;
};

TEST_F(OwnRulesTest, WhatIsSavedIsInForceAndStays) {
  const Result<LoadReport> saved = book_->save_own("mine", rule("mine", "My rule"));
  ASSERT_TRUE(saved) << saved.error().full_text();
  EXPECT_EQ(saved->refused, 0U);
  EXPECT_EQ(title("mine"), "My rule");
  open();
  EXPECT_EQ(title("mine"), "My rule");
  const RuleText text = *book_->text_of("mine");
  EXPECT_TRUE(text.own);
  EXPECT_EQ(text.text, rule("mine", "My rule"));
  ASSERT_TRUE(book_->save_own("mine", rule("mine", "Better")));
  EXPECT_EQ(title("mine"), "Better");
  EXPECT_TRUE(book_->remove_own("mine"));
  EXPECT_EQ(title("mine"), "");
  EXPECT_EQ(book_->remove_own("mine").error().code(), ErrorCode::kNotFound);
}

TEST_F(OwnRulesTest, ACopyOfAShippedRuleStandsForItUntilItGoes) {
  const std::string id = shipped_id();
  const std::string before = title(id);
  const RuleText shipped = *book_->text_of(id);
  EXPECT_FALSE(shipped.own);
  EXPECT_NE(shipped.text.find(id), std::string::npos);
  EXPECT_EQ(book_->remove_own(id).error().code(), ErrorCode::kConflict);
  ASSERT_TRUE(book_->save_own(id, rule(id, "Ours")));
  EXPECT_EQ(title(id), "Ours");
  EXPECT_EQ(count(id), 1U);
  EXPECT_TRUE(book_->remove_own(id));
  EXPECT_EQ(title(id), before);
}

TEST_F(OwnRulesTest, WhatDoesNotLoadIsRefusedAndChangesNothing) {
  ASSERT_TRUE(book_->save_own("mine", rule("mine", "My rule")));
  const Result<LoadReport> broken = book_->save_own("mine", rule("mine", "Broken", "sel and"));
  ASSERT_TRUE(broken);
  ASSERT_GE(broken->refused, 1U);
  EXPECT_EQ(broken->issues.front().line, 8);
  EXPECT_EQ(title("mine"), "My rule");
  EXPECT_EQ(book_->text_of("mine")->text, rule("mine", "My rule"));
  EXPECT_EQ(book_->save_own("mine", rule("other", "Other")).error().code(), ErrorCode::kInvalid);
  EXPECT_EQ(book_->save_own("mine", std::string(kOwnRuleBytesMax + 1, '#')).error().code(),
            ErrorCode::kTooLarge);
  EXPECT_EQ(book_->text_of("nobody").error().code(), ErrorCode::kNotFound);
}

TEST_F(OwnRulesTest, NamesOfFilesAreOurs) {
  EXPECT_EQ(OwnRules::file_of("5a1b2c3d-0000-4000-8000-00000000abcd"),
            "own:5a1b2c3d-0000-4000-8000-00000000abcd.yml");
  for (const std::string id : {"../../etc/passwd", "A", "", "a b", "a/b", ".hidden"}) {
    const std::string file = OwnRules::file_of(id);
    EXPECT_TRUE(file.starts_with("own:rule-")) << file;
    EXPECT_EQ(file.find('/'), std::string::npos);
  }
  EXPECT_NE(OwnRules::file_of("A"), OwnRules::file_of("B"));
}

TEST_F(OwnRulesTest, OnlyWhatIsReplacedWholeIsLeftOut) {
  const std::vector<RuleSource> own = {{"own:a.yml", "id: a\n---\nid: \"b\"\n"}};
  const std::vector<RuleSource> left = without_replaced(
      {{"1", "id: a # note\ntitle: x\n"}, {"2", "id: a\n---\nid: c\n"}, {"3", "title: y\n"}}, own);
  ASSERT_EQ(left.size(), 2U);
  EXPECT_EQ(left[0].file, "2");
  EXPECT_EQ(left[1].file, "3");
}

}  // namespace
}  // namespace tocsin
