// Domain names in the form in which DNS compares them: lower case, Punycode (RFC 3492, "xn--…").
//
// Not a whole IDNA: beyond ASCII only the letters of Latin-1, Greek and Cyrillic are put into lower
// case, nothing is decomposed. A list that writes names the way registries do needs no more.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace tocsin {

// Domain in lower-case ASCII into `out`, without allocating; false when it is not plain ASCII or no
// domain. For the way of every event. `size` is the capacity, then what was written.
bool plain_domain(std::string_view text, char* out, std::size_t& size);

// The label as "xn--…". Nothing for bytes that are no UTF-8, or when it gets too long.
std::optional<std::string> punycode_label(std::string_view label);

}  // namespace tocsin
