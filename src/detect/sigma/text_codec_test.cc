#include "detect/sigma/text_codec.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "base/encoding.h"
#include "base/rng.h"

namespace tocsin::sigma {
namespace {

std::vector<std::string> variants(std::string_view written) {
  std::vector<std::string> out;
  for (const SigmaString& variant : windash_variants(SigmaString::parse(written))) {
    out.push_back(to_written(variant));
  }
  return out;
}

TEST(Windash, ReplacesTheDashThatBeginsAWord) {
  EXPECT_EQ(variants(" -x"), (std::vector<std::string>{" -x", " /x", " –x", " —x", " ―x"}));
  EXPECT_EQ(variants("/x").size(), 5U);
  EXPECT_EQ(variants("-a -b").size(), 25U);
}

TEST(Windash, LeavesOtherDashes) {
  for (const std::string_view text : {"a-b", "http://x", "a - b", "-", "x-", "a/b/c"}) {
    // "//x": the second slash has no word character before it and one after it.
    const std::size_t expected = text == "http://x" ? 5 : 1;
    EXPECT_EQ(variants(text).size(), expected) << text;
  }
}

TEST(Windash, GivesUpOnTooMany) {
  EXPECT_EQ(variants("-a -b -c -d -e").size(), 3'125U);
  EXPECT_TRUE(variants("-a -b -c -d -e -f").empty());
}

TEST(Base64Offsets, FindsItsTextAtEveryOffset) {
  Rng rng(5);
  for (int i = 0; i < 2'000; ++i) {
    std::string needle;
    for (std::uint64_t length = 3 + rng.next() % 12; length > 0; --length) {
      needle += static_cast<char>(rng.next());
    }
    const auto encoded = base64_offsets(needle);
    for (std::size_t offset = 0; offset < 3; ++offset) {
      std::string text;
      for (std::size_t before = offset + 3 * (rng.next() % 3); before > 0; --before) {
        text += static_cast<char>(rng.next());
      }
      text += needle;
      for (std::uint64_t behind = rng.next() % 5; behind > 0; --behind) {
        text += static_cast<char>(rng.next());
      }
      EXPECT_NE(base64_encode(text).find(encoded[offset]), std::string::npos);
    }
  }
}

TEST(Base64Offsets, GivesTheKnownFormsOfFoobar) {
  const auto forms = base64_offsets("foobar");
  EXPECT_EQ(forms[0], "Zm9vYmFy");
  EXPECT_EQ(forms[1], "Zvb2Jhc");
  EXPECT_EQ(forms[2], "mb29iYX");
}

TEST(Utf16, EncodesLettersMarksAndPairs) {
  const auto encode = [](std::string_view text, Utf16 form) {
    return to_utf16(SigmaString::literal(text), form).plain_text();
  };
  EXPECT_EQ(encode("ab", Utf16::kLittle), std::string("a\0b\0", 4));
  EXPECT_EQ(encode("ab", Utf16::kBig), std::string("\0a\0b", 4));
  EXPECT_EQ(encode("a", Utf16::kLittleWithMark), std::string("\xFF\xFE\x61\0", 4));
  EXPECT_EQ(encode("é", Utf16::kLittle), std::string("\xE9\0", 2));
  EXPECT_EQ(encode("😀", Utf16::kLittle), std::string("\x3D\xD8\x00\xDE", 4));
}

TEST(Utf16, KeepsWildcards) {
  const SigmaString wide = to_utf16(SigmaString::parse("a*b"), Utf16::kLittle);
  ASSERT_EQ(wide.parts().size(), 3U);
  EXPECT_EQ(wide.parts()[1].kind, PartKind::kAnyRun);
}

TEST(Placeholders, AreCutOutOfTheText) {
  using Parts = std::vector<std::string>;
  EXPECT_EQ(split_placeholders("plain"), Parts{"plain"});
  EXPECT_EQ(split_placeholders("%a%"), (Parts{"", "a", ""}));
  EXPECT_EQ(split_placeholders("x%a%y%b-c%z"), (Parts{"x", "a", "y", "b-c", "z"}));
  EXPECT_EQ(split_placeholders("100%"), Parts{"100%"});
  EXPECT_EQ(split_placeholders("% a %"), Parts{"% a %"});
  EXPECT_EQ(split_placeholders("\\%a\\%"), Parts{"%a%"});
  EXPECT_EQ(split_placeholders("%%"), Parts{"%%"});
}

}  // namespace
}  // namespace tocsin::sigma
