#include <algorithm>

#include "base/text.h"
#include "detect/request_text.h"

namespace tocsin {
namespace {

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
// What a word on a command line is made of.
bool is_word(char c) {
  return is_letter(c) || is_digit(c) || c == '/' || c == '_' || c == '-' || c == '.' || c == '?' ||
         c == '*';
}

class Joiner {
 public:
  Joiner(std::string_view text, std::string& out) : text_(text), out_(out) {}

  bool run() {
    while (at_ < text_.size()) {
      if (!dropped()) {
        out_ += text_[at_++];
      }
    }
    return joined_;
  }

 private:
  char ahead(std::size_t i) const { return at_ + i < text_.size() ? text_[at_ + i] : '\0'; }
  bool after_word() const { return !out_.empty() && is_word(out_.back()); }
  bool drop(std::size_t bytes) {
    joined_ = true;
    at_ += bytes;
    return true;
  }
  bool replace(std::size_t bytes, char c) {
    out_ += c;
    return drop(bytes);
  }

  bool dropped() {
    switch (text_[at_]) {
      case '\'':
      case '"':
        return quote();
      case '`':
        return ahead(1) == '`' && after_word() && is_word(ahead(2)) && drop(2);
      case '\\':
        return (is_letter(ahead(1)) || (ahead(1) == '\n' && after_word())) &&
               drop(ahead(1) == '\n' ? 2 : 1);
      case '^':
        return after_word() && is_letter(ahead(1)) && drop(1);
      case '$':
        return variable();
      case '/':
        return ahead(1) == '*' && comment();
      default:
        return false;
    }
  }

  // c''at, c"a"t, and 'sel'+'ect' as well as 'sel'||'ect'.
  bool quote() {
    const char mark = text_[at_];
    if (!after_word()) {
      return false;
    }
    for (const std::size_t glue : {std::size_t{1}, std::size_t{2}}) {
      const bool glued = glue == 1 ? ahead(1) == '+' : ahead(1) == '|' && ahead(2) == '|';
      if (glued && ahead(glue + 1) == mark && is_word(ahead(glue + 2))) {
        return drop(glue + 2);
      }
    }
    const std::size_t quotes = ahead(1) == mark ? 2 : 1;
    const char next = ahead(quotes);
    return (is_letter(next) || is_digit(next) || next == '/' || next == '_') && drop(quotes);
  }

  // $@ and $* and $u are nothing, $IFS is a space, ${PATH:0:1} a slash.
  bool variable() {
    if (ahead(1) == '@' || ahead(1) == '*') {
      return (after_word() || is_word(ahead(2))) && drop(2);
    }
    if (ahead(1) == '(' && ahead(2) == ')') {
      return after_word() && drop(3);
    }
    if (equals_ignore_case(text_.substr(std::min(at_ + 1, text_.size()), 3), "ifs")) {
      const bool more = ahead(4) == '$' && is_digit(ahead(5));
      return replace(more ? 6 : 4, ' ');
    }
    if (ahead(1) == '{') {
      return braced();
    }
    const bool unset = is_letter(ahead(1)) || is_digit(ahead(1));
    return unset && after_word() && !is_letter(ahead(2)) && !is_digit(ahead(2)) && drop(2);
  }

  bool braced() {
    const std::size_t end = text_.substr(at_, 32).find('}');
    if (end == std::string_view::npos) {
      return false;
    }
    const std::string_view name = text_.substr(at_ + 2, end - 2);
    if (equals_ignore_case(name.substr(0, 3), "ifs")) {
      return replace(end + 1, ' ');
    }
    if (name.ends_with(":0:1") || name.ends_with(":~0:1")) {
      return replace(end + 1, '/');
    }
    const bool plain = std::ranges::all_of(name, [](char c) { return is_letter(c); });
    return plain && after_word() && drop(end + 1);
  }

  bool comment() {
    if (no_comment_ends_) {
      return false;
    }
    const std::size_t end = text_.find("*/", at_ + 2);
    if (end == std::string_view::npos) {
      no_comment_ends_ = true;
      return false;
    }
    return replace(end + 2 - at_, ' ');
  }

  std::string_view text_;
  std::string& out_;
  std::size_t at_ = 0;
  bool joined_ = false;
  bool no_comment_ends_ = false;
};

}  // namespace

bool join_split_words(std::string_view decoded, std::string& out) {
  if (!signs_in(decoded).split) {
    return false;
  }
  out.clear();
  return Joiner(decoded, out).run();
}

}  // namespace tocsin
