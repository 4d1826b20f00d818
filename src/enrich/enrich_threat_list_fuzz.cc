// Threat lists of all forms: the first byte chooses the form and its column or count.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "enrich/threat_list.h"

using namespace tocsin;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) {
    return 0;
  }
  ThreatListFile how;
  how.name = "fuzz";
  how.form = static_cast<ThreatListForm>(data[0] % 3);
  how.csv_column = data[0] / 3U % 8U;
  how.count_min = data[0] / 3U % 8U;
  BadLines bad;
  const auto list = ThreatList::parse(
      how, std::string_view(reinterpret_cast<const char*>(data) + 1, size - 1), bad);
  for (const char* address : {"0.0.0.0", "203.0.113.7", "255.255.255.255", "::", "2001:db8::1"}) {
    CHECK(!list->contains(*parse_ip(address)) || list->size() > 0);
  }
  return 0;
}
