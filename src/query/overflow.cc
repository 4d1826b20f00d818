#include "query/overflow.h"

#include <charconv>

#include "base/utf8.h"

namespace tocsin {
namespace {

class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  bool take(char c) {
    if (at_ < text_.size() && text_[at_] == c) {
      ++at_;
      return true;
    }
    return false;
  }
  bool at_end() const { return at_ == text_.size(); }

  std::optional<std::string> string() {
    if (!take('"')) {
      return std::nullopt;
    }
    std::string out;
    while (at_ < text_.size() && text_[at_] != '"') {
      if (text_[at_] != '\\') {
        out.push_back(text_[at_++]);
      } else if (!escape(out)) {
        return std::nullopt;
      }
    }
    return take('"') ? std::optional(std::move(out)) : std::nullopt;
  }

  std::optional<TextList> list() {
    if (!take('[')) {
      return std::nullopt;
    }
    TextList out;
    while (!take(']')) {
      if (!out.empty() && !take(',')) {
        return std::nullopt;
      }
      auto value = string();
      if (!value) {
        return std::nullopt;
      }
      out.push_back(std::move(*value));
    }
    return out;
  }

 private:
  bool escape(std::string& out) {
    constexpr std::string_view kNames = "\"\\/bfnrt";
    constexpr std::string_view kBytes = "\"\\/\b\f\n\r\t";
    ++at_;
    if (at_ >= text_.size()) {
      return false;
    }
    const char name = text_[at_++];
    if (name == 'u') {
      return code_point(out);
    }
    const std::size_t found = kNames.find(name);
    if (found == std::string_view::npos) {
      return false;
    }
    out.push_back(kBytes[found]);
    return true;
  }

  // Our writer escapes control characters in this way, nothing that needs a surrogate pair.
  bool code_point(std::string& out) {
    constexpr std::size_t kDigits = 4;
    if (at_ + kDigits > text_.size()) {
      return false;
    }
    std::uint32_t value = 0;
    const char* begin = text_.data() + at_;
    const auto [end, error] = std::from_chars(begin, begin + kDigits, value, 16);
    if (error != std::errc() || end != begin + kDigits) {
      return false;
    }
    append_utf8(out, value);
    at_ += kDigits;
    return true;
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace

std::optional<std::vector<std::pair<std::string, TextList>>> read_overflow(std::string_view json) {
  Reader reader(json);
  if (!reader.take('{')) {
    return std::nullopt;
  }
  std::vector<std::pair<std::string, TextList>> fields;
  while (!reader.take('}')) {
    if (!fields.empty() && !reader.take(',')) {
      return std::nullopt;
    }
    auto name = reader.string();
    if (!name || !reader.take(':')) {
      return std::nullopt;
    }
    auto values = reader.list();
    if (!values) {
      return std::nullopt;
    }
    fields.emplace_back(std::move(*name), std::move(*values));
  }
  return reader.at_end() ? std::optional(std::move(fields)) : std::nullopt;
}

}  // namespace tocsin
