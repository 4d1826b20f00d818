// Records as bytes: the canonical form that is hashed, and the payload that blocks and write-ahead
// frames store. Pure. Grammar: docs/formats/journal.md.
//
//   canonical = received:i64 str(source) str(peer) str(hint) bytes        str = length:u32 bytes
//   payload   = origins origin_runs received lengths bytes   (columns: they compress better)
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/record.h"

namespace tocsin::journal {

// Records [begin, end) of a batch.
struct Slice {
  std::shared_ptr<const RecordBatch> batch;
  std::size_t begin = 0;
  std::size_t end = 0;

  std::size_t size() const { return end - begin; }
  Seq first_seq() const { return seq_plus(batch->first_seq(), begin); }
  Seq end_seq() const { return seq_plus(batch->first_seq(), end); }
};

void append_canonical_origin(std::string& out, const Origin& origin);
std::string canonical_record(Micros received, const Origin& origin, std::string_view bytes);

// The distinct origins of some slices, and the place of each record's origin among them.
struct OriginTable {
  std::vector<Origin> origins;
  std::vector<std::uint32_t> of_record;

  static OriginTable of(const std::vector<Slice>& slices);
};

std::string encode_payload(const std::vector<Slice>& slices, const OriginTable& origins);

// Exactly `count` records; `redacted` (empty, or a bit for each record) replaces the origin of
// those records by the one that says so. kCorrupt for anything that encode_payload cannot write.
Result<std::shared_ptr<RecordBatch>> decode_payload(std::string_view payload, std::uint32_t count,
                                                    const std::vector<bool>& redacted = {});

}  // namespace tocsin::journal
