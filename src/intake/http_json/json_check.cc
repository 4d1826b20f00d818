#include "intake/http_json/json_check.h"

#include <string>

#include "base/text.h"

namespace tocsin {
namespace {

class Checker {
 public:
  Checker(std::string_view text, std::size_t depth_max) : text_(text), depth_max_(depth_max) {}

  JsonCheck run() {
    bool expects_value = true;
    while (result_.fault == JsonFault::kNone) {
      skip_space();
      if (expects_value) {
        expects_value = begin_value();
      } else if (open_.empty()) {
        if (at_ < text_.size()) {
          wrong("expected nothing after the value");
        }
        break;
      } else {
        expects_value = after_value();
      }
    }
    return result_;
  }

 private:
  bool ended() const { return at_ >= text_.size(); }
  char here() const { return text_[at_]; }

  bool wrong(std::string_view reason) {
    if (result_.fault == JsonFault::kNone) {
      result_ = {JsonFault::kSyntax, at_, ended() ? "the value is cut off" : reason};
    }
    return false;
  }

  void skip_space() {
    while (!ended() && is_json_space(here())) {
      ++at_;
    }
  }

  // True when another value must follow at once (an array or a member has begun).
  bool begin_value() {
    if (ended()) {
      return wrong("expected a value");
    }
    switch (here()) {
      case '{':
        return open_object();
      case '[':
        return open_array();
      case '"':
        string();
        return false;
      case 't':
        word("true");
        return false;
      case 'f':
        word("false");
        return false;
      case 'n':
        word("null");
        return false;
      default:
        number();
        return false;
    }
  }

  bool open(char kind) {
    if (open_.size() >= depth_max_) {
      result_ = {JsonFault::kTooDeep, at_, "nested too deeply"};
      return false;
    }
    open_ += kind;
    ++at_;
    skip_space();
    return true;
  }

  bool open_object() {
    if (!open('{')) {
      return false;
    }
    if (!ended() && here() == '}') {
      return close();
    }
    return key();
  }

  bool open_array() {
    if (!open('[')) {
      return false;
    }
    if (!ended() && here() == ']') {
      return close();
    }
    return true;
  }

  bool close() {
    open_.pop_back();
    ++at_;
    return false;
  }

  bool key() {
    skip_space();
    if (ended() || here() != '"') {
      return wrong("expected a key in quotes");
    }
    if (!string()) {
      return false;
    }
    skip_space();
    if (ended() || here() != ':') {
      return wrong("expected ':' after the key");
    }
    ++at_;
    return true;
  }

  bool after_value() {
    const bool in_object = open_.back() == '{';
    if (ended()) {
      return wrong("");
    }
    if (here() == (in_object ? '}' : ']')) {
      return close();
    }
    if (here() != ',') {
      return wrong(in_object ? "expected ',' or '}'" : "expected ',' or ']'");
    }
    ++at_;
    return in_object ? key() : true;
  }

  bool string() {
    ++at_;
    while (!ended()) {
      const auto byte = static_cast<unsigned char>(here());
      if (byte == '"') {
        ++at_;
        return true;
      }
      if (byte < 0x20) {
        return wrong("a control character in a string must be escaped");
      }
      if (byte == '\\' && !escape()) {
        return false;
      }
      ++at_;
    }
    return wrong("");
  }

  // At the backslash; leaves at_ on the escape's last byte.
  bool escape() {
    ++at_;
    if (ended()) {
      return wrong("");
    }
    if (here() != 'u') {
      constexpr std::string_view kEscapes = "\"\\/bfnrt";
      return kEscapes.contains(here()) || wrong("no such escape in JSON");
    }
    for (int i = 0; i < 4; ++i) {
      ++at_;
      const bool is_hex = !ended() && (is_digit(here()) ||
                                       (ascii_lower(here()) >= 'a' && ascii_lower(here()) <= 'f'));
      if (!is_hex) {
        return wrong("expected four hexadecimal digits after \\u");
      }
    }
    return true;
  }

  void word(std::string_view expected) {
    for (const char c : expected) {
      if (ended() || here() != c) {
        wrong("expected true, false or null");
        return;
      }
      ++at_;
    }
  }

  bool digits() {
    if (ended() || !is_digit(here())) {
      return wrong("expected a digit");
    }
    while (!ended() && is_digit(here())) {
      ++at_;
    }
    return true;
  }

  void number() {
    if (!is_digit(here()) && here() != '-') {
      wrong("expected a value");
      return;
    }
    at_ += here() == '-' ? 1U : 0U;
    const bool zero = !ended() && here() == '0';
    if (!digits_or_zero(zero)) {
      return;
    }
    if (!ended() && here() == '.') {
      ++at_;
      if (!digits()) {
        return;
      }
    }
    if (!ended() && ascii_lower(here()) == 'e') {
      ++at_;
      if (!ended() && (here() == '+' || here() == '-')) {
        ++at_;
      }
      digits();
    }
  }

  bool digits_or_zero(bool zero) {
    if (!zero) {
      return digits();
    }
    ++at_;
    if (!ended() && is_digit(here())) {
      return wrong("a number has no leading zeros");
    }
    return true;
  }

  const std::string_view text_;
  const std::size_t depth_max_;
  std::size_t at_ = 0;
  std::string open_;
  JsonCheck result_;
};

// text[0] is the opening quote; the index after the closing one, or npos.
std::size_t string_extent(std::string_view text) {
  std::size_t at = 1;
  while (true) {
    at = text.find_first_of("\"\\", at);
    if (at == std::string_view::npos) {
      return at;
    }
    if (text[at] == '"') {
      return at + 1;
    }
    at += 2;
  }
}

}  // namespace

bool is_json_space(char c) {
  return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

JsonCheck json_check(std::string_view text, std::size_t depth_max) {
  return Checker(text, depth_max).run();
}

std::size_t json_extent(std::string_view text) {
  constexpr std::string_view kScalarEnds = " \t\r\n,]}";
  if (text.empty()) {
    return std::string_view::npos;
  }
  if (text[0] == '"') {
    return string_extent(text);
  }
  if (text[0] != '{' && text[0] != '[') {
    const std::size_t end = text.find_first_of(kScalarEnds);
    return end == std::string_view::npos ? text.size() : end;
  }
  std::size_t depth = 0;
  std::size_t at = 0;
  while (at < text.size()) {
    const char c = text[at];
    if (c == '"') {
      const std::size_t size = string_extent(text.substr(at));
      if (size == std::string_view::npos) {
        return size;
      }
      at += size;
    } else {
      depth += c == '{' || c == '[' ? 1U : 0U;
      depth -= c == '}' || c == ']' ? 1U : 0U;
      ++at;
      if (depth == 0) {
        return at;
      }
    }
  }
  return std::string_view::npos;
}

}  // namespace tocsin
