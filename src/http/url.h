// The text of URLs: percent-encoding (RFC 3986), request targets and query strings. Pure.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "http/message.h"

namespace tocsin {

// Everything but RFC 3986's unreserved characters is escaped.
std::string percent_encode(std::string_view text);
// Nothing when an escape is incomplete or not hexadecimal.
std::optional<std::string> percent_decode(std::string_view text);

// "a=1&b=x%20y+z&flag" in order; '+' is a space; escapes that are none stay as they are.
// At most `parameters_max`; the rest is ignored.
std::vector<QueryParameter> parse_query(std::string_view query, std::size_t parameters_max = 1000);

struct RequestTarget {
  std::string path;
  std::vector<QueryParameter> query;
};

// Origin form ("/a?b"), absolute form ("http://host/a?b") or "*". The path is decoded, its empty,
// "." and ".." segments are resolved ("/a//../b/" is "/b/"); a path that leaves the root, holds a
// bad escape or a NUL is refused with kInvalid.
Result<RequestTarget> parse_target(std::string_view target);

}  // namespace tocsin
