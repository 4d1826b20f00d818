#include "detect/json_escapes.h"

#include <gtest/gtest.h>

#include "base/rng.h"

namespace tocsin {
namespace {

TEST(JsonEscapes, AreResolvedWhereverTheyStand) {
  EXPECT_EQ(json_unescaped(R"({"a":"x\ny\\z\u0041\/\q"})"), "{\"a\":\"x\ny\\zA/q\"}");
  EXPECT_EQ(json_unescaped("end\\"), "end\\");
}

bool obviously_usual(std::string_view text) {
  for (std::size_t at = 0; at + 1 < text.size(); ++at) {
    if (text[at] == '\\') {
      ++at;
      if (std::string_view("\\\"/bfnrt").find(text[at]) == std::string_view::npos) {
        return false;
      }
    }
  }
  return true;
}

TEST(JsonEscapes, UnusualOnesAreFoundAtEveryOffset) {
  for (std::size_t offset = 0; offset < 200; ++offset) {
    for (const std::string_view escape : {"\\u0041", "\\x", "\\\\u0041", "\\\\\\u", "\\n", "\\"}) {
      for (const std::size_t after : {0U, 1U, 70U}) {
        const std::string text =
            std::string(offset, 'a') + std::string(escape) + std::string(after, 'b');
        EXPECT_EQ(has_only_usual_escapes(text), obviously_usual(text)) << offset << ' ' << escape;
      }
    }
  }
}

TEST(JsonEscapes, RunsOfBackslashesAreCutInPairs) {
  Rng rng(3);
  for (int round = 0; round < 20'000; ++round) {
    std::string text;
    for (std::uint64_t i = rng.below(150); i > 0; --i) {
      text += "\\\\\\\\\\nnu"[rng.below(8)];
    }
    EXPECT_EQ(has_only_usual_escapes(text), obviously_usual(text)) << text;
  }
}

}  // namespace
}  // namespace tocsin
