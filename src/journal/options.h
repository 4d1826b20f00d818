// JournalOptions: where the journal lives and its limits. A value.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "base/time.h"

namespace tocsin {

struct JournalOptions {
  std::string directory;      // segments, sidecars, write-ahead file, checkpoints
  std::string key_directory;  // journal.key (0600) and journal.pub; made at the first start
  std::string origin = "tocsin/journal";  // the log's name in its checkpoints; no spaces, no '+'

  std::size_t block_raw_bytes_max = std::size_t{1} << 20U;
  std::uint32_t block_records_max = 4096;
  Span block_age_max = span_s(1);
  std::size_t record_bytes_max = std::size_t{16} << 20U;  // a larger record refuses its batch

  Span commit_interval = span_ms(5);                           // between commits of small groups
  std::size_t commit_bytes = std::size_t{256} << 10U;          // that much waiting commits at once
  std::size_t commit_group_bytes_max = std::size_t{4} << 20U;  // taken into one commit

  std::uint64_t segment_bytes_max = std::uint64_t{256} << 20U;
  std::uint32_t segment_blocks_max = 65'536;
  Span segment_age_max = span_s(86'400);  // since its first record: retention takes whole segments
  std::uint64_t wal_bytes_max = std::uint64_t{8} << 20U;    // emptied beyond that, once in blocks
  std::size_t queue_bytes_max = std::size_t{64} << 20U;     // beyond: kExhausted
  std::uint64_t free_bytes_min = std::uint64_t{64} << 20U;  // less free space: kDiskFull
  Span checkpoint_interval = span_s(60);
  int compression_level = 1;  // zstd
};

}  // namespace tocsin
