#include "index/duckdb/compaction.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include "base/text.h"

namespace tocsin::duck {
namespace {

constexpr std::int64_t kMicrosPerDay = 86'400 * kMicrosPerSecond;

std::int64_t day_of(const Segment& segment) {
  const std::int64_t time = segment.time_max.value;
  return time >= 0 ? time / kMicrosPerDay : (time - kMicrosPerDay + 1) / kMicrosPerDay;
}

// The columns seen so far by lower-case name: DuckDB's names know no case.
class Agreement {
 public:
  bool takes(const Segment& segment) {
    for (const PartColumn& column : segment.columns) {
      const auto known = columns_.find(to_lower(column.name));
      if (known != columns_.end() &&
          (known->second.type != column.type || known->second.name != column.name)) {
        return false;
      }
    }
    for (const PartColumn& column : segment.columns) {
      columns_.try_emplace(to_lower(column.name), column);
    }
    return true;
  }

 private:
  std::map<std::string, PartColumn> columns_;
};

Segments choose_of_day(Segments day, const StoreOptions& options) {
  std::ranges::sort(day, [](const auto& a, const auto& b) {
    return std::pair(a->time_min, a->time_max) < std::pair(b->time_min, b->time_max);
  });
  Segments chosen;
  Agreement agreement;
  std::uint64_t rows = 0;
  for (const auto& segment : day) {
    if (segment->rows > options.compact_rows_max / 2) {
      continue;
    }
    if (rows + segment->rows > options.compact_rows_max || !agreement.takes(*segment)) {
      continue;
    }
    rows += segment->rows;
    chosen.push_back(segment);
  }
  return chosen.size() >= options.compact_segments_min ? chosen : Segments();
}

}  // namespace

Segments choose_compaction(std::span<const std::shared_ptr<const Segment>> segments,
                           const StoreOptions& options) {
  std::map<std::pair<std::string, std::int64_t>, Segments> days;
  for (const auto& segment : segments) {
    days[{segment->dataset, day_of(*segment)}].push_back(segment);
  }
  for (auto& [day, of_day] : days) {
    if (of_day.size() < options.compact_segments_min) {
      continue;
    }
    if (Segments chosen = choose_of_day(std::move(of_day), options); !chosen.empty()) {
      return chosen;
    }
  }
  return {};
}

}  // namespace tocsin::duck
