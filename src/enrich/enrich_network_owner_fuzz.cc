// CSV of network owners: whatever was taken can be asked for.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "enrich/network_owner.h"

using namespace tocsin;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  BadLines bad;
  const auto table =
      NetworkOwnerTable::parse({std::string_view(reinterpret_cast<const char*>(data), size)}, bad);
  for (const char* address : {"0.0.0.0", "192.0.2.1", "255.255.255.255", "::", "2001:db8::1"}) {
    const auto owner = table->find(*parse_ip(address));
    CHECK(!owner || table->size() > 0);
  }
  return 0;
}
