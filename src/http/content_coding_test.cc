#include "http/content_coding.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <zlib.h>

#include "base/rng.h"

namespace tocsin {
namespace {

std::string zlib_encode(std::string_view bytes) {
  uLongf size = compressBound(bytes.size());
  std::string out(size, '\0');
  EXPECT_EQ(compress(reinterpret_cast<Bytef*>(out.data()), &size,
                     reinterpret_cast<const Bytef*>(bytes.data()), bytes.size()),
            Z_OK);
  out.resize(size);
  return out;
}

std::string random_text(std::size_t size) {
  Rng rng(size);
  std::string text;
  for (std::size_t i = 0; i < size; ++i) {
    text += static_cast<char>('a' + rng.below(20));
  }
  return text;
}

TEST(DecodeContent, UndoesWhatSendersDo) {
  for (const std::size_t size : {1U, 100U, 65'536U, 262'144U, 3'000'000U}) {
    const std::string text = random_text(size);
    const std::string zlib = zlib_encode(text);
    const std::string raw_deflate = zlib.substr(2, zlib.size() - 6);
    const std::vector<std::pair<const char*, std::string>> cases = {
        {"gzip", gzip_encode(text)}, {"x-gzip", gzip_encode(text)},
        {"GZIP", gzip_encode(text)}, {"deflate", zlib},
        {"deflate", raw_deflate},    {"zstd", zstd_encode(text)},
        {"identity", text},          {"gzip, zstd", zstd_encode(gzip_encode(text))},
    };
    for (const auto& [coding, bytes] : cases) {
      const auto decoded = decode_content(coding, bytes, {});
      ASSERT_TRUE(decoded) << coding << " " << size << ": " << decoded.error().text();
      EXPECT_TRUE(*decoded == text) << coding << " " << size;
    }
    EXPECT_TRUE(*decode_content("gzip", gzip_encode(text) + gzip_encode("x"), {}) == text + "x");
    EXPECT_TRUE(*decode_content("zstd", zstd_encode(text) + zstd_encode("x"), {}) == text + "x");
  }
  EXPECT_EQ(*decode_content("gzip", "", {}), "");
  EXPECT_EQ(*decode_content("gzip", gzip_encode(""), {}), "");
}

TEST(DecodeContent, StopsBombs) {
  const std::string zeros(20 << 20U, '\0');
  for (const auto& [coding, bytes] : std::vector<std::pair<const char*, std::string>>{
           {"gzip", gzip_encode(zeros, 9)}, {"zstd", zstd_encode(zeros)}}) {
    DecodeLimits absolute;
    absolute.bytes_max = 1 << 20U;
    absolute.ratio_max = 1'000'000;
    EXPECT_EQ(decode_content(coding, bytes, absolute).error().code(), ErrorCode::kTooLarge);
    DecodeLimits ratio;
    ratio.ratio_max = 100;
    const auto by_ratio = decode_content(coding, bytes, ratio);
    ASSERT_FALSE(by_ratio) << coding;
    EXPECT_NE(by_ratio.error().text().find("100 times"), std::string::npos);
    const auto budget = std::make_shared<BodyBudget>(1 << 20U);
    BodyLease lease(budget);
    DecodeLimits leased;
    leased.ratio_max = 1'000'000;
    leased.lease = &lease;
    EXPECT_EQ(decode_content(coding, bytes, leased).error().code(), ErrorCode::kExhausted);
    EXPECT_LE(budget->used(), std::uint64_t{1} << 20U);
  }
}

TEST(DecodeContent, NamesDamage) {
  const std::string gzip = gzip_encode(random_text(1000));
  const std::string zstd = zstd_encode(random_text(1000));
  EXPECT_EQ(decode_content("gzip", gzip.substr(0, 500), {}).error().code(), ErrorCode::kCorrupt);
  EXPECT_EQ(decode_content("zstd", zstd.substr(0, 300), {}).error().code(), ErrorCode::kCorrupt);
  EXPECT_EQ(decode_content("gzip", "plain text", {}).error().code(), ErrorCode::kCorrupt);
  EXPECT_EQ(decode_content("zstd", "plain text", {}).error().code(), ErrorCode::kCorrupt);
  EXPECT_EQ(decode_content("gzip", gzip + "tail", {}).error().code(), ErrorCode::kCorrupt);
  EXPECT_EQ(decode_content("br", "x", {}).error().code(), ErrorCode::kInvalid);
  EXPECT_EQ(decode_content("gzip,gzip,gzip,gzip", "x", {}).error().code(), ErrorCode::kInvalid);
}

TEST(AcceptsGzip, ReadsTheHeader) {
  for (const char* yes : {"gzip", "br, gzip;q=0.5", "*", "deflate, GZIP"}) {
    EXPECT_TRUE(accepts_gzip(yes)) << yes;
  }
  for (const char* no : {"", "br", "gzip;q=0", "identity", "gzip; q=0.0"}) {
    EXPECT_FALSE(accepts_gzip(no)) << no;
  }
}

}  // namespace
}  // namespace tocsin
