#include "alert/notify/neutral_text.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "base/rng.h"
#include "base/utf8.h"

namespace tocsin {
namespace {

TEST(NeutralText, TakesTheTeethOutOfText) {
  const struct {
    const char* text;
    const char* neutral;
  } kCases[] = {
      {"plain text", "plain text"},
      {"a\nb\tc\r", "a b c "},
      {"\x1b[31mred", "\\x1b[31mred"},
      {"\x7f", "\\x7f"},
      {"\xC2\x9B", "\\x9b"},
      {"abc\xE2\x80\xAEtxt.exe", "abc\xEF\xBF\xBDtxt.exe"},
      {"zero\xE2\x80\x8Bwidth", "zero\xEF\xBF\xBDwidth"},
      {"http://evil.example/x", "http[:]//evil.example/x"},
      {"javascript://%0aalert(1)", "javascript[:]//%0aalert(1)"},
      {"caf\xC3\xA9 \xF0\x9F\x94\x94", "caf\xC3\xA9 \xF0\x9F\x94\x94"},
      {"\xff\xfe", "\xEF\xBF\xBD\xEF\xBF\xBD"},
  };
  for (const auto& one : kCases) {
    EXPECT_EQ(neutral(one.text, 100), one.neutral);
  }
  EXPECT_EQ(neutral("0123456789", 8), "01234…");
}

TEST(NeutralText, AnyBytesBecomeOneShortLineOfUtf8) {
  Rng rng(3);
  for (int round = 0; round < 2'000; ++round) {
    std::string bytes;
    for (std::uint64_t i = rng.below(60); i > 0; --i) {
      bytes += static_cast<char>(rng.below(256));
    }
    const std::size_t most = rng.below(40);
    const std::string made = neutral(bytes, most);
    EXPECT_LE(made.size(), most);
    EXPECT_TRUE(is_valid_utf8(made));
    EXPECT_TRUE(std::ranges::all_of(
        made, [](char c) { return static_cast<unsigned char>(c) >= 0x20 && c != '\x7f'; }));
    EXPECT_EQ(made.find("://"), std::string::npos);
  }
}

TEST(NeutralText, EscapesForEachTarget) {
  EXPECT_EQ(slack_escaped("<!here> & <@U1|x>"), "&lt;!here&gt; &amp; &lt;@U1|x&gt;");
  EXPECT_EQ(markdown_escaped("**b** `c`"), "\\*\\*b\\*\\* \\`c\\`");
  EXPECT_EQ(markdown_escaped("@everyone"),
            "@\xE2\x80\x8B"
            "everyone");
  EXPECT_EQ(html_escaped("<a href=\"x\">'&"), "&lt;a href=&quot;x&quot;&gt;&#39;&amp;");
  EXPECT_EQ(structured_data_escaped("a\"b]c\\d"), "a\\\"b\\]c\\\\d");
  EXPECT_EQ(mail_header_text("plain"), "plain");
  EXPECT_EQ(mail_header_text("\xC3\xA4"), "=?utf-8?B?w6Q=?=");
  EXPECT_EQ(mail_header_text("a\r\nb").find("\nb"), std::string::npos);
  EXPECT_EQ(masked("x https://h/SECRET SECRET", {"SECRET", "ab"}), "x https://h/*** ***");
}

}  // namespace
}  // namespace tocsin
