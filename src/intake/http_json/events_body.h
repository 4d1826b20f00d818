// The body of POST /api/v1/events → records: JSON lines, a JSON array, one or several JSON values,
// or plain lines. Pure: no HTTP, no clock. The good records are kept, the bad ones are named.
//
// Each record is the exact bytes of its line or JSON value. JSON is validated (declared as JSON, or
// recognised by its first bytes); plain text is not. Empty lines are skipped.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "intake/source_stats.h"
#include "model/record.h"

namespace tocsin {

struct EventsBodyLimits {
  std::size_t record_bytes_max = 1 << 20U;  // a longer plain line is cut, a longer value refused
  std::size_t records_max = 100'000;
  std::size_t depth_max = 128;
  std::size_t rejections_listed_max = 100;
};

struct RejectedRecord {
  std::uint64_t line = 1;    // of the body, from 1
  std::uint64_t column = 1;  // in bytes, from 1
  IntakeLoss loss = IntakeLoss::kBadJson;
  std::string reason;  // "expected ':' after the key"
};

enum class BodyShape : std::uint8_t { kPlainLines, kJsonLines, kJsonValues };

struct EventsBodyResult {
  BodyShape shape = BodyShape::kPlainLines;
  std::size_t accepted = 0;
  std::size_t truncated = 0;               // plain lines cut at record_bytes_max
  std::uint64_t rejected = 0;              // all of them
  std::vector<RejectedRecord> rejections;  // the first rejections_listed_max
};

// `content_type`: media type in lower case without parameters, may be empty (then sniffed).
// Appends to `batch` under `origin` (an index from batch.add_origin()).
EventsBodyResult read_events_body(std::string_view body, std::string_view content_type,
                                  const EventsBodyLimits& limits, Micros received,
                                  std::uint32_t origin, RecordBatch& batch);

}  // namespace tocsin
