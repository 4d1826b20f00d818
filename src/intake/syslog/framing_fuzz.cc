// Framing of syslog over TCP: 0xFF 0xFE in the input separates reads, 0xFF 0xFD is a silence.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "intake/syslog/framing.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::size_t kMessageMax = 64;
  std::string_view input(reinterpret_cast<const char*>(data), size);
  std::size_t given = 0;
  tocsin::SyslogFramer framer(kMessageMax);
  const auto on_message = [&given](std::string_view message, tocsin::SyslogFramer::Cut) {
    CHECK(!message.empty() && message.size() <= kMessageMax);
    given += message.size();
  };
  while (!input.empty()) {
    const std::size_t end = input.find('\xff');
    framer.feed(input.substr(0, end), on_message);
    if (end == std::string_view::npos) {
      break;
    }
    if (end + 1 < input.size() && input[end + 1] == '\xfd') {
      framer.silence(on_message);
    }
    input.remove_prefix(input.size() < end + 2 ? input.size() : end + 2);
  }
  framer.finish(on_message);
  CHECK(!framer.has_partial());
  CHECK(given <= size);
  return 0;
}
