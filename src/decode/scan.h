// Reading a text from the front: each function moves `text` past what it took, or leaves it alone
// and says false.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/text.h"

namespace tocsin {

inline bool skip(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) {
    return false;
  }
  text.remove_prefix(prefix.size());
  return true;
}

inline void skip_spaces(std::string_view& text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) {
    text.remove_prefix(1);
  }
}

// Up to the first `end`, which is taken too but is not part of `out`.
inline bool take_until(std::string_view& text, std::string_view end, std::string_view& out) {
  const std::size_t at = text.find(end);
  if (at == std::string_view::npos) {
    return false;
  }
  out = text.substr(0, at);
  text.remove_prefix(at + end.size());
  return true;
}

// Up to the last `end`: for names that may hold anything before a fixed word.
inline bool take_until_last(std::string_view& text, std::string_view end, std::string_view& out) {
  const std::size_t at = text.rfind(end);
  if (at == std::string_view::npos) {
    return false;
  }
  out = text.substr(0, at);
  text.remove_prefix(at + end.size());
  return true;
}

// Up to the next space or the end; never empty.
inline bool take_word(std::string_view& text, std::string_view& out) {
  const std::size_t at = text.find(' ');
  out = text.substr(0, at);
  if (out.empty()) {
    return false;
  }
  text.remove_prefix(at == std::string_view::npos ? text.size() : at + 1);
  return true;
}

inline bool take_number(std::string_view& text, std::int64_t& out) {
  std::size_t digits = 0;
  std::int64_t value = 0;
  while (digits < text.size() && digits < 18 && is_digit(text[digits])) {
    value = value * 10 + (text[digits] - '0');
    ++digits;
  }
  if (digits == 0) {
    return false;
  }
  out = value;
  text.remove_prefix(digits);
  return true;
}

inline bool all_digits(std::string_view text) {
  if (text.empty()) {
    return false;
  }
  for (const char c : text) {
    if (!is_digit(c)) {
      return false;
    }
  }
  return true;
}

}  // namespace tocsin
