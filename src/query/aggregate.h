// What `stats` and `timechart` compute: count, dc(f), sum(f), avg(f), min(f), max(f), median(f),
// p95(f), stdev(f), values(f), first(f), last(f), each with an optional `as name`.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/result.h"
#include "query/cursor.h"
#include "query/stage.h"

namespace tocsin {

enum class AggregateKind : std::uint8_t {
  kCount,
  kDistinct,
  kSum,
  kAverage,
  kMin,
  kMax,
  kPercentile,
  kDeviation,
  kValues,
  kFirst,
  kLast,
};

struct Aggregate {
  AggregateKind kind = AggregateKind::kCount;
  std::string field;      // empty: rows (count)
  double percentile = 0;  // 0..1
  std::string name;       // of the column
};

Result<Aggregate> parse_aggregate(Cursor& cursor);
// Comma or space between them.
Result<std::vector<Aggregate>> parse_aggregates(Cursor& cursor);
// "by a, b": what is left of the command.
Result<std::vector<std::string>> parse_by(Cursor& cursor);
// Names, comma or space between them, up to the end or a word of `stop`.
Result<std::vector<std::string>> parse_names(Cursor& cursor, std::string_view what,
                                             std::string_view stop = {});

// Over the stage's rows.
TypedSql aggregate_sql(const Aggregate& aggregate, const Stage& stage);

// How two results of it become one; nothing when they cannot.
std::optional<std::string_view> merge_function(AggregateKind kind);

}  // namespace tocsin
