// logfmt: key=value pairs, values quoted when they hold blanks (Go, Heroku, Grafana's programs).
// Strict: the whole line is pairs (a key alone means true), at least three of them with a value, or
// two when one is a usual key.
#include <string>

#include "base/text.h"
#include "decode/formats.h"
#include "decode/json_shapes.h"
#include "decode/scan.h"

namespace tocsin {
namespace {

constexpr std::size_t kPairsMax = 2'000;

bool is_key_char(char c) {
  const char lower = ascii_lower(c);
  return (lower >= 'a' && lower <= 'z') || is_digit(c) || c == '_' || c == '.' || c == '-' ||
         c == '@' || c == '/';
}

// `"…"` with backslash escapes; false when it does not end.
bool take_quoted_value(std::string_view& text, std::string_view& out, bool& escaped) {
  std::size_t at = 1;
  while (at < text.size() && text[at] != '"') {
    escaped = escaped || text[at] == '\\';
    at += text[at] == '\\' ? 2U : 1U;
  }
  if (at >= text.size()) {
    return false;
  }
  out = text.substr(1, at - 1);
  text.remove_prefix(at + 1);
  return text.empty() || text.front() == ' ';
}

std::string unescaped(std::string_view text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\' || i + 1 == text.size()) {
      plain += text[i];
      continue;
    }
    const char c = text[++i];
    plain += c == 'n' ? '\n' : c == 't' ? '\t' : c == 'r' ? '\r' : c;
  }
  return plain;
}

Value typed(std::string_view text) {
  if (const auto number = parse_int(text);
      number && (text.size() == 1 || (text.front() != '0' && text.front() != '+'))) {
    return Value::integer(*number);
  }
  return Value::text(text);
}

bool is_usual_key(std::string_view key) {
  for (const std::string_view usual : {"level", "lvl", "msg", "message", "time", "ts", "t"}) {
    if (key == usual) {
      return true;
    }
  }
  return false;
}

}  // namespace

bool decode_logfmt(std::string_view text, EventWriter& event) {
  JsonReader& reader = event.json();
  reader.begin(event);
  std::size_t with_value = 0;
  bool usual = false;
  for (std::size_t pairs = 0; !text.empty(); ++pairs) {
    std::size_t key_end = 0;
    while (key_end < text.size() && is_key_char(text[key_end])) {
      ++key_end;
    }
    const std::string_view key = text.substr(0, key_end);
    text.remove_prefix(key_end);
    if (key.empty() || pairs >= kPairsMax) {
      return false;
    }
    if (!skip(text, "=")) {
      if (!text.empty() && text.front() != ' ') {
        return false;
      }
      reader.keep(key, Value::boolean(true));
      skip_spaces(text);
      continue;
    }
    std::string_view value;
    bool escaped = false;
    if (text.starts_with('"')) {
      if (!take_quoted_value(text, value, escaped)) {
        return false;
      }
      reader.keep(key, Value::text(escaped ? event.copy(unescaped(value)) : value));
    } else {
      value = text.substr(0, text.find(' '));
      text.remove_prefix(value.size());
      reader.keep(key, typed(value));
    }
    usual = usual || is_usual_key(key);
    ++with_value;
    skip_spaces(text);
  }
  if (with_value < (usual ? 2U : 3U)) {
    return false;
  }
  reader.end();
  json_shape::write_application(reader.view(), event);
  return true;
}

}  // namespace tocsin
