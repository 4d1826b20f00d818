#include "enrich/domain_name.h"

#include <algorithm>
#include <cstdint>
#include <vector>

#include "base/ip.h"
#include "base/text.h"
#include "base/utf8.h"
#include "enrich/indicator.h"

namespace tocsin {
namespace {

constexpr std::size_t kLabelBytesMax = 63;

bool is_ascii(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 128; });
}

bool is_label_byte(char c) {
  return (c >= 'a' && c <= 'z') || is_digit(c) || c == '-' || c == '_';
}

// A whole name in lower-case ASCII.
bool is_domain(std::string_view name) {
  if (name.empty() || name.size() > kDomainBytesMax) {
    return false;
  }
  std::size_t label = 0;
  bool last_is_number = true;
  for (const char c : name) {
    if (c == '.') {
      if (label == 0) {
        return false;
      }
      label = 0;
      last_is_number = true;
      continue;
    }
    if (!is_label_byte(c) || ++label > kLabelBytesMax) {
      return false;
    }
    last_is_number = last_is_number && is_digit(c);
  }
  return label != 0 && !last_is_number;  // a last label of digits is an address, or nothing
}

std::vector<char32_t> code_points(std::string_view utf8) {
  std::vector<char32_t> out;
  for (std::size_t i = 0; i < utf8.size();) {
    const auto lead = static_cast<unsigned char>(utf8[i]);
    const std::size_t size = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    char32_t point = size == 1 ? lead : lead & (0xFFU >> (size + 1));
    for (std::size_t j = 1; j < size; ++j) {
      point = (point << 6U) | (static_cast<unsigned char>(utf8[i + j]) & 0x3FU);
    }
    out.push_back(point);
    i += size;
  }
  return out;
}

char32_t lower(char32_t c) {
  if ((c >= U'A' && c <= U'Z') || (c >= 0xC0 && c <= 0xDE && c != 0xD7) ||
      (c >= 0x391 && c <= 0x3A9) || (c >= 0x410 && c <= 0x42F)) {
    return c + 0x20;
  }
  return c >= 0x400 && c <= 0x40F ? c + 0x50 : c;
}

// RFC 3492, 6.1
std::uint32_t adapt(std::uint32_t delta, std::uint32_t points, bool first) {
  delta = first ? delta / 700 : delta / 2;
  delta += delta / points;
  std::uint32_t k = 0;
  while (delta > 455) {
    delta /= 35;
    k += 36;
  }
  return k + 36 * delta / (delta + 38);
}

char digit(std::uint32_t d) {
  return static_cast<char>(d < 26 ? 'a' + d : '0' + (d - 26));
}

void append_number(std::string& out, std::uint32_t number, std::uint32_t bias) {
  for (std::uint32_t k = 36;; k += 36) {
    const std::uint32_t threshold = k <= bias ? 1 : k >= bias + 26 ? 26 : k - bias;
    if (number < threshold) {
      out += digit(number);
      return;
    }
    out += digit(threshold + (number - threshold) % (36 - threshold));
    number = (number - threshold) / (36 - threshold);
  }
}

}  // namespace

std::optional<std::string> punycode_label(std::string_view label) {
  if (!is_valid_utf8(label) || label.size() > 4 * kLabelBytesMax) {
    return std::nullopt;
  }
  std::vector<char32_t> points = code_points(label);
  std::ranges::transform(points, points.begin(), lower);
  std::string out = "xn--";
  for (const char32_t c : points) {
    if (c < 0x80) {
      out += static_cast<char>(c);
    }
  }
  const auto basic = static_cast<std::uint32_t>(out.size() - 4);
  if (basic > 0) {
    out += '-';
  }
  char32_t next = 0x80;
  std::uint32_t delta = 0;
  std::uint32_t bias = 72;
  std::uint32_t done = basic;
  // At most 252 points below 2^21: no product here leaves 32 bits.
  while (done < points.size()) {
    char32_t smallest = 0x7FFFFFFF;
    for (const char32_t c : points) {
      smallest = c >= next ? std::min(smallest, c) : smallest;
    }
    delta += static_cast<std::uint32_t>(smallest - next) * (done + 1);
    next = smallest;
    for (const char32_t c : points) {
      delta += c < next ? 1U : 0U;
      if (c == next) {
        append_number(out, delta, bias);
        bias = adapt(delta, done + 1, done == basic);
        delta = 0;
        ++done;
      }
    }
    ++delta;
    ++next;
    if (out.size() > kLabelBytesMax) {
      return std::nullopt;
    }
  }
  return out;
}

bool plain_domain(std::string_view text, char* out, std::size_t& size) {
  if (text.ends_with('.')) {
    text.remove_suffix(1);
  }
  if (text.size() > size || !is_ascii(text)) {
    return false;
  }
  std::ranges::transform(text, out, ascii_lower);
  size = text.size();
  return is_domain({out, size});
}

std::optional<std::string> normal_domain(std::string_view text) {
  text = trim(text);
  if (text.ends_with('.')) {
    text.remove_suffix(1);
  }
  if (text.size() > 4 * kDomainBytesMax) {
    return std::nullopt;
  }
  std::string out;
  for (const std::string_view label : split(text, '.')) {
    out += out.empty() ? "" : ".";
    if (is_ascii(label)) {
      out += to_lower(label);
      if (label.empty()) {
        return std::nullopt;
      }
      continue;
    }
    const auto coded = punycode_label(label);
    if (!coded) {
      return std::nullopt;
    }
    out += *coded;
  }
  if (!is_domain(out)) {
    return std::nullopt;
  }
  return out;
}

}  // namespace tocsin
