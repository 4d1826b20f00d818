// Regex: a compiled PCRE2 pattern that any thread may search with, and the searcher that one
// thread keeps. A search is limited in steps, so that no pattern and no text can hang the program;
// when the limit is reached there is no match and the searcher counts it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace tocsin {

struct RegexFlags {
  bool ignore_case = false;  // Sigma's i
  bool multi_line = false;   // m: ^ and $ also at line ends
  bool dot_all = false;      // s: . also matches a line end
};

class Regex {
 public:
  static constexpr std::size_t kPatternBytesMax = 8'192;

  // Text is taken as UTF-8 (bytes that are not never match); \C, callouts and verbs are refused.
  static Result<std::shared_ptr<const Regex>> compile(std::string_view pattern, RegexFlags flags);

  ~Regex();
  Regex(const Regex&) = delete;
  Regex& operator=(const Regex&) = delete;

  const std::string& pattern() const { return pattern_; }
  RegexFlags flags() const { return flags_; }

 private:
  friend class RegexSearcher;
  struct Code;

  Regex();

  std::string pattern_;
  RegexFlags flags_;
  std::unique_ptr<Code> code_;
};

// One thread.
class RegexSearcher {
 public:
  static constexpr std::uint32_t kStepsMax = 100'000;
  static constexpr std::size_t kTextBytesMax = 64 * 1024;  // of a value; the rest is not searched

  RegexSearcher();
  ~RegexSearcher();
  RegexSearcher(const RegexSearcher&) = delete;
  RegexSearcher& operator=(const RegexSearcher&) = delete;

  bool found(const Regex& regex, std::string_view text);
  // How many searches were given up at a limit.
  std::uint64_t given_up() const { return given_up_; }

 private:
  struct State;
  std::unique_ptr<State> state_;
  std::uint64_t given_up_ = 0;
};

}  // namespace tocsin
