#include "detect/json_escapes.h"

#include <array>
#include <bit>
#include <charconv>
#include <cstdint>
#include <cstring>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include "base/utf8.h"

namespace tocsin {
namespace {

void append_escape(std::string_view text, std::size_t& at, std::string& out) {
  const char c = text[at + 1];
  at += 2;
  switch (c) {
    case 'n':
      out += '\n';
      return;
    case 't':
      out += '\t';
      return;
    case 'r':
      out += '\r';
      return;
    case 'b':
      out += '\b';
      return;
    case 'f':
      out += '\f';
      return;
    case 'u':
      break;
    default:
      out += c;
      return;
  }
  std::uint32_t unit = 0;
  const char* const begin = text.data() + at;
  const char* const end = begin + (text.size() - at < 4 ? text.size() - at : 4);
  const auto [stop, error] = std::from_chars(begin, end, unit, 16);
  if (error != std::errc{} || stop != begin + 4) {
    out += "\\u";
    return;
  }
  at += 4;
  append_utf8(out, unit);
}

constexpr auto kUsual = [] {
  std::array<bool, 256> usual{};
  for (const char c : std::string_view("\\\"/bfnrt")) {
    usual[static_cast<unsigned char>(c)] = true;
  }
  return usual;
}();

constexpr std::size_t kBlock = 64;

// Bit i: byte i of the block is a backslash.
std::uint64_t backslashes_in(const char* block) {
  std::uint64_t found = 0;
#if defined(__SSE2__)
  const __m128i wanted = _mm_set1_epi8('\\');
  for (unsigned i = 0; i < kBlock; i += 16) {
    __m128i bytes;
    std::memcpy(&bytes, block + i, sizeof bytes);
    const auto mask = static_cast<unsigned>(_mm_movemask_epi8(_mm_cmpeq_epi8(bytes, wanted)));
    found |= std::uint64_t{mask} << i;
  }
#else
  for (unsigned i = 0; i < kBlock; ++i) {
    found |= std::uint64_t{block[i] == '\\'} << i;
  }
#endif
  return found;
}

}  // namespace

std::string json_unescaped(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    if (text[at] == '\\' && at + 1 < text.size()) {
      append_escape(text, at, out);
    } else {
      out += text[at++];
    }
  }
  return out;
}

bool has_only_usual_escapes(std::string_view text) {
  std::size_t at = 0;        // of the block
  std::size_t first_in = 0;  // before it, the block's bytes belong to the last escape
  for (; at + kBlock < text.size(); at += kBlock) {
    std::uint64_t left = backslashes_in(text.data() + at) >> first_in << first_in;
    first_in = 0;
    while (left != 0) {
      const auto bit = static_cast<unsigned>(std::countr_zero(left));
      if (!kUsual[static_cast<unsigned char>(text[at + bit + 1])]) {
        return false;
      }
      if (bit == kBlock - 1) {
        first_in = 1;
        break;
      }
      left &= ~(std::uint64_t{3} << bit);
    }
  }
  for (at += first_in; at + 1 < text.size(); ++at) {
    if (text[at] == '\\') {
      ++at;
      if (!kUsual[static_cast<unsigned char>(text[at])]) {
        return false;
      }
    }
  }
  return true;
}

}  // namespace tocsin
