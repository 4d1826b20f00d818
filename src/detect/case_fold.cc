#include "detect/case_fold.h"

#include <cstdint>
#include <cstring>

#include "base/text.h"

namespace tocsin {
namespace {

// Unicode 15 CaseFolding.txt, status C and S, restricted to U+00C0..U+04FF with a two-byte result.
std::uint32_t fold_code_point(std::uint32_t c) {
  const auto within = [c](std::uint32_t first, std::uint32_t last) {
    return c >= first && c <= last;
  };
  if (within(0xC0, 0xDE)) {
    return c == 0xD7 ? c : c + 32;
  }
  if (within(0x100, 0x137)) {
    return c == 0x130 ? c : c | 1U;
  }
  if (within(0x139, 0x148)) {
    return c % 2 == 1 ? c + 1 : c;
  }
  if (within(0x14A, 0x177)) {
    return c | 1U;
  }
  if (c == 0x178) {
    return 0xFF;
  }
  if (within(0x179, 0x17E)) {
    return c % 2 == 1 ? c + 1 : c;
  }
  if (c == 0x386) {
    return 0x3AC;
  }
  if (within(0x388, 0x38A)) {
    return c + 37;
  }
  if (c == 0x38C) {
    return 0x3CC;
  }
  if (c == 0x38E || c == 0x38F) {
    return c + 63;
  }
  if (within(0x391, 0x3AB) && c != 0x3A2) {
    return c + 32;
  }
  if (c == 0x3C2) {
    return 0x3C3;
  }
  if (within(0x400, 0x40F)) {
    return c + 80;
  }
  if (within(0x410, 0x42F)) {
    return c + 32;
  }
  if (within(0x460, 0x481) || within(0x48A, 0x4BF) || within(0x4D0, 0x4FF)) {
    return c | 1U;
  }
  return c;
}

constexpr std::size_t kWord = 8;

// Lowers eight ASCII bytes at once; false, and nothing done, when one is not ASCII.
bool lower_ascii_word(char* at) {
  std::uint64_t word = 0;
  std::memcpy(&word, at, kWord);
  constexpr std::uint64_t kOnes = 0x0101010101010101ULL;
  if ((word & (kOnes * 0x80)) != 0) {
    return false;
  }
  // The top bit of each byte: the byte is at least 'A'; the byte is above 'Z'.
  const std::uint64_t from_a = word + kOnes * (0x80 - 'A');
  const std::uint64_t after_z = word + kOnes * (0x7F - 'Z');
  word |= ((from_a & ~after_z) & (kOnes * 0x80)) >> 2U;
  std::memcpy(at, &word, kWord);
  return true;
}

}  // namespace

void fold_case_append(std::string_view text, std::string& out) {
  const std::size_t start = out.size();
  out.append(text);
  char* const bytes = out.data() + start;
  for (std::size_t i = 0; i < text.size();) {
    if (text.size() - i >= kWord && lower_ascii_word(bytes + i)) {
      i += kWord;
      continue;
    }
    const auto lead = static_cast<unsigned char>(bytes[i]);
    if (lead < 0x80) {
      bytes[i] = ascii_lower(bytes[i]);
    } else if (lead >= 0xC3 && lead <= 0xD3 && i + 1 < text.size()) {
      const auto second = static_cast<unsigned char>(bytes[i + 1]);
      if ((second & 0xC0U) == 0x80U) {
        const std::uint32_t folded = fold_code_point((lead & 0x1FU) << 6U | (second & 0x3FU));
        bytes[i] = static_cast<char>(0xC0U | folded >> 6U);
        bytes[i + 1] = static_cast<char>(0x80U | (folded & 0x3FU));
        ++i;
      }
    }
    ++i;
  }
}

std::string fold_case(std::string_view text) {
  std::string out;
  fold_case_append(text, out);
  return out;
}

}  // namespace tocsin
