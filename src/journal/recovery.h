// Reads a journal directory into memory: segments, the active segment's blocks, the records that
// are only in the write-ahead file, and everything that is not as it should be. Changes nothing;
// Store applies what follows from it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "journal/damage.h"
#include "journal/record_codec.h"
#include "journal/segment_index.h"
#include "sys/file_system.h"

namespace tocsin::journal {

struct RecoveredSegment {
  SegmentInfo info;
  std::vector<BlockEntry> entries;  // filled when the sidecar must be written again, or is active
  bool sealed = false;              // its trailer is whole
  bool cut = false;                 // bytes behind info.segment_bytes are to be cut
};

struct Recovered {
  std::vector<RecoveredSegment> segments;  // by first Seq; block indices without gaps
  std::vector<Seq> empty_segments;         // files with no block at the end: to be removed
  std::vector<Slice> tail;                 // in Seq order, behind the last block
  Seq next_seq{1};
  std::uint64_t wal_end = 0;
  bool wal_cut = false;      // bytes behind wal_end are to be cut
  bool wal_damaged = false;  // worth keeping a copy
  Damages damages;

  std::uint64_t blocks() const;
};

Result<Recovered> recover(FileSystem& files, const std::string& directory);

std::string wal_path(const std::string& directory);

}  // namespace tocsin::journal
