// The text of a response's head: status line and headers, RFC 9112. Pure. Internal to http/.
//
// What a handler puts into headers cannot break out of them: line ends in values become spaces,
// names that are no tokens are left out, and the framing headers are the server's alone.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"
#include "http/message.h"

namespace tocsin {

enum class Persistence : std::uint8_t { kKeepAlive, kClose };

struct ResponseFraming {
  std::optional<std::uint64_t> content_length;  // nothing: chunked, or no body at all
  bool chunked = false;
  Persistence persistence = Persistence::kKeepAlive;
  std::string_view server_name;
  Micros now;
};

std::string response_head(const HttpResponse& response, const ResponseFraming& framing);

// "Mon, 23 Nov 2026 14:00:00 GMT" (RFC 9110 5.6.7).
std::string http_date(Micros time);

}  // namespace tocsin
