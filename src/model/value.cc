#include "model/value.h"

#include <fmt/format.h>

#include "base/time_text.h"

namespace tocsin {

std::string Value::to_text() const {
  switch (kind_) {
    case ValueKind::kNull:
      return {};
    case ValueKind::kBool:
      return as_bool() ? "true" : "false";
    case ValueKind::kInt:
      return fmt::format("{}", int_);
    case ValueKind::kDouble:
      return fmt::format("{}", double_);
    case ValueKind::kText:
      return std::string(as_text());
    case ValueKind::kTime:
      return iso_time(as_time());
  }
  return {};
}

}  // namespace tocsin
