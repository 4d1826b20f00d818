// MISP events and manifests: what is kept of them reads back as it was.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "enrich/misp.h"

using namespace tocsin;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  static_cast<void>(read_misp_manifest(text));
  MispEvents events;
  if (events.take(text, 1 << 20U)) {
    MispEvents again;
    CHECK(again.take(events.text(), 1 << 21U).has_value());
    CHECK(again.text() == events.text());
    CHECK(again.size() == events.size());
  }
  return 0;
}
