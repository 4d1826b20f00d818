// HttpCounters: what the HTTP server counts about itself in the Metrics, one counter a reason:
// tocsin_http_events_total{event="body_too_large"} and so on. Internal to http/. Thread-safe.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "obs/metrics.h"

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

class HttpCounters {
 public:
  explicit HttpCounters(Metrics& metrics);
  void add(HttpCount what, std::uint64_t n = 1) {
    counters_[static_cast<std::size_t>(what)]->add(n);
  }

 private:
  std::array<Counter*, kHttpCountSize> counters_{};
};

}  // namespace tocsin
