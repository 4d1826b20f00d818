#include "http/counters.h"

#include <string>

namespace tocsin {

std::string_view http_count_name(HttpCount count) {
  switch (count) {
    case HttpCount::kConnections:
      return "connections";
    case HttpCount::kRequests:
      return "requests";
    case HttpCount::kResponses:
      return "responses";
    case HttpCount::kBytesIn:
      return "body_bytes_in";
    case HttpCount::kBytesOut:
      return "body_bytes_out";
    case HttpCount::kTooManyConnections:
      return "too_many_connections";
    case HttpCount::kBadRequest:
      return "bad_request";
    case HttpCount::kHeaderTooLarge:
      return "header_too_large";
    case HttpCount::kBodyTooLarge:
      return "body_too_large";
    case HttpCount::kBodyBombed:
      return "body_bombed";
    case HttpCount::kBodyCorrupt:
      return "body_corrupt";
    case HttpCount::kCodingUnknown:
      return "coding_unknown";
    case HttpCount::kMemoryBudget:
      return "memory_budget";
    case HttpCount::kHeaderTimeout:
      return "header_timeout";
    case HttpCount::kBodyTimeout:
      return "body_timeout";
    case HttpCount::kWriteTimeout:
      return "write_timeout";
    case HttpCount::kClosedEarly:
      return "closed_early";
    case HttpCount::kTlsFailed:
      return "tls_failed";
    case HttpCount::kStreamOverrun:
      return "stream_overrun";
    case HttpCount::kNotAnswered:
      return "not_answered";
  }
  return "unknown";
}

HttpCounters::HttpCounters(Metrics& metrics) {
  for (std::size_t i = 0; i < counters_.size(); ++i) {
    const auto count = static_cast<HttpCount>(i);
    counters_[i] = &metrics.counter("tocsin_http_events_total",
                                    "What the HTTP server did, refused and cut, by event",
                                    {{"event", std::string(http_count_name(count))}});
  }
}

}  // namespace tocsin
