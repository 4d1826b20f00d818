// Writes segments: DuckDB writes the Parquet file under a temporary name, then sync, checksum,
// token filter, rename. A file counts only when a catalogue names it, so a failure or a kill at
// any point leaves at most a stray.
//
// One thread at a time (the store's background thread, or restore()).
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "index/catalogue.h"
#include "index/duckdb/epoch.h"
#include "index/duckdb/handles.h"
#include "index/duckdb/segment.h"
#include "sys/file_system.h"

namespace tocsin::duck {

class SegmentWriter {
 public:
  static Result<std::unique_ptr<SegmentWriter>> make(const StoreOptions& options, FileSystem& files,
                                                     HotRegistry& registry);

  // `part` and `table` are the same events; `generation` makes the name unique.
  Result<SegmentEntry> write(const HotPart& part, const PublishedTable& table,
                             const std::vector<SeqRange>& ranges, std::uint64_t generation);
  // One segment out of several of one dataset, whose columns agree (compaction.h).
  Result<SegmentEntry> merge(std::span<const std::shared_ptr<const Segment>> segments,
                             std::uint64_t generation);

 private:
  SegmentWriter(const StoreOptions& options, FileSystem& files)
      : directory_(options.directory), files_(files) {}

  Status name_file(SegmentEntry& entry, std::uint64_t generation);
  Status copy_to_file(const std::string& select, const std::string& path);
  Status finish(SegmentEntry& entry, const std::string& filter);
  Status finish_file(const std::string& path, std::uint64_t& bytes, std::uint32_t& crc);
  Status write_filter(const std::string& path, std::string_view filter);
  void discard(const SegmentEntry& entry);

  const std::string directory_;
  FileSystem& files_;
  Database database_;
  Connection connection_;
};

inline constexpr std::string_view kTemporarySuffix = ".tmp";

}  // namespace tocsin::duck
