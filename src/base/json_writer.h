// JsonWriter: writes JSON text that is always well formed. The only way JSON leaves the program.
//
// The caller nests begin/end calls correctly (checked); keys and strings are escaped, and bytes
// that are not UTF-8 become U+FFFD. One thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/check.h"

namespace tocsin {

// Appends a quoted, escaped JSON string to `out`. '<', '>' and '&' stay as they are: escaping for
// HTML is the page's work.
void append_json_string(std::string& out, std::string_view text);

class JsonWriter {
 public:
  JsonWriter& begin_object();
  JsonWriter& end_object();
  JsonWriter& begin_array();
  JsonWriter& end_array();
  JsonWriter& key(std::string_view name);

  JsonWriter& value(std::string_view text);
  JsonWriter& value(const char* text) { return value(std::string_view(text)); }
  JsonWriter& value(const std::string& text) { return value(std::string_view(text)); }
  JsonWriter& value(std::int64_t number);
  JsonWriter& value(std::uint64_t number);
  JsonWriter& value(int number) { return value(static_cast<std::int64_t>(number)); }
  JsonWriter& value(unsigned number) { return value(static_cast<std::uint64_t>(number)); }
  JsonWriter& value(double number);  // NaN and infinities are written as null
  JsonWriter& value(bool flag);
  JsonWriter& null();
  // `json` must be one complete JSON value written by another JsonWriter.
  JsonWriter& raw(std::string_view json);

  template <class T>
  JsonWriter& member(std::string_view name, const T& v) {
    key(name);
    return value(v);
  }

  // The finished text; the writer is empty afterwards.
  std::string take();
  std::size_t size() const { return out_.size(); }

 private:
  void before_value();

  std::string out_;
  std::vector<char> open_;  // '{' or '['
  bool need_comma_ = false;
  bool after_key_ = false;
};

}  // namespace tocsin
