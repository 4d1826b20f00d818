#include "http/content_coding.h"

#include <algorithm>
#include <limits>
#include <memory>
#include <utility>
#include <vector>

#include <zlib.h>
#include <zstd.h>

#include "base/check.h"
#include "base/fail.h"
#include "base/text.h"

namespace tocsin {
namespace {

constexpr std::size_t kCodingsMax = 3;
constexpr int kGzipWindow = 15 + 16;
constexpr int kZlibWindow = 15;
constexpr int kRawWindow = -15;
// 128 MiB, what `zstd --long` may ask for; larger windows are refused.
constexpr int kZstdWindowLogMax = 27;

// The output while it grows, under the limits.
class Output {
 public:
  Output(std::uint64_t input_bytes, const DecodeLimits& limits)
      : input_bytes_(input_bytes), limits_(limits) {}

  // Makes room for more. An error says which limit was reached.
  Status grow() {
    const std::uint64_t ratio_limit =
        std::max(DecodeLimits::kRatioFreeBytes, input_bytes_ * limits_.ratio_max);
    const std::uint64_t limit = std::min(limits_.bytes_max, ratio_limit);
    if (bytes_.size() >= limit) {
      if (limits_.bytes_max <= ratio_limit) {
        return fail(ErrorCode::kTooLarge, "the body decompresses to more than {} bytes",
                    limits_.bytes_max);
      }
      return fail(ErrorCode::kTooLarge, "the body decompresses to more than {} times its size",
                  limits_.ratio_max);
    }
    const std::uint64_t first = std::max<std::uint64_t>(64 * 1024, input_bytes_ * 4);
    const std::uint64_t next =
        std::min(limit, bytes_.empty() ? first : std::uint64_t{bytes_.size()} * 2);
    if (limits_.lease != nullptr && !limits_.lease->grow_to(input_bytes_ + next)) {
      return fail(ErrorCode::kExhausted, "the server holds too many bytes of request bodies");
    }
    bytes_.resize(next);
    return {};
  }

  char* tail() { return bytes_.data() + used_; }
  std::size_t room() const { return bytes_.size() - used_; }
  void advance(std::size_t bytes) { used_ += bytes; }
  std::string take() {
    bytes_.resize(used_);
    return std::move(bytes_);
  }

 private:
  std::uint64_t input_bytes_;
  const DecodeLimits& limits_;
  std::string bytes_;
  std::size_t used_ = 0;
};

struct InflateEnd {
  void operator()(z_stream* stream) const {
    inflateEnd(stream);
    delete stream;
  }
};

// zlib's streams count in 32 bits: input is handed over in pieces.
void refill(z_stream& stream, std::string_view& rest) {
  if (stream.avail_in == 0 && !rest.empty()) {
    const std::size_t piece = std::min<std::size_t>(rest.size(), 1U << 30U);
    // zlib's interface lacks const; it does not write to its input.
    stream.next_in = const_cast<Bytef*>(reinterpret_cast<const Bytef*>(rest.data()));
    stream.avail_in = static_cast<uInt>(piece);
    rest.remove_prefix(piece);
  }
}

Result<std::string> inflate_all(std::string_view in, int window, const DecodeLimits& limits) {
  const std::unique_ptr<z_stream, InflateEnd> stream(new z_stream{});
  if (inflateInit2(stream.get(), window) != Z_OK) {
    return fail(ErrorCode::kExhausted, "no memory to decompress the body");
  }
  Output out(in.size(), limits);
  std::string_view rest = in;
  while (true) {
    refill(*stream, rest);
    if (out.room() == 0) {
      TRY(out.grow());
    }
    const auto room = static_cast<uInt>(std::min<std::size_t>(out.room(), 1U << 30U));
    stream->next_out = reinterpret_cast<Bytef*>(out.tail());
    stream->avail_out = room;
    const int code = inflate(stream.get(), Z_NO_FLUSH);
    out.advance(room - stream->avail_out);
    const bool input_left = stream->avail_in != 0 || !rest.empty();
    if (code == Z_STREAM_END) {
      if (!input_left) {
        return out.take();
      }
      if (window != kGzipWindow || inflateReset(stream.get()) != Z_OK) {
        return fail(ErrorCode::kCorrupt, "bytes follow the end of the compressed body");
      }
      continue;
    }
    if (code == Z_OK || code == Z_BUF_ERROR) {
      if (!input_left && stream->avail_out != 0) {
        return fail(ErrorCode::kCorrupt, "the compressed body is cut off");
      }
      continue;
    }
    return fail(ErrorCode::kCorrupt, "the body does not decompress: {}",
                stream->msg == nullptr ? "bad data" : stream->msg);
  }
}

// HTTP's "deflate" is zlib's format; many senders write raw deflate instead.
Result<std::string> inflate_zlib_or_raw(std::string_view in, const DecodeLimits& limits) {
  const bool zlib =
      in.size() >= 2 && (static_cast<unsigned char>(in[0]) & 15U) == 8 &&
      (static_cast<unsigned char>(in[0]) * 256U + static_cast<unsigned char>(in[1])) % 31U == 0;
  return inflate_all(in, zlib ? kZlibWindow : kRawWindow, limits);
}

struct FreeZstd {
  void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
};

Result<std::string> zstd_decode(std::string_view in, const DecodeLimits& limits) {
  const std::unique_ptr<ZSTD_DCtx, FreeZstd> context(ZSTD_createDCtx());
  if (context == nullptr) {
    return fail(ErrorCode::kExhausted, "no memory to decompress the body");
  }
  ZSTD_DCtx_setParameter(context.get(), ZSTD_d_windowLogMax, kZstdWindowLogMax);
  Output out(in.size(), limits);
  ZSTD_inBuffer input{in.data(), in.size(), 0};
  while (true) {
    if (out.room() == 0) {
      TRY(out.grow());
    }
    ZSTD_outBuffer output{out.tail(), out.room(), 0};
    const std::size_t left = ZSTD_decompressStream(context.get(), &output, &input);
    out.advance(output.pos);
    if (ZSTD_isError(left) != 0) {
      return fail(ErrorCode::kCorrupt, "the body does not decompress: {}", ZSTD_getErrorName(left));
    }
    if (input.pos == input.size && left == 0) {
      return out.take();
    }
    if (input.pos == input.size && output.pos < output.size) {
      return fail(ErrorCode::kCorrupt, "the compressed body is cut off");
    }
  }
}

Result<std::string> decode_one(std::string_view coding, std::string bytes,
                               const DecodeLimits& limits) {
  if (coding.empty() || equals_ignore_case(coding, "identity")) {
    return bytes;
  }
  if (equals_ignore_case(coding, "gzip") || equals_ignore_case(coding, "x-gzip")) {
    return inflate_all(bytes, kGzipWindow, limits);
  }
  if (equals_ignore_case(coding, "deflate")) {
    return inflate_zlib_or_raw(bytes, limits);
  }
  if (equals_ignore_case(coding, "zstd")) {
    return zstd_decode(bytes, limits);
  }
  return fail(ErrorCode::kInvalid, "Content-Encoding \"{}\" is not one of gzip, deflate, zstd",
              coding);
}

}  // namespace

Result<std::string> decode_content(std::string_view codings, std::string bytes,
                                   const DecodeLimits& limits) {
  std::vector<std::string_view> list = split(codings, ',');
  if (list.size() > kCodingsMax) {
    return fail(ErrorCode::kInvalid, "Content-Encoding names {} codings, at most {} are undone",
                list.size(), kCodingsMax);
  }
  std::ranges::reverse(list);
  for (const std::string_view coding : list) {
    if (bytes.empty()) {
      return bytes;
    }
    TRY_ASSIGN(bytes, decode_one(trim(coding), std::move(bytes), limits));
  }
  return bytes;
}

std::string gzip_encode(std::string_view bytes, int level) {
  z_stream stream{};
  CHECK(bytes.size() < std::numeric_limits<uInt>::max());
  CHECK(deflateInit2(&stream, level, Z_DEFLATED, kGzipWindow, 8, Z_DEFAULT_STRATEGY) == Z_OK);
  std::string out(deflateBound(&stream, bytes.size()), '\0');
  stream.next_in = const_cast<Bytef*>(reinterpret_cast<const Bytef*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  CHECK(deflate(&stream, Z_FINISH) == Z_STREAM_END);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

std::string zstd_encode(std::string_view bytes, int level) {
  std::string out(ZSTD_compressBound(bytes.size()), '\0');
  const std::size_t size = ZSTD_compress(out.data(), out.size(), bytes.data(), bytes.size(), level);
  CHECK(ZSTD_isError(size) == 0);
  out.resize(size);
  return out;
}

bool accepts_gzip(std::string_view accept_encoding) {
  for (const std::string_view entry : split(accept_encoding, ',')) {
    const std::size_t semicolon = entry.find(';');
    const std::string_view name = trim(entry.substr(0, semicolon));
    if (!equals_ignore_case(name, "gzip") && name != "*") {
      continue;
    }
    const std::string_view weight =
        semicolon == std::string_view::npos ? "" : trim(entry.substr(semicolon + 1));
    const bool refused =
        weight == "q=0" || weight == "q=0.0" || weight == "q=0.00" || weight == "q=0.000";
    return !refused;
  }
  return false;
}

}  // namespace tocsin
