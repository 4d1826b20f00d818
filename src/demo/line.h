// DemoLine: one log line of the demo's day, and the log ("channel") that it stands in. A value.
// LineHeap puts lines that were made ahead in order of time; equal times stay in the order made.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <queue>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/time.h"

namespace tocsin {

enum class Channel : std::uint8_t {
  kWebAccess,  // nginx, combined
  kAppAuth,    // the shop's authentication log, JSON
  kAppText,    // small tools of the office: the plain forms of Node.js and Python programs
  kHosts,      // syslog of three machines
};

struct ChannelInfo {
  std::string_view source;  // name under which it is sent, and its file name with --out
  std::string_view format;  // declared to the server; empty: recognised
  std::string_view content_type;
};

inline constexpr auto kChannels = std::to_array<ChannelInfo>({
    {"shop-nginx", "nginx.access", "text/plain"},
    {"shop-auth", "", "application/x-ndjson"},
    {"office-tools", "", "text/plain"},
    {"hosts-syslog", "", "text/plain"},
});

inline const ChannelInfo& channel_info(Channel channel) {
  return kChannels[static_cast<std::size_t>(channel)];
}

struct DemoLine {
  Micros time;
  Channel channel = Channel::kWebAccess;
  std::string text;
};

class LineHeap {
 public:
  void add(Micros time, Channel channel, std::string text) {
    heap_.push({{time, channel, std::move(text)}, made_++});
  }
  bool empty() const { return heap_.empty(); }
  Micros earliest() const { return heap_.top().line.time; }
  DemoLine pop() {
    DemoLine line = heap_.top().line;
    heap_.pop();
    return line;
  }

 private:
  struct Entry {
    DemoLine line;
    std::uint64_t order;
  };
  struct Later {
    bool operator()(const Entry& a, const Entry& b) const {
      return std::pair(a.line.time, a.order) > std::pair(b.line.time, b.order);
    }
  };

  std::priority_queue<Entry, std::vector<Entry>, Later> heap_;
  std::uint64_t made_ = 0;
};

}  // namespace tocsin
