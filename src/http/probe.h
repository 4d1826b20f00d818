// HttpProbe: what the HTTP server tells about itself. Owned here because http/ knows no metrics
// registry; whoever starts the server plugs one in (a counter for each HttpCount and a log line).
//
// Called from every I/O thread: implementations are thread-safe and do not block.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace tocsin {

enum class HttpCount : std::uint8_t {
  kConnections,  // accepted
  kRequests,     // handed to the handler
  kResponses,    // written completely
  kBytesIn,      // body bytes as they came, before decompression
  kBytesOut,     // body bytes written
  // What was refused or cut, each by its reason.
  kTooManyConnections,
  kBadRequest,  // not HTTP, bad target, bad framing
  kHeaderTooLarge,
  kBodyTooLarge,   // before decompression
  kBodyBombed,     // after decompression: absolute limit or ratio
  kBodyCorrupt,    // does not decompress
  kCodingUnknown,  // Content-Encoding that we do not speak
  kMemoryBudget,   // bodies in memory would exceed their budget
  kHeaderTimeout,
  kBodyTimeout,    // too slow or silent while sending the body
  kWriteTimeout,   // the client does not read its answer
  kClosedEarly,    // the client went away in the middle of a request
  kTlsFailed,      // handshake failed or timed out
  kStreamOverrun,  // an event stream's client was too slow and was cut
  kNotAnswered,    // the handler dropped its Responder: 500 was sent
};
inline constexpr std::size_t kHttpCountSize = 20;

// "connections", "body_too_large", …: for a metric's label.
std::string_view http_count_name(HttpCount count);

class HttpProbe {
 public:
  virtual ~HttpProbe() = default;
  virtual void count(HttpCount what, std::uint64_t n) = 0;
  // Something an operator should read (accept() fails, …); never once a request.
  virtual void warning(const std::string& text) = 0;
};

}  // namespace tocsin
