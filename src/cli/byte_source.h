// ByteSource: the bytes of a file or of standard input, decompressed when they are gzip or zstd
// (told by their first bytes, not by the name). For commands that read logs. One thread.
//
// Memory does not depend on the size of the file, nor on what it decompresses to.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "base/result.h"
#include "sys/file_system.h"

namespace tocsin {

class ByteSource {
 public:
  virtual ~ByteSource() = default;
  // Up to out.size() bytes; 0 at the end. kCorrupt when the compressed bytes are damaged or end
  // too early.
  virtual Result<std::size_t> read(std::span<char> out) = 0;
  // Of the file as it is stored, for a progress bar.
  virtual std::uint64_t stored_bytes_read() const = 0;
};

// "-" is standard input.
Result<std::unique_ptr<ByteSource>> open_bytes(FileSystem& files, const std::string& path);

}  // namespace tocsin
