// Value: what one field of an event holds. 16 bytes, trivially copyable; text is a view into the
// batch that owns the event.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/time.h"

namespace tocsin {

enum class ValueKind : std::uint8_t { kNull, kBool, kInt, kDouble, kText, kTime };

class Value {
 public:
  Value() = default;
  static Value null() { return {}; }
  static Value boolean(bool v) { return number(ValueKind::kBool, v ? 1 : 0); }
  static Value integer(std::int64_t v) { return number(ValueKind::kInt, v); }
  static Value time(Micros v) { return number(ValueKind::kTime, v.value); }
  static Value real(double v) {
    Value value;
    value.kind_ = ValueKind::kDouble;
    value.double_ = v;
    return value;
  }
  // Borrows; at most 4 GiB.
  static Value text(std::string_view v) {
    Value value;
    value.kind_ = ValueKind::kText;
    value.size_ = static_cast<std::uint32_t>(v.size());
    value.text_ = v.data();
    return value;
  }

  ValueKind kind() const { return kind_; }
  bool is_text() const { return kind_ == ValueKind::kText; }
  bool is_null() const { return kind_ == ValueKind::kNull; }

  // Each is valid for its own kind only.
  bool as_bool() const { return int_ != 0; }
  std::int64_t as_int() const { return int_; }
  Micros as_time() const { return Micros(int_); }
  double as_double() const { return double_; }
  std::string_view as_text() const { return {text_, size_}; }

  // Text of any kind: "true", "42", "1.5", ISO time, "" for null. For people and for rules.
  std::string to_text() const;

 private:
  static Value number(ValueKind kind, std::int64_t v) {
    Value value;
    value.kind_ = kind;
    value.int_ = v;
    return value;
  }

  union {
    std::int64_t int_ = 0;
    double double_;
    const char* text_;
  };
  std::uint32_t size_ = 0;
  ValueKind kind_ = ValueKind::kNull;
};

static_assert(sizeof(Value) == 16);

}  // namespace tocsin
