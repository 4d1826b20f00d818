#include "detect/sigma/text_codec.h"

#include "base/encoding.h"
#include "base/text.h"
#include "base/utf8.h"

namespace tocsin::sigma {
namespace {

constexpr std::array<std::string_view, 5> kDashes = {"-", "/", "\xE2\x80\x93", "\xE2\x80\x94",
                                                     "\xE2\x80\x95"};

bool is_word(char c) {
  const auto byte = static_cast<unsigned char>(c);
  const char lower = ascii_lower(c);
  return (lower >= 'a' && lower <= 'z') || is_digit(c) || c == '_' || byte >= 0x80;
}

// pySigma's \B[-/]\b: no word character before it, one after it.
bool is_option_dash(std::string_view text, std::size_t at) {
  return (text[at] == '-' || text[at] == '/') && (at == 0 || !is_word(text[at - 1])) &&
         at + 1 < text.size() && is_word(text[at + 1]);
}

void append_text(SigmaString& value, std::string_view text) {
  if (!text.empty()) {
    value.append({PartKind::kText, std::string(text)});
  }
}

// Decodes one code point at `at` and moves on; a byte that is not UTF-8 stands for itself.
char32_t next_code_point(std::string_view text, std::size_t& at) {
  const auto lead = static_cast<unsigned char>(text[at]);
  const std::size_t length = lead < 0xC0 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  if (length == 1 || at + length > text.size() || !is_valid_utf8(text.substr(at, length))) {
    ++at;
    return lead;
  }
  char32_t code_point = lead & (0x7FU >> length);
  for (std::size_t i = 1; i < length; ++i) {
    code_point = code_point << 6U | (static_cast<unsigned char>(text[at + i]) & 0x3FU);
  }
  at += length;
  return code_point;
}

void append_unit(std::string& out, std::uint32_t unit, Utf16 form) {
  const char low = static_cast<char>(unit & 0xFFU);
  const char high = static_cast<char>(unit >> 8U);
  out += form == Utf16::kBig ? high : low;
  out += form == Utf16::kBig ? low : high;
}

std::string utf16_text(std::string_view text, Utf16 form) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const char32_t c = next_code_point(text, at);
    if (c >= 0x10000) {
      append_unit(out, 0xD800U + ((c - 0x10000U) >> 10U), form);
      append_unit(out, 0xDC00U + ((c - 0x10000U) & 0x3FFU), form);
    } else {
      append_unit(out, c, form);
    }
  }
  return out;
}

// pySigma knows \w only; published rules also write %DC-MACHINE-NAME%.
bool is_name_character(char c) {
  return is_word(c) || c == '-';
}

}  // namespace

std::vector<SigmaString> windash_variants(const SigmaString& value) {
  std::vector<SigmaString> variants(1);
  const auto append_all = [&variants](std::string_view text) {
    for (SigmaString& variant : variants) {
      append_text(variant, text);
    }
  };
  for (const Part& part : value.parts()) {
    if (part.kind != PartKind::kText) {
      for (SigmaString& variant : variants) {
        variant.append(part);
      }
      continue;
    }
    std::size_t done = 0;
    for (std::size_t at = 0; at < part.text.size(); ++at) {
      if (!is_option_dash(part.text, at)) {
        continue;
      }
      append_all(std::string_view(part.text).substr(done, at - done));
      done = at + 1;
      if (variants.size() * kDashes.size() > kVariantsMax) {
        return {};
      }
      std::vector<SigmaString> more;
      more.reserve(variants.size() * kDashes.size());
      for (const SigmaString& variant : variants) {
        for (const std::string_view dash : kDashes) {
          append_text(more.emplace_back(variant), dash);
        }
      }
      variants = std::move(more);
    }
    append_all(std::string_view(part.text).substr(done));
  }
  return variants;
}

SigmaString to_utf16(const SigmaString& value, Utf16 form) {
  SigmaString out;
  if (form == Utf16::kLittleWithMark) {
    append_text(out, "\xFF\xFE");
  }
  for (const Part& part : value.parts()) {
    if (part.kind == PartKind::kText) {
      append_text(out, utf16_text(part.text, form));
    } else {
      out.append(part);
    }
  }
  return out;
}

std::array<std::string, 3> base64_offsets(std::string_view bytes) {
  constexpr std::array<std::size_t, 3> kFirst = {0, 2, 3};
  constexpr std::array<std::size_t, 3> kDropped = {0, 3, 2};  // by how the length ends in a group
  std::array<std::string, 3> out;
  for (std::size_t offset = 0; offset < 3; ++offset) {
    const std::string whole = base64_encode(std::string(offset, ' ').append(bytes));
    const std::size_t end =
        whole.size() - std::min(whole.size(), kDropped[(bytes.size() + offset) % 3]);
    out[offset] = end > kFirst[offset] ? whole.substr(kFirst[offset], end - kFirst[offset]) : "";
  }
  return out;
}

std::vector<std::string> split_placeholders(std::string_view written) {
  std::vector<std::string> parts(1);
  for (std::size_t at = 0; at < written.size(); ++at) {
    if (written[at] == '\\' && at + 1 < written.size() && written[at + 1] == '%') {
      parts.back() += '%';
      ++at;
      continue;
    }
    if (written[at] == '%') {
      std::size_t end = at + 1;
      while (end < written.size() && is_name_character(written[end])) {
        ++end;
      }
      if (end > at + 1 && end < written.size() && written[end] == '%') {
        parts.emplace_back(written.substr(at + 1, end - at - 1));
        parts.emplace_back();
        at = end;
        continue;
      }
    }
    parts.back() += written[at];
  }
  return parts;
}

}  // namespace tocsin::sigma
