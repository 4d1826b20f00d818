// Tokens: the words of a text, as hashes, for token filters. Whatever a filter was built from and
// whatever is looked up in it goes through here, so that the two can never disagree.
//
// for_each_token gives words; for_each_address the addresses.
// A word is a run of ASCII letters, digits, '_' and bytes above 127, in lower case.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "base/hash.h"

namespace tocsin {

inline constexpr std::size_t kTokenBytesMax = 64;        // longer words are cut here
inline constexpr std::size_t kWholeValueBytesMax = 128;  // longer values are known by words only

// Calls take(hash) for each word of the text.
template <class Take>
void for_each_token(std::string_view text, Take take);
template <class Take>
void for_each_address(std::string_view text, Take take);

// The whole value, case and all: for equality.
inline std::uint64_t whole_value_token(std::string_view value) {
  return hash64(value, 0x746f6373696eULL);
}

// An IPv4 address inside a text is one more token, so that looking for one needs not all texts that
// have its four numbers. It is a run of digits and dots that no letter or '_' touches.
inline std::uint64_t address_token(std::string_view address) {
  return hash64(address, 0x69707634ULL);
}
bool is_address_word(std::string_view word);

// Tokens are kept by column: the same word elsewhere is another entry.
inline std::uint64_t column_seed(std::string_view column) {
  return hash64(column, 0x636f6cULL);
}
constexpr std::uint64_t token_in_column(std::uint64_t token, std::uint64_t seed) {
  const std::uint64_t mixed = (token ^ seed) * 0x9E3779B97F4A7C15ULL;
  return mixed ^ (mixed >> 32U);
}

// What a column must hold so that some text in it contains these words / equals this value.
std::vector<std::uint64_t> tokens_of_words(std::string_view text);
std::vector<std::uint64_t> tokens_of_value(std::string_view value);

namespace detail {

constexpr std::array<unsigned char, 256> word_bytes() {
  std::array<unsigned char, 256> table{};  // 0: not part of a word; else the byte in lower case
  for (unsigned c = 0; c < 256; ++c) {
    const bool upper = c >= 'A' && c <= 'Z';
    const bool other = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || c == '_' || c >= 128;
    table[c] = static_cast<unsigned char>(upper ? c + 32 : other ? c : 0);
  }
  return table;
}

inline constexpr std::array<unsigned char, 256> kWordByte = word_bytes();

}  // namespace detail

template <class Take>
void for_each_token(std::string_view text, Take take) {
  char word[kTokenBytesMax];
  std::size_t size = 0;
  for (const char c : text) {
    const unsigned char lower = detail::kWordByte[static_cast<unsigned char>(c)];
    if (lower != 0) {
      if (size < kTokenBytesMax) {
        word[size++] = static_cast<char>(lower);
      }
    } else if (size != 0) {
      take(hash64({word, size}));
      size = 0;
    }
  }
  if (size != 0) {
    take(hash64({word, size}));
  }
}

template <class Take>
void for_each_address(std::string_view text, Take take) {
  constexpr std::size_t kShortest = 7;  // 1.1.1.1
  constexpr std::size_t kLongest = 15;
  std::size_t at = text.find('.');
  std::size_t behind = 0;  // the last run ended here
  while (at != std::string_view::npos) {
    const auto in_run = [&text](std::size_t i) {
      return text[i] == '.' || detail::kWordByte[static_cast<unsigned char>(text[i])] != 0;
    };
    std::size_t begin = at;
    while (begin > behind && in_run(begin - 1)) {
      --begin;
    }
    std::size_t end = at;
    while (end < text.size() && in_run(end)) {
      ++end;
    }
    behind = end;
    while (begin < end && text[begin] == '.') {
      ++begin;
    }
    std::size_t last = end;
    while (last > begin && text[last - 1] == '.') {
      --last;
    }
    const std::string_view run = text.substr(begin, last - begin);
    if (run.size() >= kShortest && run.size() <= kLongest && is_address_word(run)) {
      take(address_token(run));
    }
    at = text.find('.', end);
  }
}

}  // namespace tocsin
