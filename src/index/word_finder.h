// WordFinder: does a text have a word or phrase, whole? A word ends where no letter, digit, '_' or
// byte above 127 goes on (index/tokens.h); an address also where no dotted run goes on. ASCII
// letters in any case. Made once for many texts; one thread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace tocsin {

class WordFinder {
 public:
  explicit WordFinder(std::string_view word);

  std::string_view word() const { return word_; }
  bool is_in(std::string_view text) const;

 private:
  bool is_whole(std::string_view text, std::size_t at) const;

  std::string word_;
  std::string lower_;
  char other_case_;  // of its first byte
  bool address_;
};

}  // namespace tocsin
