#include "index/file_checksum.h"

#include <vector>

#include "base/fail.h"
#include "base/hash.h"

namespace tocsin {

Result<std::uint32_t> file_crc32c(File& file) {
  constexpr std::size_t kPieceBytes = 1 << 20U;
  std::vector<char> piece(kPieceBytes);
  std::uint32_t crc = 0;
  std::uint64_t at = 0;
  while (true) {
    TRY_ASSIGN(const std::size_t got, file.read_at(at, piece));
    crc = crc32c({piece.data(), got}, crc);
    at += got;
    if (got < piece.size()) {
      return crc;
    }
  }
}

Status check_file(File& file, std::uint64_t bytes, std::uint32_t crc) {
  TRY_ASSIGN(const std::uint64_t size, file.size());
  if (size != bytes) {
    return fail(ErrorCode::kCorrupt, "it has {} bytes instead of {}", size, bytes);
  }
  TRY_ASSIGN(const std::uint32_t found, file_crc32c(file));
  if (found != crc) {
    return fail(ErrorCode::kCorrupt, "its checksum is {:08x} instead of {:08x}", found, crc);
  }
  return {};
}

}  // namespace tocsin
