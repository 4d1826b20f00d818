#include "base/text.h"

#include <gtest/gtest.h>

#include "base/encoding.h"
#include "base/rng.h"
#include "base/utf8.h"

namespace tocsin {
namespace {

TEST(Text, TrimsSplitsAndCompares) {
  EXPECT_EQ(trim(" \t a b \r\n"), "a b");
  EXPECT_EQ(split("a,,b", ',').size(), 3U);
  EXPECT_EQ(split("", ',').size(), 1U);
  EXPECT_TRUE(equals_ignore_case("AbC", "aBc"));
  EXPECT_FALSE(equals_ignore_case("abc", "abcd"));
  EXPECT_TRUE(contains_ignore_case("hello WORLD", "World"));
  EXPECT_TRUE(contains_ignore_case("x", ""));
}

TEST(Text, NumbersMustFillTheWholeText) {
  EXPECT_EQ(parse_int("-42"), -42);
  EXPECT_FALSE(parse_int("42 "));
  EXPECT_FALSE(parse_int("99999999999999999999"));
  EXPECT_EQ(parse_double("1.5e3"), 1500.0);
  EXPECT_FALSE(parse_double("1.5x"));
}

TEST(Text, SuggestsTheClosestWordOnlyWhenItIsClose) {
  EXPECT_EQ(closest_word("listne", {"listen", "data"}), "listen");
  EXPECT_EQ(closest_word("zzzzzz", {"listen", "data"}), "");
}

TEST(Text, GlobsMatchWholeNames) {
  const struct {
    const char* pattern;
    const char* text;
    bool matches;
  } kCases[] = {
      {"*.log", "a.log", true}, {"*.log", "a.log.1", false}, {"a?c", "abc", true},
      {"*", "", true},          {"a*b*c", "axxbyyc", true},  {"a*b*c", "axxbyy", false},
  };
  for (const auto& c : kCases) {
    EXPECT_EQ(glob_match(c.pattern, c.text), c.matches) << c.pattern << " " << c.text;
  }
}

TEST(Utf8, RefusesOverlongSurrogatesAndTruncation) {
  EXPECT_TRUE(is_valid_utf8("plain, \xC3\xA9, \xE2\x82\xAC, \xF0\x9F\x94\x94"));
  for (const char* bytes : {"\xC0\xAF", "\xE0\x80\xAF", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xFF",
                            "abc\xE2\x82", "\x80"}) {
    EXPECT_FALSE(is_valid_utf8(bytes));
    EXPECT_TRUE(is_valid_utf8(to_valid_utf8(bytes)));
  }
}

TEST(Utf8, AnyBytesBecomeValidAndValidStays) {
  Rng rng(3);
  for (int round = 0; round < 2'000; ++round) {
    std::string bytes(rng.below(40), '\0');
    for (char& c : bytes) {
      c = static_cast<char>(rng.next());
    }
    const std::string fixed = to_valid_utf8(bytes);
    EXPECT_TRUE(is_valid_utf8(fixed));
    EXPECT_EQ(to_valid_utf8(fixed), fixed);
    EXPECT_EQ(is_valid_utf8(bytes), fixed == bytes);
  }
}

TEST(Utf8, PrefixesEndAtCharacters) {
  EXPECT_EQ(utf8_prefix("a\xE2\x82\xAC", 3), "a");
  EXPECT_EQ(utf8_prefix("a\xE2\x82\xAC", 4), "a\xE2\x82\xAC");
}

TEST(Encoding, RoundTripsAndKnowsRfc4648Vectors) {
  EXPECT_EQ(base64_encode("foobar"), "Zm9vYmFy");
  EXPECT_EQ(base64_encode("fooba"), "Zm9vYmE=");
  EXPECT_EQ(base64_encode("f"), "Zg==");
  EXPECT_EQ(base64_decode("Zg"), "f");
  EXPECT_FALSE(base64_decode("Z"));
  EXPECT_FALSE(base64_decode("Zm9*"));
  EXPECT_EQ(hex_encode("\x01\xAB"), "01ab");
  EXPECT_FALSE(hex_decode("0g"));
  EXPECT_FALSE(hex_decode("abc"));
  Rng rng(5);
  for (int round = 0; round < 500; ++round) {
    std::string bytes(rng.below(50), '\0');
    for (char& c : bytes) {
      c = static_cast<char>(rng.next());
    }
    EXPECT_EQ(base64_decode(base64_encode(bytes)), bytes);
    EXPECT_EQ(hex_decode(hex_encode(bytes)), bytes);
  }
}

}  // namespace
}  // namespace tocsin
