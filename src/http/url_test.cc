#include "http/url.h"

#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace tocsin {
namespace {

TEST(ParseTarget, DecodesAndNormalisesThePath) {
  const std::vector<std::pair<const char*, const char*>> cases = {
      {"/", "/"},
      {"/a/b", "/a/b"},
      {"/a//b/", "/a/b/"},
      {"/a/./b/../c", "/a/c"},
      {"/a/..", "/"},
      {"/%61%2Fb", "/a/b"},
      {"/a%20b?x=%2F", "/a b"},
      {"http://host:80/x?y", "/x"},
      {"HTTP://host", "/"},
      {"/a#b", "/a"},
      {"*", "*"},
      {"?q=1", "/"},
  };
  for (const auto& [target, path] : cases) {
    const auto parsed = parse_target(target);
    ASSERT_TRUE(parsed) << target;
    EXPECT_EQ(parsed->path, path) << target;
  }
}

TEST(ParseTarget, RefusesWhatIsNoPath) {
  for (const char* bad :
       {"", "a", "/..", "/a/../..", "/%2e%2e/x", "/%", "/%4", "/%zz", "/%00", "host:80"}) {
    EXPECT_FALSE(parse_target(bad)) << bad;
  }
}

TEST(ParseQuery, KeepsOrderAndForgivesBadEscapes) {
  const auto parameters = parse_query("a=1&b=x%20y+z&&flag&a=100%&=v&q=a%3Db");
  ASSERT_EQ(parameters.size(), 6U);
  EXPECT_EQ(parameters[1].value, "x y z");
  EXPECT_EQ(parameters[2].name, "flag");
  EXPECT_EQ(parameters[3].value, "100%");
  EXPECT_EQ(parameters[4].name, "");
  EXPECT_EQ(parameters[5].value, "a=b");
  EXPECT_EQ(parse_query("a&b&c&d", 2).size(), 2U);
}

TEST(PercentEncoding, ReadsBackWhatItWrote) {
  std::string all;
  for (int c = 0; c < 256; ++c) {
    all += static_cast<char>(c);
  }
  EXPECT_EQ(percent_decode(percent_encode(all)), all);
  EXPECT_EQ(percent_encode("a-b._~/ "), "a-b._~%2F%20");
}

}  // namespace
}  // namespace tocsin
