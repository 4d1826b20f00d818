#include "detect/sigma/sigma_string.h"

#include <gtest/gtest.h>

#include "base/rng.h"
#include "detect/case_fold.h"

namespace tocsin::sigma {
namespace {

// Parts as one text: wildcards as <*> and <?>.
std::string parts_of(std::string_view written) {
  std::string out;
  const SigmaString string = SigmaString::parse(written);
  for (const Part& part : string.parts()) {
    out += part.kind == PartKind::kText     ? part.text
           : part.kind == PartKind::kAnyRun ? "<*>"
                                            : "<?>";
  }
  return out;
}

TEST(SigmaString, ReadsEscapesAsPySigmaDoes) {
  const struct {
    std::string_view written;
    std::string_view parts;
  } kCases[] = {
      {"plain", "plain"},
      {"", ""},
      {"*", "<*>"},
      {"?", "<?>"},
      {"a*b?c", "a<*>b<?>c"},
      {R"(\*)", "*"},
      {R"(\?)", "?"},
      {R"(\a)", R"(\a)"},
      {R"(C:\Windows\cmd.exe)", R"(C:\Windows\cmd.exe)"},
      {R"(\\)", R"(\)"},
      {R"(\\*)", R"(\<*>)"},
      {R"(\\?)", R"(\<?>)"},
      {R"(\\\*)", R"(\*)"},
      {R"(\\\\)", R"(\\)"},
      {R"(\\\a)", R"(\\a)"},
      {R"(\\\\*)", R"(\\<*>)"},
      {R"(\\\\\*)", R"(\\*)"},
      {R"(a\)", R"(a\)"},
      {R"(a\\)", R"(a\)"},
      {R"(a\\\)", R"(a\\)"},
      {"**", "<*>"},
      {"??", "<?><?>"},
      {R"(\\server\share)", R"(\server\share)"},
      {"\xE2\x80\x93*", "\xE2\x80\x93<*>"},
  };
  for (const auto& c : kCases) {
    EXPECT_EQ(parts_of(c.written), c.parts) << c.written;
  }
}

TEST(SigmaString, MatchesWholeValues) {
  const struct {
    std::string_view pattern;
    std::string_view text;
    bool matches;
  } kCases[] = {
      {"abc", "abc", true},
      {"abc", "abcd", false},
      {"", "", true},
      {"", "a", false},
      {"*", "", true},
      {"*", "anything", true},
      {"?", "", false},
      {"?", "a", true},
      {"?", "ab", false},
      {"?", "\xC3\xA9", true},
      {"??", "\xC3\xA9", false},
      {"?", "\xE2\x80\x93", true},
      {"?", "\xFF", true},
      {"a*c", "abbbc", true},
      {"a*c", "ac", true},
      {"a*c", "acb", false},
      {"*b*", "abc", true},
      {"*b", "ab", true},
      {"*b", "bab", true},
      {"a?c*", "abcd", true},
      {"*a*b*c", "xaxbxc", true},
      {"*a*b*c", "xcxbxa", false},
      {"a*?", "a", false},
      {"a*?", "ab", true},
      {"*ab", "aab", true},
      {"*abab", "ababab", true},
      {"*?b", "b", false},
  };
  for (const auto& c : kCases) {
    EXPECT_EQ(SigmaString::parse(c.pattern).matches(c.text), c.matches)
        << c.pattern << " on " << c.text;
  }
}

bool naive_match(std::string_view pattern, std::string_view text) {
  if (pattern.empty()) {
    return text.empty();
  }
  if (pattern[0] == '*') {
    return naive_match(pattern.substr(1), text) ||
           (!text.empty() && naive_match(pattern, text.substr(1)));
  }
  return !text.empty() && (pattern[0] == '?' || pattern[0] == text[0]) &&
         naive_match(pattern.substr(1), text.substr(1));
}

TEST(SigmaString, AgreesWithTheNaiveMatcher) {
  Rng rng(7);
  const auto random_text = [&rng](std::string_view letters, std::size_t length_max) {
    std::string out;
    const std::uint64_t length = rng.next() % (length_max + 1);
    for (std::uint64_t i = 0; i < length; ++i) {
      out += letters[rng.next() % letters.size()];
    }
    return out;
  };
  for (int i = 0; i < 20'000; ++i) {
    const std::string pattern = random_text("ab*?", 7);
    const std::string text = random_text("ab", 9);
    ASSERT_EQ(SigmaString::parse(pattern).matches(text), naive_match(pattern, text))
        << pattern << " on " << text;
  }
}

TEST(SigmaString, WrittenFormReadsBackTheSame) {
  Rng rng(11);
  constexpr std::string_view kLetters = "a*?\\";
  for (int i = 0; i < 5'000; ++i) {
    std::string written;
    for (std::uint64_t length = rng.next() % 8; length > 0; --length) {
      written += kLetters[rng.next() % kLetters.size()];
    }
    const SigmaString parsed = SigmaString::parse(written);
    EXPECT_EQ(SigmaString::parse(to_written(parsed)), parsed) << written;
  }
}

TEST(SigmaString, ManyRunsDoNotHang) {
  std::string pattern;
  for (int i = 0; i < 200; ++i) {
    pattern += "*a";
  }
  pattern += "*b";
  EXPECT_FALSE(SigmaString::parse(pattern).matches(std::string(20'000, 'a')));
}

TEST(CaseFold, FoldsLettersOfTheCommonAlphabets) {
  const struct {
    std::string_view a;
    std::string_view b;
  } kSame[] = {{"ABC xyz 09", "abc XYZ 09"}, {"ÀÉÎÕÜÞ", "àéîõüþ"}, {"ŁĄŻŃ", "łążń"},
               {"ΑΒΓΔΣ", "αβγδσ"},           {"ΰς", "ΰσ"},         {"ПРИВЕТ Ё", "привет ё"}};
  for (const auto& c : kSame) {
    EXPECT_EQ(fold_case(c.a), fold_case(c.b)) << c.a;
  }
  EXPECT_NE(fold_case("×"), fold_case("÷"));
  EXPECT_EQ(fold_case("\xFF\xC3"), "\xFF\xC3");
}

TEST(CaseFold, KeepsTheLengthAndIsStable) {
  Rng rng(3);
  for (int i = 0; i < 5'000; ++i) {
    std::string bytes;
    for (std::uint64_t length = rng.next() % 12; length > 0; --length) {
      bytes += static_cast<char>(rng.next());
    }
    const std::string folded = fold_case(bytes);
    EXPECT_EQ(folded.size(), bytes.size());
    EXPECT_EQ(fold_case(folded), folded);
  }
}

}  // namespace
}  // namespace tocsin::sigma
