// What a segment's files hold, read from the disk: its sidecar when that is whole, the segment
// itself where it is not. Used by recovery, by readers and by verify. Changes nothing.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "journal/damage.h"
#include "journal/segment_index.h"
#include "sys/file_system.h"

namespace tocsin::journal {

// Exactly `size` bytes at `offset`; kCorrupt when the file is shorter.
Result<std::string> read_exactly(File& file, std::uint64_t offset, std::uint64_t size);

struct ScannedBlock {
  BlockEntry entry;
  bool body_ok = true;
};
struct SegmentScan {
  std::vector<ScannedBlock> blocks;  // without gaps in block index: what is lost is a hole
  std::uint64_t end = 0;             // where the last block ends
  Damages damages;
};
// Walks the blocks from `offset` on; the first one there has at least the given index and Seq.
// Checks every body's checksum.
Result<SegmentScan> scan_segment(File& file, const std::string& name, std::uint64_t offset,
                                 std::uint64_t first_block, Seq first_seq);

struct LoadedIndex {
  std::optional<SegmentStart> start;
  std::vector<BlockEntry> entries;  // up to the first damaged one
  SegmentInfo trailer;
  bool has_trailer = false;
  bool whole = false;     // has a trailer, and an entry for each of its blocks
  std::uint64_t end = 0;  // behind the last good entry
};
// Nothing found is an empty LoadedIndex.
Result<LoadedIndex> load_index(FileSystem& files, const std::string& path);
// Header and trailer only: what opening needs of a full segment.
Result<std::optional<SegmentInfo>> load_index_trailer(FileSystem& files, const std::string& path);

// All entries of a full segment: from its sidecar, else from the segment, else holes.
Result<std::vector<BlockEntry>> load_entries(FileSystem& files, const std::string& directory,
                                             const SegmentInfo& info);

}  // namespace tocsin::journal
