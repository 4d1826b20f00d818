#include "state/sql_filter.h"

#include <fmt/format.h>

#include "base/check.h"

namespace tocsin {

void SqlFilter::append(std::string_view condition, std::vector<Bound> values) {
  text_ += text_.empty() ? " WHERE " : " AND ";
  std::size_t at = 0;
  for (Bound& value : values) {
    const std::size_t mark = condition.find(":?", at);
    CHECK(mark != std::string_view::npos);
    text_ += condition.substr(at, mark - at);
    text_ += fmt::format(":f{}", values_.size());
    values_.push_back(std::move(value));
    at = mark + 2;
  }
  text_ += condition.substr(at);
  CHECK(condition.find(":?", at) == std::string_view::npos);
}

void SqlFilter::add_in(std::string_view column, const std::vector<long long>& values) {
  if (values.empty()) {
    add("1 = 0");
    return;
  }
  text_ += text_.empty() ? " WHERE " : " AND ";
  text_ += column;
  text_ += " IN (";
  for (std::size_t i = 0; i < values.size(); ++i) {
    text_ += fmt::format("{}:f{}", i == 0 ? "" : ", ", values_.size());
    values_.emplace_back(values[i]);
  }
  text_ += ")";
}

std::string SqlFilter::where() const {
  return text_;
}

void SqlFilter::bind(soci::statement& statement) {
  std::size_t index = 0;
  for (Bound& value : values_) {
    const std::string name = fmt::format("f{}", index++);
    if (auto* number = std::get_if<long long>(&value)) {
      statement.exchange(soci::use(*number, name));
    } else {
      statement.exchange(soci::use(std::get<std::string>(value), name));
    }
  }
}

}  // namespace tocsin
