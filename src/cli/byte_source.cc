#include "cli/byte_source.h"

#include <algorithm>
#include <cstdio>
#include <string_view>
#include <utility>
#include <vector>

#include <zlib.h>
#include <zstd.h>

#include "base/fail.h"

namespace tocsin {
namespace {

constexpr std::size_t kChunkBytes = 256U * 1024U;
constexpr int kGzipOrZlib = 15 + 32;  // window bits; the header decides

class FileBytes final : public ByteSource {
 public:
  explicit FileBytes(std::unique_ptr<File> file) : file_(std::move(file)) {}

  Result<std::size_t> read(std::span<char> out) override {
    TRY_ASSIGN(const std::size_t got, file_->read_at(offset_, out));
    offset_ += got;
    return got;
  }
  std::uint64_t stored_bytes_read() const override { return offset_; }

 private:
  std::unique_ptr<File> file_;
  std::uint64_t offset_ = 0;
};

class StandardInput final : public ByteSource {
 public:
  Result<std::size_t> read(std::span<char> out) override {
    const std::size_t got = std::fread(out.data(), 1, out.size(), stdin);
    if (got == 0 && std::ferror(stdin) != 0) {
      return fail(ErrorCode::kIo, "reading standard input failed");
    }
    offset_ += got;
    return got;
  }
  std::uint64_t stored_bytes_read() const override { return offset_; }

 private:
  std::uint64_t offset_ = 0;
};

// Looks at the first bytes and gives them back.
class Peeked final : public ByteSource {
 public:
  explicit Peeked(std::unique_ptr<ByteSource> source) : source_(std::move(source)) {}

  Result<std::string_view> peek(std::size_t bytes) {
    head_.resize(bytes);
    std::size_t have = 0;
    while (have < bytes) {
      TRY_ASSIGN(const std::size_t got, source_->read(std::span(head_).subspan(have)));
      if (got == 0) {
        break;
      }
      have += got;
    }
    head_.resize(have);
    return std::string_view(head_);
  }
  Result<std::size_t> read(std::span<char> out) override {
    if (given_ < head_.size()) {
      const std::size_t count = std::min(out.size(), head_.size() - given_);
      std::copy_n(head_.data() + given_, count, out.data());
      given_ += count;
      return count;
    }
    return source_->read(out);
  }
  std::uint64_t stored_bytes_read() const override { return source_->stored_bytes_read(); }

 private:
  std::unique_ptr<ByteSource> source_;
  std::string head_;
  std::size_t given_ = 0;
};

// The compressed side of a decompressor: a chunk at a time.
class Chunks {
 public:
  explicit Chunks(std::unique_ptr<ByteSource> source)
      : source_(std::move(source)), chunk_(kChunkBytes) {}

  // What is left of the chunk, or the next one; empty at the end.
  Result<std::span<char>> left() {
    if (begin_ == end_) {
      TRY_ASSIGN(end_, source_->read(chunk_));
      begin_ = 0;
    }
    return std::span(chunk_).subspan(begin_, end_ - begin_);
  }
  void use(std::size_t bytes) { begin_ += bytes; }
  const ByteSource& source() const { return *source_; }

 private:
  std::unique_ptr<ByteSource> source_;
  std::vector<char> chunk_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

class GzipBytes final : public ByteSource {
 public:
  explicit GzipBytes(std::unique_ptr<ByteSource> source) : chunks_(std::move(source)) {
    ready_ = inflateInit2(&stream_, kGzipOrZlib) == Z_OK;
  }
  ~GzipBytes() override { inflateEnd(&stream_); }
  GzipBytes(const GzipBytes&) = delete;
  GzipBytes& operator=(const GzipBytes&) = delete;

  Result<std::size_t> read(std::span<char> out) override {
    if (!ready_) {
      return fail(ErrorCode::kInternal, "zlib cannot start");
    }
    while (true) {
      TRY_ASSIGN(const std::span<char> in, chunks_.left());
      if (in.empty()) {
        if (inside_member_) {
          return fail(ErrorCode::kCorrupt, "the gzip data ends too early");
        }
        return std::size_t{0};
      }
      inside_member_ = true;
      stream_.next_in = reinterpret_cast<unsigned char*>(in.data());
      stream_.avail_in = static_cast<unsigned>(in.size());
      stream_.next_out = reinterpret_cast<unsigned char*>(out.data());
      stream_.avail_out = static_cast<unsigned>(out.size());
      const int code = inflate(&stream_, Z_NO_FLUSH);
      chunks_.use(in.size() - stream_.avail_in);
      if (code == Z_STREAM_END) {  // another member may follow
        inside_member_ = false;
        inflateReset(&stream_);
      } else if (code != Z_OK && code != Z_BUF_ERROR) {
        return fail(ErrorCode::kCorrupt, "the gzip data is damaged");
      }
      if (const std::size_t got = out.size() - stream_.avail_out; got > 0) {
        return got;
      }
    }
  }
  std::uint64_t stored_bytes_read() const override { return chunks_.source().stored_bytes_read(); }

 private:
  Chunks chunks_;
  z_stream stream_{};
  bool ready_ = false;
  bool inside_member_ = false;
};

class ZstdBytes final : public ByteSource {
 public:
  explicit ZstdBytes(std::unique_ptr<ByteSource> source)
      : chunks_(std::move(source)), stream_(ZSTD_createDStream()) {}
  ~ZstdBytes() override { ZSTD_freeDStream(stream_); }
  ZstdBytes(const ZstdBytes&) = delete;
  ZstdBytes& operator=(const ZstdBytes&) = delete;

  Result<std::size_t> read(std::span<char> out) override {
    if (stream_ == nullptr) {
      return fail(ErrorCode::kInternal, "zstd cannot start");
    }
    while (true) {
      TRY_ASSIGN(const std::span<char> in, chunks_.left());
      if (in.empty() && !inside_frame_) {
        return std::size_t{0};
      }
      ZSTD_inBuffer input{in.data(), in.size(), 0};
      ZSTD_outBuffer output{out.data(), out.size(), 0};
      const std::size_t code = ZSTD_decompressStream(stream_, &output, &input);
      if (ZSTD_isError(code) != 0) {
        return fail(ErrorCode::kCorrupt, "the zstd data is damaged: {}", ZSTD_getErrorName(code));
      }
      chunks_.use(input.pos);
      inside_frame_ = code != 0;
      if (output.pos > 0) {
        return output.pos;
      }
      if (in.empty()) {
        return fail(ErrorCode::kCorrupt, "the zstd data ends too early");
      }
    }
  }
  std::uint64_t stored_bytes_read() const override { return chunks_.source().stored_bytes_read(); }

 private:
  Chunks chunks_;
  ZSTD_DStream* stream_;
  bool inside_frame_ = false;
};

Result<std::unique_ptr<ByteSource>> unpack_if_packed(std::unique_ptr<ByteSource> source) {
  auto peeked = std::make_unique<Peeked>(std::move(source));
  TRY_ASSIGN(const std::string_view head, peeked->peek(4));
  if (head.starts_with("\x1f\x8b")) {
    return std::unique_ptr<ByteSource>(std::make_unique<GzipBytes>(std::move(peeked)));
  }
  if (head.starts_with("\x28\xb5\x2f\xfd")) {
    return std::unique_ptr<ByteSource>(std::make_unique<ZstdBytes>(std::move(peeked)));
  }
  return std::unique_ptr<ByteSource>(std::move(peeked));
}

}  // namespace

Result<std::unique_ptr<ByteSource>> open_bytes(FileSystem& files, const std::string& path) {
  if (path == "-") {
    return unpack_if_packed(std::make_unique<StandardInput>());
  }
  TRY_ASSIGN(const FileInfo info, files.info(path));
  if (info.is_directory) {
    return fail(ErrorCode::kInvalid, "{} is a folder, not a file", path);
  }
  TRY_ASSIGN(auto file, files.open(path, OpenMode::kRead));
  return unpack_if_packed(std::make_unique<FileBytes>(std::move(file)));
}

}  // namespace tocsin
