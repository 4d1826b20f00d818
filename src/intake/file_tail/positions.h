// Positions: how far each tailed file has been made durable, and the text of the state file.
//
// Text, so that people can read it; one line a file, ended by a CRC-32C over all before it:
//
//   tocsin-positions 1
//   <device> <inode> <offset> <fingerprint bytes> <fingerprint, hex> <flags> <path,
//   percent-encoded> … crc32c <8 hex digits>
//
// flags: letters of "spf" or "-": see FilePosition. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace tocsin {

struct FilePosition {
  std::string path;  // where it was seen last
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  std::uint64_t offset = 0;  // what is before it is durable; of a gzip file: unpacked bytes
  std::uint32_t fingerprint_bytes = 0;  // hash64 of so many bytes at the file's beginning
  std::uint64_t fingerprint = 0;
  bool skipping = false;       // s: offset lies in a line that was cut: skip to its end
  bool after_partial = false;  // p: a line without an end was taken: skip the end when it comes
  bool finished = false;       // f: a gzip file that was read wholly

  bool operator==(const FilePosition&) const = default;
};

inline constexpr std::size_t kPositionsMax = 65'536;

std::string positions_text(const std::vector<FilePosition>& positions);
// kCorrupt names the line; nothing is taken from a damaged file.
Result<std::vector<FilePosition>> parse_positions(std::string_view text);

}  // namespace tocsin
