// Sql: a piece of SQL text with the values of its parameters, in order. Pieces are put together;
// values never become text.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "index/store_query.h"

namespace tocsin {

class Sql {
 public:
  Sql() = default;
  Sql(std::string_view text) : text_(text) {}    // NOLINT(google-explicit-constructor)
  Sql(const char* text) : text_(text) {}         // NOLINT(google-explicit-constructor)
  Sql(const std::string& text) : text_(text) {}  // NOLINT(google-explicit-constructor)

  Sql& add(std::string_view text) {
    text_ += text;
    return *this;
  }
  Sql& add(const char* text) { return add(std::string_view(text)); }
  Sql& add(const std::string& text) { return add(std::string_view(text)); }
  Sql& add(const Sql& piece) {
    text_ += piece.text_;
    values_.insert(values_.end(), piece.values_.begin(), piece.values_.end());
    return *this;
  }
  Sql& bind(SqlValue value) {
    text_ += '?';
    values_.push_back(std::move(value));
    return *this;
  }

  const std::string& text() const { return text_; }
  const std::vector<SqlValue>& values() const { return values_; }
  bool empty() const { return text_.empty(); }

 private:
  std::string text_;
  std::vector<SqlValue> values_;
};

template <class... Pieces>
Sql sql_of(const Pieces&... pieces) {
  Sql out;
  (out.add(pieces), ...);
  return out;
}

}  // namespace tocsin
