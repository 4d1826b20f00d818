// Catalogue: which segment files belong to the store, and what is in each. One small text file,
// replaced atomically; a file that it does not name does not exist for the store.
// Grammar: docs/formats/index.md.
//
// Values only; no threads, no files.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "index/event_store.h"

namespace tocsin {

struct SegmentEntry {
  std::string dataset;
  std::string file;  // below the store's directory, "<dataset>/<yyyy-mm-dd>/<name>.parquet"
  std::uint64_t rows = 0;
  std::uint64_t file_bytes = 0;
  std::uint32_t file_crc32c = 0;
  std::uint64_t filter_bytes = 0;  // of "<file>.filter"; 0: there is none
  std::uint32_t filter_crc32c = 0;
  Micros time_min;
  Micros time_max;
  Micros received_max;
  bool has_overflow = false;
  std::vector<SeqRange> ranges;
  std::vector<PartColumn> columns;  // sorted by name

  bool operator==(const SegmentEntry&) const = default;
};

struct Catalogue {
  std::uint64_t generation = 0;  // grows with every change
  Seq sealed_end{1};
  std::vector<SegmentEntry> segments;
  std::vector<DamagedSegment> damaged;

  bool operator==(const Catalogue&) const = default;
};

inline constexpr std::uint64_t kCatalogueBytesMax = 256ULL << 20U;

std::string write_catalogue(const Catalogue& catalogue);
// kCorrupt names the line. Whatever is accepted can be written and read again to the same value.
Result<Catalogue> read_catalogue(std::string_view text);

// Sorted; ranges that touch become one.
std::vector<SeqRange> merged_ranges(std::vector<SeqRange> ranges);

}  // namespace tocsin
