// Hexadecimal and base64 (RFC 4648, with padding).
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace tocsin {

std::string hex_encode(std::string_view bytes);  // lower case
std::optional<std::string> hex_decode(std::string_view text);
std::string base64_encode(std::string_view bytes);
// Accepts missing padding and the URL-safe alphabet; nothing else that is not base64.
std::optional<std::string> base64_decode(std::string_view text);

}  // namespace tocsin
