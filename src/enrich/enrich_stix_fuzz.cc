// STIX patterns as they are, and envelopes on their way into a bundle and back.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "enrich/stix.h"
#include "enrich/stix_pattern.h"

using namespace tocsin;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto pattern = parse_stix_pattern(text)) {
    CHECK(!pattern->terms.empty() || !pattern->unread.empty());
  }
  StixCollection collection;
  if (collection.take(text, 1 << 20U)) {
    StixCollection again;
    const auto taken = again.take(collection.bundle(), 1 << 20U);
    CHECK(taken.has_value());
    CHECK(again.bundle() == collection.bundle());
  }
  return 0;
}
