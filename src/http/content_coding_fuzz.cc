// Decompression of request bodies: first byte chooses the coding.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.h"
#include "http/content_coding.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::string_view kCodings[] = {"gzip", "deflate", "zstd", "gzip, zstd"};
  if (size == 0) {
    return 0;
  }
  tocsin::DecodeLimits limits;
  limits.bytes_max = 1U << 20U;
  const auto decoded = tocsin::decode_content(
      kCodings[data[0] % 4], std::string(reinterpret_cast<const char*>(data) + 1, size - 1),
      limits);
  CHECK(!decoded || decoded->size() <= limits.bytes_max);
  return 0;
}
