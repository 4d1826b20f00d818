// Request targets, queries and server-sent events.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "http/sse.h"
#include "http/url.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto target = tocsin::parse_target(text); target && target->path != "*") {
    CHECK(target->path.starts_with('/'));
    CHECK(target->path.find("/../") == std::string::npos);
    CHECK(!target->path.ends_with("/.."));
    CHECK(target->path.find("//") == std::string::npos);
    CHECK(target->query.size() <= 1000);
  }
  std::size_t data_bytes = 0;
  tocsin::SseReader reader(
      [&data_bytes](const tocsin::SseEvent& event) { data_bytes += event.data.size(); }, 100);
  reader.feed(text.substr(0, size / 2));
  reader.feed(text.substr(size / 2));
  CHECK(data_bytes <= size);
  return 0;
}
