#include "intake/file_tail/gzip_file.h"

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

#include <zlib.h>

#include "base/fail.h"

namespace tocsin {
namespace {

constexpr int kGzipWindow = 15 + 16;
constexpr std::size_t kInputBytes = 64 * 1024;
constexpr std::size_t kSkipBytes = 64 * 1024;

class GzipFile final : public File {
 public:
  GzipFile(std::unique_ptr<File> packed, std::uint64_t bytes_max)
      : packed_(std::move(packed)), bytes_max_(bytes_max) {}
  GzipFile(const GzipFile&) = delete;
  GzipFile& operator=(const GzipFile&) = delete;
  ~GzipFile() override { end(); }

  Result<std::size_t> read_at(std::uint64_t offset, std::span<char> out) override {
    if (offset < at_ || !begun_) {
      TRY(begin());
    }
    while (at_ < offset) {
      std::array<char, kSkipBytes> skipped;
      const std::size_t want = std::min<std::uint64_t>(skipped.size(), offset - at_);
      TRY_ASSIGN(const std::size_t got, unpack(std::span(skipped).first(want)));
      if (got == 0) {
        return std::size_t{0};
      }
    }
    return unpack(out);
  }

  Result<std::uint64_t> size() override { return packed_->size(); }
  Status append(std::string_view) override { return read_only(); }
  Status write_at(std::uint64_t, std::string_view) override { return read_only(); }
  Status sync_data() override { return read_only(); }
  Status truncate(std::uint64_t) override { return read_only(); }

 private:
  static Error read_only() { return fail(ErrorCode::kDenied, "a gzip file is only read"); }

  void end() {
    if (begun_) {
      inflateEnd(&stream_);
      begun_ = false;
    }
  }

  Status begin() {
    end();
    stream_ = {};
    if (inflateInit2(&stream_, kGzipWindow) != Z_OK) {
      return fail(ErrorCode::kExhausted, "no memory to unpack a gzip file");
    }
    begun_ = true;
    at_ = 0;
    packed_at_ = 0;
    between_members_ = true;
    return {};
  }

  // False at the end of the packed file.
  Result<bool> refill() {
    if (stream_.avail_in != 0) {
      return true;
    }
    TRY_ASSIGN(const std::size_t got, packed_->read_at(packed_at_, input_));
    packed_at_ += got;
    stream_.next_in = reinterpret_cast<Bytef*>(input_.data());
    stream_.avail_in = static_cast<uInt>(got);
    return got != 0;
  }

  Result<std::size_t> unpack(std::span<char> out) {
    out = out.first(std::min<std::size_t>(out.size(), std::numeric_limits<uInt>::max()));
    stream_.next_out = reinterpret_cast<Bytef*>(out.data());
    stream_.avail_out = static_cast<uInt>(out.size());
    while (stream_.avail_out != 0) {
      TRY_ASSIGN(const bool has_input, refill());
      if (!has_input) {
        if (!between_members_ && stream_.avail_out == out.size()) {
          return fail(ErrorCode::kCorrupt, "the gzip data is cut off");
        }
        break;
      }
      const int code = inflate(&stream_, Z_NO_FLUSH);
      if (code != Z_OK && code != Z_STREAM_END && stream_.avail_out != out.size()) {
        // What was unpacked before the damage is given out first.
        break;
      }
      if (code != Z_OK && code != Z_STREAM_END) {
        return fail(ErrorCode::kCorrupt, "the gzip data is damaged after {} bytes", at_);
      }
      between_members_ = code == Z_STREAM_END;
      if (between_members_) {
        inflateReset(&stream_);
      }
    }
    const std::size_t got = out.size() - stream_.avail_out;
    at_ += got;
    if (at_ > bytes_max_) {
      return fail(ErrorCode::kTooLarge, "the gzip file unpacks to more than {} bytes", bytes_max_);
    }
    return got;
  }

  const std::unique_ptr<File> packed_;
  const std::uint64_t bytes_max_;
  z_stream stream_{};
  std::array<char, kInputBytes> input_;
  std::uint64_t at_ = 0;
  std::uint64_t packed_at_ = 0;
  bool begun_ = false;
  bool between_members_ = true;
};

}  // namespace

std::unique_ptr<File> make_gzip_file(std::unique_ptr<File> packed, std::uint64_t bytes_max) {
  return std::make_unique<GzipFile>(std::move(packed), bytes_max);
}

}  // namespace tocsin
