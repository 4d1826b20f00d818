// The sidecar of a segment file: where its blocks are and their leaf hashes, so that opening,
// searching and proving need not walk the segment. Stays when retention removes the segment.
// Encoders and parsers; pure but for load/store of whole files in segment_scan.h.
//
//   file    = "TOCSINIX" version:u32 crc:u32 first_seq:u64 first_block:u64            (32 bytes)
//             entry… trailer?
//   entry   = offset:u64 first_seq:u64 frame_bytes:u32 count:u32 received_min:i64 received_max:i64
//             leaf:32 0:u32 crc:u32                                                   (80 bytes)
//   trailer = "TOCSINIE" blocks:u64 end_seq:u64 segment_bytes:u64 received_min:i64 received_max:i64
//             nodes:u32 (begin:u64 level:u32 hash:32)… crc:u32 trailer_bytes:u32
//
// The trailer is written when the segment is full. Its nodes are the whole subtrees of the log's
// tree over the segment's blocks, so that the tree goes on without reading entries.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/strong.h"
#include "base/time.h"
#include "journal/block.h"
#include "journal/merkle.h"

namespace tocsin::journal {

inline constexpr std::size_t kIndexHeaderBytes = 32;
inline constexpr std::size_t kIndexEntryBytes = 80;
inline constexpr std::size_t kSegmentHeaderBytes = 64;

struct BlockEntry {
  std::uint64_t offset = 0;  // in the segment file
  Seq first_seq;
  std::uint32_t frame_bytes = 0;  // 0: a hole, nothing of this block can be read
  std::uint32_t count = 0;
  Micros received_min;
  Micros received_max;
  Sha256Digest leaf{};

  Seq end_seq() const { return seq_plus(first_seq, count); }
  std::uint64_t end_offset() const { return offset + frame_bytes; }
  bool operator==(const BlockEntry&) const = default;

  static BlockEntry of(const BlockHeader& header, std::uint64_t offset);
  std::string encode() const;
  static std::optional<BlockEntry> parse(std::string_view bytes);
};

// What is known of a segment without its entries.
struct SegmentInfo {
  Seq first_seq;
  Seq end_seq;
  std::uint64_t first_block = 0;
  std::uint64_t blocks = 0;
  std::uint64_t segment_bytes = 0;
  Micros received_min{INT64_MAX};
  Micros received_max{INT64_MIN};
  CompactRange range;    // over [first_block, first_block + blocks)
  bool retired = false;  // the segment file was removed by retention

  static SegmentInfo starting(Seq first_seq, std::uint64_t first_block);
  void add(const BlockEntry& entry);
};

// The segment file's header:
//   "TOCSINSG" version:u32 crc:u32 first_seq:u64 first_block:u64 created:i64 0:24
std::string segment_header(Seq first_seq, std::uint64_t first_block, Micros created);
struct SegmentStart {
  Seq first_seq;
  std::uint64_t first_block = 0;
};
std::optional<SegmentStart> parse_segment_header(std::string_view bytes);

std::string index_header(Seq first_seq, std::uint64_t first_block);
std::optional<SegmentStart> parse_index_header(std::string_view bytes);
std::string index_trailer(const SegmentInfo& info);
// `tail` is the end of a sidecar file; nothing when there is no whole trailer.
std::optional<SegmentInfo> parse_index_trailer(std::string_view tail, SegmentStart start);
inline constexpr std::size_t kIndexTrailerBytesMax = 56 + 128 * 44 + 8;

// "<directory>/<first Seq, 20 digits>.seg" and ".idx".
std::string segment_path(const std::string& directory, Seq first_seq);
std::string index_path(const std::string& directory, Seq first_seq);
std::optional<Seq> seq_of_file_name(std::string_view name, std::string_view ending);

}  // namespace tocsin::journal
