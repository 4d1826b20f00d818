// Threat lists of all forms: the first byte chooses the form and its options.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "enrich/threat_format.h"

using namespace tocsin;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) {
    return 0;
  }
  ThreatFormatOptions options;
  options.format = static_cast<ThreatFormat>(data[0] % 5);
  options.csv_column = data[0] / 5U % 4U;
  options.count_min = data[0] / 5U % 4U;
  options.misp_only_to_ids = data[0] / 5U % 2U == 0;
  if (data[0] >= 128) {
    options.kind = static_cast<IndicatorKind>(data[0] % kIndicatorKinds);
    options.csv = {.value = "value", .kind = "type", .confidence = "confidence"};
  }
  BadLines bad;
  const auto list = parse_threat_list(
      options,
      {.name = "fuzz", .confidence_min = data[0] % 64U == 1 ? std::uint8_t{60} : std::uint8_t{0}},
      std::string_view(reinterpret_cast<const char*>(data) + 1, size - 1), bad);
  if (!list) {
    return 0;
  }
  std::size_t keys = 0;
  (*list)->for_each_key([&keys](std::uint64_t) { ++keys; });
  CHECK(keys == (*list)->size());
  for (const char* address : {"0.0.0.0", "203.0.113.7", "255.255.255.255", "::", "2001:db8::1"}) {
    CHECK(!(*list)->find_address(*parse_ip(address), {}) ||
          (*list)->count(IndicatorKind::kAddress) > 0);
  }
  CHECK(!(*list)->find_agent("sqlmap/1.7 mozilla/5.0", {}) ||
        (*list)->count(IndicatorKind::kAgent) > 0);
  return 0;
}
