// json_check: is this text one JSON value (RFC 8259), and if not, where and why not. Slow and
// exact: asked only after the fast parser has refused, and as the oracle in tests. Pure.
//
// Bytes above 127 are accepted as they are: web servers write what attackers send, and a record
// that is not UTF-8 must not be lost. Numbers may have any size.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace tocsin {

enum class JsonFault : std::uint8_t { kNone, kSyntax, kTooDeep };

struct JsonCheck {
  JsonFault fault = JsonFault::kNone;
  std::size_t offset = 0;   // of the byte that is wrong; the text's size when it is cut off
  std::string_view reason;  // static text
};

// White space around the value is allowed, nothing else.
JsonCheck json_check(std::string_view text, std::size_t depth_max);

// The length of the JSON value that begins at text[0], by its brackets and quotes only; npos when
// it does not end. A number or word ends before white space, ',', ']' or '}'.
std::size_t json_extent(std::string_view text);

bool is_json_space(char c);

}  // namespace tocsin
