// HotChunk: up to 2,048 unsealed events of one dataset, column by column, in the very layout of
// DuckDB's vectors, so that a query scans them in place. Immutable, shared by queries.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include <duckdb.h>

#include "base/arena.h"
#include "index/event_store.h"

namespace tocsin::duck {

inline constexpr std::size_t kChunkRowsMax = 2'048;  // STANDARD_VECTOR_SIZE
using Validity = std::array<std::uint64_t, kChunkRowsMax / 64>;

constexpr std::size_t cell_bytes(ColumnType type) {
  switch (type) {
    case ColumnType::kText:
    case ColumnType::kTextList:
      return sizeof(duckdb_string_t);
    case ColumnType::kBool:
      return 1;
    case ColumnType::kLong:
    case ColumnType::kDouble:
    case ColumnType::kTime:
      return 8;
  }
  return 8;
}

inline std::string_view view_of(const duckdb_string_t& text) {
  constexpr std::uint32_t kInlinedMax = 12;
  const std::uint32_t size = text.value.inlined.length;
  return {size <= kInlinedMax ? text.value.inlined.inlined : text.value.pointer.ptr, size};
}

struct HotColumn {
  ColumnType type = ColumnType::kText;
  bool constant = false;   // one cell stands for all rows
  bool all_valid = false;  // else `validity` says
  std::vector<std::byte> cells;
  std::unique_ptr<Validity> validity;

  const duckdb_string_t& text(std::size_t row) const {
    const void* at = cells.data() + (constant ? 0 : row) * sizeof(duckdb_string_t);
    return *static_cast<const duckdb_string_t*>(at);
  }
  bool valid(std::size_t row) const {
    return all_valid || ((*validity)[row / 64] >> (row % 64) & 1U) != 0;
  }
};

struct HotChunk {
  std::size_t rows = 0;
  std::size_t bytes = 0;                            // of memory
  std::vector<std::unique_ptr<HotColumn>> columns;  // by column number; null: no row has it
  Arena heap{8 * 1024};                             // of texts that do not fit a cell
};

}  // namespace tocsin::duck
