// Any bytes as any of the journal's files: the first byte chooses which. Nothing may crash, and
// what opens must be whole: leaves can be computed, Seqs stay in range.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "journal/block.h"
#include "journal/segment_index.h"
#include "journal/wal.h"

namespace {

using namespace tocsin;           // NOLINT: a fuzz target
using namespace tocsin::journal;  // NOLINT

void try_block(std::string_view bytes) {
  const auto block = parse_block(bytes);
  if (block) {
    CHECK(block->leaves().size() == block->header.count);
    CHECK(block->batch->end_seq() == block->header.end_seq());
  }
}

// The checksums would stop every mutation: the parts behind them are tried without.
void try_payload(std::string_view bytes) {
  if (bytes.empty()) {
    return;
  }
  const std::uint32_t count = 1U + static_cast<unsigned char>(bytes.front());
  const auto batch = decode_payload(bytes.substr(1), count);
  if (batch) {
    CHECK((*batch)->size() == count);
    (*batch)->set_first_seq(Seq(1));
    const std::vector<Slice> slices{{*batch, 0, count}};
    const auto again = decode_payload(encode_payload(slices, OriginTable::of(slices)), count);
    CHECK(again.has_value());
    for (std::uint32_t i = 0; i < count; ++i) {
      CHECK((**again)[i].bytes == (**batch)[i].bytes);
      CHECK((**again)[i].received == (**batch)[i].received);
    }
  }
}

void try_wal(std::string_view bytes) {
  const WalScan scan = scan_wal(bytes);
  CHECK(scan.end <= bytes.size());
}

void try_sidecar(std::string_view bytes) {
  const auto start = parse_index_header(bytes);
  (void)parse_index_trailer(bytes, start.value_or(SegmentStart{Seq(1), 0}));
  if (bytes.size() >= kIndexEntryBytes) {
    (void)BlockEntry::parse(bytes);
  }
  (void)parse_segment_header(bytes);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) {
    return 0;
  }
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0] % 5) {
    case 0:
      try_block(bytes);
      break;
    case 1:
      try_payload(bytes);
      break;
    case 2:
      try_wal(bytes);
      break;
    case 3:
      try_sidecar(bytes);
      break;
    default:
      (void)unpack(Codec::kZstd, bytes, 1U << 16U);
      break;
  }
  return 0;
}
