#include "alert/notify/neutral_text.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/encoding.h"
#include "base/text.h"
#include "base/utf8.h"

namespace tocsin {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";
// Of one encoded word: at most 75 characters with its frame (RFC 2047), in base64.
constexpr std::size_t kEncodedWordBytes = 42;
// A secret of fewer characters would make every text unreadable.
constexpr std::size_t kMaskedBytesMin = 4;

// The code point at `at` of valid UTF-8, and its bytes.
struct CodePoint {
  char32_t value;
  std::size_t bytes;
};

CodePoint code_point_at(std::string_view text, std::size_t at) {
  const auto lead = static_cast<unsigned char>(text[at]);
  const std::size_t bytes = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  char32_t value = bytes == 1 ? lead : lead & (0xFFU >> (bytes + 1));
  for (std::size_t i = 1; i < bytes && at + i < text.size(); ++i) {
    value = (value << 6U) | (static_cast<unsigned char>(text[at + i]) & 0x3FU);
  }
  return {value, bytes};
}

bool in_range(char32_t c, char32_t low, char32_t high) {
  return c >= low && c <= high;
}

// Zero width, direction, line separators, byte order mark, tags, private use of fonts.
bool hides_or_turns(char32_t c) {
  return c == 0x00AD || c == 0x061C || c == 0x180E || c == 0xFEFF || in_range(c, 0x200B, 0x200F) ||
         in_range(c, 0x2028, 0x202E) || in_range(c, 0x2060, 0x206F) ||
         in_range(c, 0xFFF9, 0xFFFB) || in_range(c, 0xE0000, 0xE0FFF) ||
         in_range(c, 0x115F, 0x1160) || c == 0x3164 || c == 0xFFA0;
}

std::string escaped_with(std::string_view text, std::string_view special, std::string_view before) {
  std::string out;
  for (const char c : text) {
    if (special.find(c) != std::string_view::npos) {
      out += before;
    }
    out += c;
  }
  return out;
}

bool is_printable_ascii(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; });
}

}  // namespace

std::string neutral(std::string_view text, std::size_t bytes_max) {
  const std::string valid = to_valid_utf8(text.substr(0, bytes_max + 4));
  std::string out;
  for (std::size_t at = 0; at < valid.size();) {
    const CodePoint c = code_point_at(valid, at);
    if (c.value == '\n' || c.value == '\t' || c.value == '\r') {
      out += ' ';
    } else if (c.value < 0x20 || in_range(c.value, 0x7F, 0x9F)) {
      out += fmt::format("\\x{:02x}", static_cast<unsigned>(c.value));
    } else if (hides_or_turns(c.value)) {
      out += kReplacement;
    } else if (valid.compare(at, 3, "://") == 0) {
      out += "[:]";
    } else {
      out.append(valid, at, c.bytes);
    }
    at += c.bytes;
  }
  if (out.size() <= bytes_max) {
    return out;
  }
  return std::string(utf8_prefix(out, bytes_max < 3 ? bytes_max : bytes_max - 3)) +
         (bytes_max < 3 ? "" : "…");
}

std::string slack_escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string markdown_escaped(std::string_view text) {
  std::string out;
  for (const char c : escaped_with(text, "\\*_~`|<>[]()#-+!:", "\\")) {
    out += c;
    if (c == '@') {
      out += "\xE2\x80\x8B";  // a zero-width space: "@everyone" is no mention any more
    }
  }
  return out;
}

std::string html_escaped(std::string_view text) {
  std::string out;
  for (const char c : slack_escaped(text)) {
    if (c == '"') {
      out += "&quot;";
    } else if (c == '\'') {
      out += "&#39;";
    } else {
      out += c;
    }
  }
  return out;
}

std::string structured_data_escaped(std::string_view text) {
  return escaped_with(text, "\"\\]", "\\");
}

std::string mail_header_text(std::string_view text) {
  if (is_printable_ascii(text) && text.size() <= 900 && !text.starts_with(' ')) {
    return std::string(text);
  }
  std::string out;
  const std::string valid = to_valid_utf8(text);
  std::string_view rest = valid;
  while (!rest.empty()) {
    const std::string_view piece = utf8_prefix(rest, kEncodedWordBytes);
    rest.remove_prefix(piece.size());
    out += fmt::format("{}=?utf-8?B?{}?=", out.empty() ? "" : "\r\n ", base64_encode(piece));
  }
  return out;
}

std::string masked(std::string text, const std::vector<std::string>& secrets) {
  for (const std::string& secret : secrets) {
    if (secret.size() < kMaskedBytesMin) {
      continue;
    }
    for (std::size_t at = text.find(secret); at != std::string::npos; at = text.find(secret, at)) {
      text.replace(at, secret.size(), "***");
      at += 3;
    }
  }
  return text;
}

}  // namespace tocsin
