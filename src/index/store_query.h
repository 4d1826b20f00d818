// What a query hands to an EventStore and what comes back: SQL with bound values, limits, a way to
// stop, and a sink for rows. Values only; no behaviour.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "base/result.h"
#include "base/time.h"

namespace tocsin {

// What the values of a column are. Every field has one type everywhere (model/ecs_fields.h).
enum class ColumnType : std::uint8_t { kText, kLong, kDouble, kBool, kTime, kTextList };

// "text", "long", "double", "bool", "time", "text_list"
std::string_view column_type_name(ColumnType type);

// One value of a result row.
using TextList = std::vector<std::string>;
using Cell =
    std::variant<std::monostate, bool, std::int64_t, double, std::string, Micros, TextList>;

// A value bound to a `?` of the SQL, in order.
using SqlValue = std::variant<bool, std::int64_t, double, std::string, Micros>;

struct ResultColumn {
  std::string name;
  ColumnType type = ColumnType::kText;

  bool operator==(const ResultColumn&) const = default;
};

// Takes the rows of a result, in order, on the thread that runs the query.
class RowSink {
 public:
  virtual ~RowSink() = default;
  // Once, before the first row, also when there will be none.
  virtual Status begin(std::span<const ResultColumn> columns) = 0;
  // One cell a column; may be moved from. An error ends the query with it.
  virtual Status row(std::span<Cell> cells) = 0;
};

// Somebody else's wish that a query should stop. Thread-safe; outlives the query.
class Cancel {
 public:
  void stop() { stopped_.store(true, std::memory_order_relaxed); }
  bool stopped() const { return stopped_.load(std::memory_order_relaxed); }

 private:
  std::atomic<bool> stopped_{false};
};

struct RunLimits {
  Span time = span_s(30);              // wall clock for the whole query; kTimeout past it
  std::uint64_t rows_max = 1'000'000;  // kTooLarge past it
};

class TablePart;

struct StoreQuery {
  std::string sql;  // one SELECT
  std::vector<SqlValue> values;
  // What the SQL reads; kept alive and checked for damage before they are used.
  std::vector<std::shared_ptr<const TablePart>> parts;
  RunLimits limits;
};

struct RunStats {
  std::uint64_t rows = 0;
  Span took;
};

}  // namespace tocsin
