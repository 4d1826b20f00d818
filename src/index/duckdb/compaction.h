// Which small segments should become one. Pure.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "index/duckdb/segment.h"

namespace tocsin::duck {

using Segments = std::vector<std::shared_ptr<const Segment>>;

// Segments of one dataset and one day (UTC, of the newest event), in order of time, at least
// compact_segments_min of them and together at most compact_rows_max rows; empty when there is
// nothing to do. Never two whose columns disagree about a type or about a name's case.
Segments choose_compaction(std::span<const std::shared_ptr<const Segment>> segments,
                           const StoreOptions& options);

}  // namespace tocsin::duck
