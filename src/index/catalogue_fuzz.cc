// Any bytes: refused, or a catalogue that is written and read again to the same value.
#include <string>

#include <fmt/format.h>

#include "base/check.h"
#include "base/hash.h"
#include "index/catalogue.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(static_cast<const char*>(static_cast<const void*>(data)), size);
  static_cast<void>(tocsin::read_catalogue(text).has_value());
  // The same bytes with a checksum that fits, so that the entries are reached.
  std::string body(text);
  body += fmt::format("crc32c {:08x}\n", tocsin::crc32c(body));
  if (const auto read = tocsin::read_catalogue(body)) {
    const auto again = tocsin::read_catalogue(tocsin::write_catalogue(*read));
    CHECK(again.has_value());
    CHECK(*again == *read);
  }
  return 0;
}
