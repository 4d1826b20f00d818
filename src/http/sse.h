// Server-sent events (WHATWG HTML, "Server-sent events"): writing one event, and reading them from
// pieces of a stream.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace tocsin {

struct SseEvent {
  std::string event;  // empty means "message"
  std::string data;   // lines joined by '\n'
  std::string id;
};

// The text of one event, with its closing empty line.
std::string sse_text(const SseEvent& event);
// A comment line that keeps proxies from closing an idle stream.
inline constexpr std::string_view kSseHeartbeat = ": \n\n";

// Incremental: feed() any pieces; calls back for each complete event. An event over
// `event_bytes_max` is dropped and counted in dropped().
class SseReader {
 public:
  explicit SseReader(std::function<void(const SseEvent&)> on_event,
                     std::size_t event_bytes_max = 16 << 20U);
  void feed(std::string_view piece);
  std::size_t dropped() const { return dropped_; }

 private:
  void line(std::string_view text);

  std::function<void(const SseEvent&)> on_event_;
  std::size_t event_bytes_max_;
  std::string partial_;
  SseEvent current_;
  bool has_data_ = false;
  bool too_large_ = false;
  bool line_too_large_ = false;
  bool after_cr_ = false;
  std::size_t dropped_ = 0;
};

}  // namespace tocsin
