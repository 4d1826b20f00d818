#include "detect/json_escapes.h"

#include <array>
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

// Offset of the next backslash at or after `at`, or the size.
std::size_t next_backslash(std::string_view text, std::size_t at) {
#if defined(__SSE2__)
  const __m128i wanted = _mm_set1_epi8('\\');
  for (; at + 16 <= text.size(); at += 16) {
    __m128i bytes;
    std::memcpy(&bytes, text.data() + at, sizeof bytes);
    const int found = _mm_movemask_epi8(_mm_cmpeq_epi8(bytes, wanted));
    if (found != 0) {
      return at + static_cast<std::size_t>(__builtin_ctz(static_cast<unsigned>(found)));
    }
  }
#endif
  while (at < text.size() && text[at] != '\\') {
    ++at;
  }
  return at;
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
  for (std::size_t at = next_backslash(text, 0); at + 1 < text.size();
       at = next_backslash(text, at + 2)) {
    if (!kUsual[static_cast<unsigned char>(text[at + 1])]) {
      return false;
    }
  }
  return true;
}

}  // namespace tocsin
