// Any bytes as a TZif file: no crash, and every time has an offset of less than 27 hours.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "alert/time_zone.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto zone = tocsin::TimeZone::parse(bytes);
  if (!zone) {
    return 0;
  }
  for (const std::int64_t year : {-500, 0, 30, 56, 57, 80, 300}) {
    for (std::int64_t month = 0; month < 12; ++month) {
      const tocsin::Micros at((year * 365 + month * 30) * 86'400 * tocsin::kMicrosPerSecond);
      if (std::abs(zone->offset_seconds(at)) > 27 * 3'600) {
        std::abort();
      }
      static_cast<void>(zone->local(at));
    }
  }
  return 0;
}
