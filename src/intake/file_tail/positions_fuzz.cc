// The state file of followed files. The checksum is put right, so that the lines are reached.
#include <cstddef>
#include <cstdint>
#include <string>

#include <fmt/format.h>

#include "base/check.h"
#include "base/hash.h"
#include "intake/file_tail/positions.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string raw(reinterpret_cast<const char*>(data), size);
  static_cast<void>(tocsin::parse_positions(raw).has_value());
  std::string text = "tocsin-positions 1\n" + raw + "\n";
  text += fmt::format("crc32c {:08x}\n", tocsin::crc32c(text));
  if (const auto positions = tocsin::parse_positions(text)) {
    const auto again = tocsin::parse_positions(tocsin::positions_text(*positions));
    CHECK(again && *again == *positions);
  }
  return 0;
}
