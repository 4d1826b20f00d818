// LineReader: the lines of a ByteSource, without their ends ("\n" or "\r\n"). One thread.
//
// A line longer than the limit is cut there; the rest of it is dropped and counted.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "cli/byte_source.h"

namespace tocsin {

class LineReader {
 public:
  static constexpr std::size_t kLineBytesMax = std::size_t{1} << 20U;

  explicit LineReader(std::unique_ptr<ByteSource> source,
                      std::size_t line_bytes_max = kLineBytesMax);

  // The next line, valid until the next call; nothing at the end. A last line without its end
  // counts as a line.
  Result<std::optional<std::string_view>> next();

  std::uint64_t lines_cut() const { return lines_cut_; }
  std::uint64_t stored_bytes_read() const { return source_->stored_bytes_read(); }

 private:
  Result<bool> fill();

  std::unique_ptr<ByteSource> source_;
  const std::size_t line_bytes_max_;
  std::vector<char> chunk_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::string carried_;  // the beginning of a line that goes on in the next chunk
  std::uint64_t lines_cut_ = 0;
};

}  // namespace tocsin
