// Any bytes: refused with an error, or a query.
#include <string_view>

#include "query/query.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(static_cast<const char*>(static_cast<const void*>(data)), size);
  if (const auto query = tocsin::parse_query(text)) {
    static_cast<void>(tocsin::gives_events(*query));
  }
  return 0;
}
