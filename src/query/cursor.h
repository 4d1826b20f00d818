// Cursor: a place in a query's text, and the small things that can be read there. One thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"

namespace tocsin {

class Cursor {
 public:
  static constexpr int kDepthMax = 64;
  static constexpr std::size_t kNodesMax = 2'000;

  explicit Cursor(std::string_view text) : text_(text) {}

  std::size_t at() const { return at_; }
  void move_to(std::size_t at) { at_ = at; }
  void advance(std::size_t bytes) { at_ += bytes; }
  bool at_end() const { return at_ >= text_.size(); }
  char peek(std::size_t ahead = 0) const {
    return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
  }
  std::string_view rest() const { return text_.substr(at_); }
  std::string_view text() const { return text_; }

  void skip_space();
  // Skips space, then takes `symbol` if it comes next.
  bool take(std::string_view symbol);
  // The same for a word in any case, whole: "by" is not the beginning of "bytes".
  bool take_word(std::string_view word);
  // True when the pipe's next command or the end comes (after space).
  bool at_command_end();

  // A field name or an alias: bare [A-Za-z0-9_.@-]+, or in backticks or double quotes.
  Result<std::string> name(std::string_view what);
  // A name in which `*` may stand.
  Result<std::string> name_pattern(std::string_view what);
  Result<std::uint64_t> count(std::string_view what, std::uint64_t max);
  // "quoted", with \" \\ \n \t escapes.
  Result<std::string> quoted();

  // kInvalid: the text, its place, the query's line and a caret under the place.
  Error error(std::size_t at, std::string_view what) const;
  Error error(std::string_view what) const { return error(at_, what); }

  // Guards against deep and endless queries.
  Status enter();
  void leave() { --depth_; }

 private:
  Result<std::string> bare_name(std::string_view what, std::string_view more);

  std::string_view text_;
  std::size_t at_ = 0;
  int depth_ = 0;
  std::size_t nodes_ = 0;
};

}  // namespace tocsin
