// Small questions about text that the standard library does not answer. ASCII only: bytes above
// 127 are compared as they are. UTF-8 matters are in base/utf8.h.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tocsin {

constexpr char ascii_lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
}
constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
constexpr bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\v' || c == '\f';
}

std::string to_lower(std::string_view text);
bool equals_ignore_case(std::string_view a, std::string_view b);
bool contains_ignore_case(std::string_view text, std::string_view part);
std::string_view trim(std::string_view text);
// Parts between separators, empty ones included; views into `text`.
std::vector<std::string_view> split(std::string_view text, char separator);

// The whole text is one decimal integer / number, or nothing.
std::optional<std::int64_t> parse_int(std::string_view text);
std::optional<double> parse_double(std::string_view text);

// "did you mean": the candidate at the smallest edit distance, if it is close; else empty.
std::string_view closest_word(std::string_view word,
                              const std::vector<std::string_view>& candidates);

// `*` any run, `?` one byte; case-sensitive. For file names and user patterns, not for Sigma.
bool glob_match(std::string_view pattern, std::string_view text);

}  // namespace tocsin
