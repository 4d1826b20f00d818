#include "index/word_finder.h"

#include <cstring>

#include "base/text.h"
#include "index/tokens.h"

namespace tocsin {
namespace {

bool is_word_byte(char c) {
  return detail::kWordByte[static_cast<unsigned char>(c)] != 0;
}

char upper_of(char c) {
  return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
}

bool same_ignoring_case(const char* text, std::string_view lower) {
  for (std::size_t i = 0; i < lower.size(); ++i) {
    if (ascii_lower(text[i]) != lower[i]) {
      return false;
    }
  }
  return true;
}

// Whether a run of words and dots goes on: past the dots there is a word.
bool run_goes_on(std::string_view text, std::size_t at, bool forward) {
  while (at < text.size() && text[at] == '.') {
    at = forward ? at + 1 : at - 1;  // wraps past the beginning: then at >= size
  }
  return at < text.size() && is_word_byte(text[at]);
}

}  // namespace

WordFinder::WordFinder(std::string_view word)
    : word_(word),
      lower_(to_lower(word)),
      other_case_(lower_.empty() ? '\0' : upper_of(lower_.front())),
      address_(is_address_word(word)) {}

bool WordFinder::is_whole(std::string_view text, std::size_t at) const {
  const std::size_t end = at + lower_.size();
  if (address_) {
    return !run_goes_on(text, at - 1, false) && !run_goes_on(text, end, true);
  }
  const bool begins = at == 0 || !is_word_byte(lower_.front()) || !is_word_byte(text[at - 1]);
  const bool ends = end == text.size() || !is_word_byte(lower_.back()) || !is_word_byte(text[end]);
  return begins && ends;
}

bool WordFinder::is_in(std::string_view text) const {
  if (lower_.empty()) {
    return true;
  }
  if (text.size() < lower_.size()) {
    return false;
  }
  const std::size_t last = text.size() - lower_.size();
  const char first = lower_.front();
  for (std::size_t at = 0; at <= last; ++at) {
    const bool may = text[at] == first || text[at] == other_case_;
    if (may && same_ignoring_case(text.data() + at, lower_) && is_whole(text, at)) {
      return true;
    }
  }
  return false;
}

}  // namespace tocsin
