#include "index/word_finder.h"

#include <gtest/gtest.h>

namespace tocsin {
namespace {

TEST(WordFinder, FindsWholeWordsInAnyCase) {
  struct Case {
    std::string_view word;
    std::string_view text;
    bool found;
  };
  const Case cases[] = {
      {"failed", "Failed password", true},
      {"FAILED", "x failed", true},
      {"fail", "failed", false},
      {"ailed", "failed", false},
      {"failed", "failed_x failed2 failed-3", true},
      {"failed", "failed_x failed2", false},
      {"failed password", "it FAILED password.", true},
      {"failed password", "failed  password", false},
      {"/login", "/shop/login?x", true},
      {"/login", "/loginx", false},
      {"a", "b a", true},
      {"a", "", false},
      {"", "x", true},
      {"caf\xC3\xA9", "un caf\xC3\xA9!", true},
      {"caf", "caf\xC3\xA9", false},
      {"192.0.2.7", "from 192.0.2.7 port", true},
      {"192.0.2.7", "192.0.2.7.", true},
      {"192.0.2.7", "192.0.2.77", false},
      {"192.0.2.7", "1.192.0.2.7", false},
      {"192.0.2.7", "192.0.2.7.5", false},
      {"192.0.2.7", "..192.0.2.7", true},
      {"192.0.2.7", "x..192.0.2.7", false},
      {"192.0.2.7", "192.0.2.77 192.0.2.7", true},
  };
  for (const Case& one : cases) {
    EXPECT_EQ(WordFinder(one.word).is_in(one.text), one.found) << one.word << " in " << one.text;
  }
}

}  // namespace
}  // namespace tocsin
