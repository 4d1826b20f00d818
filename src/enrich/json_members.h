// Members of a JSON object that may be missing or of another type than hoped for. Over simdjson.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include <simdjson.h>

#include "base/text.h"

namespace tocsin {

// Empty when absent or no text. A view into the parser's memory.
inline std::string_view json_text(const simdjson::dom::object& of, std::string_view name) {
  std::string_view text;
  return of[name].get(text) == simdjson::SUCCESS ? text : std::string_view{};
}

inline bool json_flag(const simdjson::dom::object& of, std::string_view name) {
  bool flag = false;
  return of[name].get(flag) == simdjson::SUCCESS && flag;
}

// A whole number, or a text of one.
inline std::optional<std::int64_t> json_number(const simdjson::dom::object& of,
                                               std::string_view name) {
  std::int64_t number = 0;
  if (of[name].get(number) == simdjson::SUCCESS) {
    return number;
  }
  return parse_int(json_text(of, name));
}

// Calls each(element) for the elements of an array, if there is one.
template <class Each>
void json_each(const simdjson::dom::object& of, std::string_view name, Each each) {
  simdjson::dom::array array;
  if (of[name].get(array) == simdjson::SUCCESS) {
    for (const simdjson::dom::element one : array) {
      each(one);
    }
  }
}

}  // namespace tocsin
