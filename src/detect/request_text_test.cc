#include "detect/request_text.h"

#include <random>
#include <string>

#include <gtest/gtest.h>

namespace tocsin {
namespace {

std::string decoded(std::string_view text, PlusSign plus = PlusSign::kSpace) {
  std::string out;
  EXPECT_TRUE(decode_request_text(text, plus, out).settled) << text;
  return out;
}

std::string joined(std::string_view text) {
  std::string out;
  return join_split_words(text, out) ? out : "(same)";
}

struct Case {
  std::string_view given;
  std::string_view expected;
};

TEST(RequestText, TakesEncodingsOff) {
  const Case cases[] = {
      {"plain", "plain"},
      {"%27%20or%201%3D1", "' or 1=1"},
      {"a+b", "a b"},
      {"%253Cscript%253E", "<script>"},
      {"%25252525253C", "<"},
      {"%u003cscript%U003e", "<script>"},
      {"%zz%4", "%zz%4"},
      {"100%", "100%"},
      {"&lt;b&gt;&#60;&#x3C;&#x3c&#0000060;", "<b><<<<"},
      {"&amp;lt;", "<"},
      {"java&Tab;script&colon;", "java script:"},
      {"&nosuch;&;&#;", "&nosuch;&;&#;"},
      {"\\x3csvg\\u003e\\u{3c}\\/", "<svg></"},
      {"C:\\windows\\x", "C:\\windows\\x"},
      {"..%c0%af..%c1%9c..%e0%80%af..%f0%80%80%af", "../..\\../../"},
      {"%c0%ae%c0%ae/", "../"},
      {"%c0%2e%c0%6e%c1%af%c0%5cx", "../\\x"},
      {"%c1%1cx", "\\x"},
      {"%c0%qf%bg%qf%c1%8s%of", "//\\%of"},
      {"%f8%80%80%80%ae%fc%80%80%80%80%af%f8%80%80%81%9c", "./\\"},
      {"%u2215%u2216%uEFC8", "/\\\\"},
      {"%EF%BC%9Cscript%EF%BC%9E", "<script>"},
      {"caf%C3%A9 \xC3\xA9", "caf\xC3\xA9 \xC3\xA9"},
      {"\xE9t\xE9", "\xE9t\xE9"},
      {"union%a0select", "union select"},
      {"union%C2%A0select", "union select"},
      {"union/**/select/*a b*/1", "union select 1"},
      {"/*!50000union*//*!select*/1", " union select 1"},
      {"/* <b> */", "/* <b> */"},
      {"a/*b", "a/*b"},
      {"a*/b", "a*/b"},
      {"a%20%09%0b  b", "a b"},
      {"a%0d%0aSet-Cookie", "a\nSet-Cookie"},
      {"scr%00ipt", "script"},
      {"scr\xE2\x80\x8Bipt", "script"},
      {"%26%23x27%3b", "'"},
  };
  for (const Case& test : cases) {
    EXPECT_EQ(decoded(test.given), test.expected) << test.given;
  }
}

TEST(RequestText, KeepsAPlusWhereItIsLiteral) {
  EXPECT_EQ(decoded("a+b%2Bc", PlusSign::kLiteral), "a+b+c");
  EXPECT_EQ(decoded("a%2Bb", PlusSign::kSpace), "a+b");
}

TEST(RequestText, GivesUpAfterItsRoundsAndSaysSo) {
  std::string text = "%";
  for (int i = 0; i < 40; ++i) {
    text += "25";
  }
  std::string out;
  EXPECT_FALSE(decode_request_text(text + "3c", PlusSign::kSpace, out).settled);
}

TEST(RequestText, KnowsOrdinaryTextsWithoutDecoding) {
  EXPECT_FALSE(may_need_decoding("/images/logo-2x.png", PlusSign::kSpace));
  EXPECT_FALSE(may_need_decoding("Mozilla/5.0 (X11; Linux x86_64)", PlusSign::kLiteral));
  EXPECT_FALSE(may_need_decoding("a+b", PlusSign::kLiteral));
  for (const std::string_view text :
       {"a+b", "%41", "a  b", "a\tb", "&lt;", "\\/", "/**/", "\xC0"}) {
    EXPECT_TRUE(may_need_decoding(text, PlusSign::kSpace)) << text;
  }
}

TEST(RequestText, JoinsWordsThatAShellWouldJoin) {
  const Case cases[] = {
      {"c''at /etc/pa\"\"sswd", "cat /etc/passwd"},
      {"w'h'o'a'm'i", "whoami"},
      {"/bin/c\\at", "/bin/cat"},
      {"who$@ami", "whoami"},
      {"cat$u /etc$u/passwd$u", "cat /etc/passwd"},
      {"cat${IFS}/etc/passwd", "cat /etc/passwd"},
      {"cat$IFS$9/etc", "cat /etc"},
      {"cat ${HOME:0:1}etc${HOME:0:1}passwd", "cat /etc/passwd"},
      {"w^h^oami", "whoami"},
      {"wh``oami", "whoami"},
      {"wh$()oami", "whoami"},
      {"sel'+'ect", "select"},
      {"sel'||'ect", "select"},
      {"un/*<>*/ion", "un ion"},
      {"plain words", "(same)"},
      {"'quoted' and \"quoted\"", "(same)"},
      {"$5 and ${", "(same)"},
      {"/* open", "(same)"},
      {"", "(same)"},
  };
  for (const Case& test : cases) {
    EXPECT_EQ(joined(test.given), test.expected) << test.given;
  }
}

// Texts made of the pieces that the decoder knows.
std::string random_text(std::mt19937& random) {
  static constexpr std::string_view kPieces[] = {
      "%",     "25",   "%27",  "%u00", "3c", "&",     "lt;", "#x", "amp;", "\\",   "x41",
      "u003c", "{41}", "/*",   "*/",   "!",  "50000", "+",   "  ", "\n",   "\0",   "a",
      "\xC0",  "\xAF", "\xA0", "'",    "\"", "$",     "IFS", "${", "}",    ":0:1", "\xEF\xBC\x9C"};
  std::uniform_int_distribution<std::size_t> piece(0, std::size(kPieces) - 1);
  std::uniform_int_distribution<int> length(0, 24);
  std::string text;
  for (int i = length(random); i > 0; --i) {
    text += kPieces[piece(random)];
  }
  return text;
}

TEST(RequestText, IsNeverLongerSettlesAndSkipsOnlyWhatWouldNotChange) {
  std::mt19937 random(17);  // NOLINT: the same cases each time
  for (int i = 0; i < 20'000; ++i) {
    const std::string text = random_text(random);
    std::string once;
    const bool settled = decode_request_text(text, PlusSign::kSpace, once).settled;
    ASSERT_LE(once.size(), text.size());
    if (!may_need_decoding(text, PlusSign::kSpace)) {
      ASSERT_EQ(once, text);
    }
    std::string twice;
    if (settled) {
      ASSERT_TRUE(decode_request_text(once, PlusSign::kLiteral, twice).settled);
      ASSERT_EQ(twice, once) << text;
    }
    std::string split;
    if (join_split_words(once, split)) {
      ASSERT_LE(split.size(), once.size());
    }
  }
}

}  // namespace
}  // namespace tocsin
