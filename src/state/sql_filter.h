// SqlFilter: a WHERE clause whose parts are known only at run time. Each part is a literal of the
// program; every value is bound. One thread; used once.
#pragma once

#include <deque>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <soci/soci.h>

namespace tocsin {

class SqlFilter {
 public:
  // `condition` holds one ":?" for each value, in order: add("level >= :?", 3).
  void add(std::string_view condition) { append(condition, {}); }
  void add(std::string_view condition, long long value) { append(condition, {value}); }
  void add(std::string_view condition, std::string value) { append(condition, {std::move(value)}); }
  void add(std::string_view condition, long long a, long long b, std::string c) {
    append(condition, {a, b, std::move(c)});
  }
  // "column IN (…)" for a literal column; no values: nothing matches.
  void add_in(std::string_view column, const std::vector<long long>& values);

  // "" or " WHERE … AND …" with names :f0, :f1, …
  std::string where() const;
  // Binds the values to a statement that holds where(). The filter must outlive the statement.
  void bind(soci::statement& statement);

 private:
  using Bound = std::variant<long long, std::string>;
  void append(std::string_view condition, std::vector<Bound> values);

  std::string text_;
  std::deque<Bound> values_;  // a deque does not move what is bound
};

}  // namespace tocsin
