// UTF-8: is it valid, and make it so. Log bytes may be anything; what leaves as JSON may not.
#pragma once

#include <string>
#include <string_view>

namespace tocsin {

bool is_valid_utf8(std::string_view bytes);
// Every byte that is not part of a valid sequence becomes U+FFFD.
std::string to_valid_utf8(std::string_view bytes);
// At most `bytes_max` bytes, cut at a character boundary.
std::string_view utf8_prefix(std::string_view text, std::size_t bytes_max);
// Appends one code point (surrogates and values above U+10FFFF become U+FFFD).
void append_utf8(std::string& out, char32_t code_point);

}  // namespace tocsin
