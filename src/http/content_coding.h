// Content-Encoding: gzip, deflate and zstd, under limits. Pure.
//
// A body of a few kilobytes can unpack to gigabytes: the output is bounded absolutely, by ratio
// (above kRatioFreeBytes) and by the memory budget of the caller, while it grows.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "http/body_budget.h"

namespace tocsin {

struct DecodeLimits {
  static constexpr std::uint64_t kRatioFreeBytes = 1U << 20U;

  std::uint64_t bytes_max = 256ULL << 20U;
  std::uint32_t ratio_max = 1000;
  BodyLease* lease = nullptr;  // grows with the output; may be null
};

// `codings` is the header's value: "gzip", "zstd", "deflate", "identity", "gzip, zstd" (applied in
// that order, at most three). Errors: kInvalid (coding unknown), kCorrupt (does not decompress, cut
// off), kTooLarge (a limit; the text says which), kExhausted (no memory budget left).
Result<std::string> decode_content(std::string_view codings, std::string bytes,
                                   const DecodeLimits& limits);

std::string gzip_encode(std::string_view bytes, int level = 1);
std::string zstd_encode(std::string_view bytes, int level = 1);

// Does this Accept-Encoding allow gzip?
bool accepts_gzip(std::string_view accept_encoding);

}  // namespace tocsin
