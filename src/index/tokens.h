// Tokens: the words of a text, as hashes, for token filters. Whatever a filter was built from and
// whatever is looked up in it goes through here, so that the two can never disagree.
//
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

// The whole value, case and all: for equality.
inline std::uint64_t whole_value_token(std::string_view value) {
  return hash64(value, 0x746f6373696eULL);
}

// What a part must hold so that some text value contains these words / equals this value.
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

}  // namespace tocsin
