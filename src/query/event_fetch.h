// Fetches whole events for rows that a query has found.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "index/event_store.h"

namespace tocsin {

// A row that was found: where it is, and the cells computed for it.
struct FoundRow {
  std::uint64_t seq = 0;
  Micros time;
  std::size_t dataset = 0;  // index into the query's dataset names
  std::vector<Cell> cells;
};

// A field's values by name; only fields that the event has.
using EventFields = std::map<std::string, Cell>;

struct FetchRequest {
  const std::vector<std::string>& datasets;
  const std::vector<FoundRow>& rows;
  const RunLimits& limits;
  const Cancel& cancel;
};

// One for each row, in the same order; empty where the event is gone (retention in between).
Result<std::vector<EventFields>> fetch_events(EventStore& store, const TableParts& parts,
                                              const FetchRequest& request);

}  // namespace tocsin
