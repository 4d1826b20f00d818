#include "query/cursor.h"

#include <algorithm>

#include "base/fail.h"
#include "base/text.h"

namespace tocsin {
namespace {

bool is_name_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c) || c == '_' || c == '.' ||
         c == '@' || static_cast<unsigned char>(c) >= 0x80U;
}

bool is_continuation(char c) {
  return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U;
}

}  // namespace

void Cursor::skip_space() {
  while (!at_end() && is_space(text_[at_])) {
    ++at_;
  }
}

bool Cursor::take(std::string_view symbol) {
  skip_space();
  if (!rest().starts_with(symbol)) {
    return false;
  }
  at_ += symbol.size();
  return true;
}

bool Cursor::take_word(std::string_view word) {
  skip_space();
  const std::string_view next = rest().substr(0, word.size());
  if (!equals_ignore_case(next, word) || is_name_char(peek(word.size()))) {
    return false;
  }
  at_ += word.size();
  return true;
}

bool Cursor::at_command_end() {
  skip_space();
  return at_end() || peek() == '|';
}

Result<std::string> Cursor::bare_name(std::string_view what, std::string_view more) {
  skip_space();
  const std::size_t begin = at_;
  if (peek() == '`' || peek() == '"') {
    const char quote = peek();
    const std::size_t end = text_.find(quote, at_ + 1);
    if (end == std::string_view::npos || end == at_ + 1) {
      return error(begin, "this quoted name has no end");
    }
    at_ = end + 1;
    return std::string(text_.substr(begin + 1, end - begin - 1));
  }
  while (is_name_char(peek()) || (peek() != '\0' && more.find(peek()) != std::string_view::npos)) {
    ++at_;
  }
  if (at_ == begin) {
    return error(begin, fmt::format("{} is expected here", what));
  }
  return std::string(text_.substr(begin, at_ - begin));
}

Result<std::string> Cursor::name(std::string_view what) {
  return bare_name(what, "-");
}

Result<std::string> Cursor::name_pattern(std::string_view what) {
  return bare_name(what, "-*");
}

Result<std::uint64_t> Cursor::count(std::string_view what, std::uint64_t max) {
  skip_space();
  const std::size_t begin = at_;
  while (is_digit(peek())) {
    ++at_;
  }
  const auto number = parse_int(text_.substr(begin, at_ - begin));
  if (!number || is_name_char(peek())) {
    return error(begin, fmt::format("{} is expected here: a whole number", what));
  }
  if (static_cast<std::uint64_t>(*number) > max) {
    return error(begin, fmt::format("{} is at most {}", what, max));
  }
  return static_cast<std::uint64_t>(*number);
}

Result<std::string> Cursor::quoted() {
  const std::size_t begin = at_;
  const char quote = peek();
  std::string out;
  ++at_;
  while (!at_end() && peek() != quote) {
    if (peek() == '\\' && at_ + 1 < text_.size()) {
      ++at_;
      const char c = peek();
      out.push_back(c == 'n' ? '\n' : c == 't' ? '\t' : c == 'r' ? '\r' : c);
    } else {
      out.push_back(peek());
    }
    ++at_;
  }
  if (at_end()) {
    return error(begin, "this quotation has no end");
  }
  ++at_;
  return out;
}

Error Cursor::error(std::size_t at, std::string_view what) const {
  at = std::min(at, text_.size());
  constexpr std::size_t kAround = 60;
  std::size_t begin = at > kAround ? at - kAround : 0;
  std::size_t end = std::min(text_.size(), at + kAround);
  while (begin < at && is_continuation(text_[begin])) {
    ++begin;
  }
  while (end < text_.size() && is_continuation(text_[end])) {
    ++end;
  }
  std::string shown(text_.substr(begin, end - begin));
  std::ranges::replace_if(
      shown, [](char c) { return static_cast<unsigned char>(c) < 0x20U || c == 0x7F; }, ' ');
  const auto characters = [this](std::size_t from, std::size_t to) {
    std::size_t count = 0;
    for (std::size_t i = from; i < to; ++i) {
      count += is_continuation(text_[i]) ? 0U : 1U;
    }
    return count;
  };
  const std::string lead = begin > 0 ? "…" : "";
  const std::size_t indent = characters(begin, at) + (begin > 0 ? 1 : 0);
  return fail(ErrorCode::kInvalid, "{} (character {})\n  {}{}{}\n  {}^", what,
              characters(0, at) + 1, lead, shown, end < text_.size() ? "…" : "",
              std::string(indent, ' '));
}

Status Cursor::enter() {
  if (++depth_ > kDepthMax) {
    return error(fmt::format("the query is nested deeper than {}", kDepthMax));
  }
  if (++nodes_ > kNodesMax) {
    return error(fmt::format("the query has more than {} parts", kNodesMax));
  }
  return {};
}

}  // namespace tocsin
