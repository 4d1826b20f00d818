// HotTable: the unsealed events of one dataset. Takes events row by row and gives HotChunks.
//
// One thread (the index appender). Not for: visibility to queries (duckdb_store.h hands the chunks
// over under its lock).
//
// Column 0 is _seq, 1 @timestamp, 2 event.ingested, 3 _overflow; then fields as they appear.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include <duckdb.h>

#include "index/duckdb/hot_chunk.h"
#include "index/event_store.h"
#include "model/catalog.h"
#include "model/event.h"

namespace tocsin::duck {

inline constexpr std::size_t kBaseColumns = 4;
inline constexpr std::size_t kSeqAt = 0;
inline constexpr std::size_t kTimeAt = 1;
inline constexpr std::size_t kIngestedAt = 2;
inline constexpr std::size_t kOverflowAt = 3;

struct HotLimits {
  std::uint32_t columns_max;
  std::uint32_t text_bytes_max;
  std::uint32_t keyword_bytes_max;
};

// What was bent to fit; counted by the store.
struct HotCounts {
  std::uint64_t rows = 0;
  std::uint64_t texts_cut = 0;
  std::uint64_t texts_repaired = 0;     // were not UTF-8, or held the value separator
  std::uint64_t values_overflowed = 0;  // went to _overflow
};

class HotTable {
 public:
  HotTable(const FieldCatalog& fields, HotLimits limits);

  // False when the open chunk is full: take it first.
  [[nodiscard]] bool add(const EventBatch& batch, std::size_t event, HotCounts& counts);
  // The rows added since the last take; null when there are none.
  std::shared_ptr<const HotChunk> take();
  std::size_t open_rows() const { return rows_; }

  // By column number minus kBaseColumns; names of overflow-only fields come after them.
  std::vector<PartColumn> columns() const;
  std::size_t stored_columns() const { return columns_.size() - kBaseColumns; }
  bool has_overflow() const { return !overflow_fields_.empty(); }
  bool in_time_order() const { return in_time_order_; }

  // Over all rows so far.
  std::uint64_t rows_taken() const { return rows_taken_; }
  std::uint64_t bytes_taken() const { return bytes_taken_; }
  Micros time_min() const { return time_min_; }
  Micros time_max() const { return time_max_; }
  Micros received_max() const { return received_max_; }

 private:
  static constexpr std::size_t kRecentTexts = 64;
  static constexpr std::int32_t kUnseen = -1;
  static constexpr std::int32_t kNoColumn = -2;

  struct Recent {
    std::uint64_t hash = 0;
    duckdb_string_t text{};
  };
  struct Column {
    FieldId field;
    ColumnType type = ColumnType::kText;
    FieldType field_type = FieldType::kKeyword;
    bool several = false;
    bool overflow = false;
    std::size_t last_row = SIZE_MAX;  // of the open chunk, that has a value
    std::size_t valid_rows = 0;
    std::vector<std::byte> cells;
    Validity validity{};
    std::vector<Recent> recent;
  };
  using Overflow = std::vector<std::pair<FieldId, std::string>>;

  std::int32_t column_of(FieldId field);
  std::int32_t make_column(FieldId field);
  void add_field(const Field& field, Overflow& overflow, HotCounts& counts);
  bool put(Column& column, const Value& value, HotCounts& counts);
  bool put_text(Column& column, std::string_view text, HotCounts& counts);
  void put_another(Column& column, const Value& value, Overflow& overflow, HotCounts& counts);
  void put_overflow(const Overflow& overflow, HotCounts& counts);
  void put_number(Column& column, std::int64_t value);
  void put_cell(Column& column, const void* cell, std::size_t bytes);
  duckdb_string_t stored_text(Column& column, std::string_view text);
  std::string_view clean_text(std::string_view text, std::size_t bytes_max, HotCounts& counts);
  std::unique_ptr<HotColumn> finished(Column& column) const;

  const FieldCatalog& fields_;
  const HotLimits limits_;
  std::vector<Column> columns_;
  std::vector<std::int32_t> column_of_field_;            // by FieldId; kUnseen, kNoColumn or number
  std::unordered_set<std::string> names_in_lower_case_;  // DuckDB's names know no case
  std::unordered_set<std::uint32_t> overflow_fields_;
  std::string repaired_;  // reused

  std::shared_ptr<HotChunk> open_;
  std::size_t rows_ = 0;
  std::uint64_t rows_taken_ = 0;
  std::uint64_t bytes_taken_ = 0;
  bool in_time_order_ = true;
  Micros time_min_;
  Micros time_max_;
  Micros received_max_;
  Micros last_time_;
  bool any_rows_ = false;
};

ColumnType column_type_of(FieldType type);

}  // namespace tocsin::duck
