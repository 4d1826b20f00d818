#include "detect/regex.h"

#include <gtest/gtest.h>

namespace tocsin {
namespace {

bool found(std::string_view pattern, std::string_view text, RegexFlags flags = {}) {
  const auto regex = Regex::compile(pattern, flags);
  EXPECT_TRUE(regex) << regex.error().text();
  RegexSearcher searcher;
  return regex && searcher.found(**regex, text);
}

TEST(Regex, SearchesAnywhereAndMindsCase) {
  EXPECT_TRUE(found("b+c", "aabbcd"));
  EXPECT_FALSE(found("B+c", "aabbcd"));
  EXPECT_TRUE(found("^a.*d$", "aabbcd"));
  EXPECT_FALSE(found("^b", "ab"));
}

TEST(Regex, ObeysItsFlags) {
  EXPECT_TRUE(found("B", "b", {.ignore_case = true}));
  EXPECT_TRUE(found("(?i)B", "b"));
  EXPECT_FALSE(found("^b", "a\nb"));
  EXPECT_TRUE(found("^b", "a\nb", {.multi_line = true}));
  EXPECT_FALSE(found("a.b", "a\nb"));
  EXPECT_TRUE(found("a.b", "a\nb", {.dot_all = true}));
}

TEST(Regex, TakesCharactersNotBytes) {
  EXPECT_TRUE(found("^.$", "é"));
  EXPECT_FALSE(found("^..$", "é"));
}

TEST(Regex, SearchesAroundBytesThatAreNotUtf8) {
  EXPECT_TRUE(found("evil", "\xff\xfe evil \xc3"));
  EXPECT_FALSE(found("evil", "\xff\xfe"));
}

TEST(Regex, RefusesWhatItCannotBoundOrRead) {
  for (const std::string_view pattern :
       {"(", "[z-a]", "*a", "a{2,1}", "(*LIMIT_MATCH=4000000000)a", "(?C1)a", "\xff", "a\\"}) {
    EXPECT_FALSE(Regex::compile(pattern, {})) << pattern;
  }
  EXPECT_FALSE(Regex::compile(std::string(Regex::kPatternBytesMax + 1, 'a'), {}));
  EXPECT_FALSE(Regex::compile(std::string(200, '(') + std::string(200, ')'), {}));
}

TEST(Regex, GivesUpAtItsLimitInsteadOfHanging) {
  RegexSearcher searcher;
  const std::string text = std::string(5'000, 'a') + "!";
  int tried = 0;
  for (const std::string_view pattern :
       {"^(a+)+$", "^(a|a)*$", "^(a|aa)+$", "(a*)*b$", "^(.*a){20}$"}) {
    const auto regex = Regex::compile(pattern, {});
    ASSERT_TRUE(regex);
    EXPECT_FALSE(searcher.found(**regex, text)) << pattern;
    ++tried;
  }
  EXPECT_GT(searcher.given_up(), 0U);
  EXPECT_EQ(tried, 5);
}

TEST(Regex, DoesNotSearchBehindItsTextLimit) {
  const std::string text = std::string(RegexSearcher::kTextBytesMax, 'a') + "b";
  EXPECT_FALSE(found("b", text));
  EXPECT_TRUE(found("a", text));
}

}  // namespace
}  // namespace tocsin
