// The modifiers that rewrite a value's text: windash, base64, base64offset, utf16*, and
// placeholders. Pure.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "detect/sigma/sigma_string.h"

namespace tocsin::sigma {

inline constexpr std::size_t kVariantsMax = 3'125;  // of one value: five dashes in windash

// Every way to write the dashes that begin a word: - / – — ―. Empty: more than kVariantsMax.
std::vector<SigmaString> windash_variants(const SigmaString& value);

enum class Utf16 : unsigned char { kLittle, kBig, kLittleWithMark };
// Wildcards stay.
SigmaString to_utf16(const SigmaString& value, Utf16 form);

// The base64 that `bytes` has inside of a longer text that begins 0, 1 or 2 bytes before it,
// without the characters that depend on the neighbours.
std::array<std::string, 3> base64_offsets(std::string_view bytes);

// A written value cut at its placeholders: text, name, text, name, …, text. \% is a literal
// percent sign; the texts keep Sigma's other escapes.
std::vector<std::string> split_placeholders(std::string_view written);

}  // namespace tocsin::sigma
