#include "index/duckdb/runner.h"

#include <chrono>
#include <optional>
#include <thread>

#include "base/fail.h"
#include "index/duckdb/handles.h"

namespace tocsin::duck {
namespace {

constexpr auto kIdleWait = std::chrono::microseconds(30);  // while other threads do the work

Status bind_values(duckdb_prepared_statement prepared, std::span<const SqlValue> values) {
  if (duckdb_nparams(prepared) != values.size()) {
    return fail(ErrorCode::kInternal, "SQL has {} parameters, {} values were given",
                duckdb_nparams(prepared), values.size());
  }
  idx_t index = 0;
  for (const SqlValue& value : values) {
    ++index;
    const auto state = std::visit(
        [prepared, index]<class T>(const T& v) {
          if constexpr (std::is_same_v<T, bool>) {
            return duckdb_bind_boolean(prepared, index, v);
          } else if constexpr (std::is_same_v<T, std::int64_t>) {
            return duckdb_bind_int64(prepared, index, v);
          } else if constexpr (std::is_same_v<T, double>) {
            return duckdb_bind_double(prepared, index, v);
          } else if constexpr (std::is_same_v<T, std::string>) {
            return duckdb_bind_varchar_length(prepared, index, v.data(), v.size());
          } else {
            return duckdb_bind_timestamp(prepared, index, {v.value});
          }
        },
        value);
    if (state != DuckDBSuccess) {
      return fail(ErrorCode::kInternal, "binding value {}", index);
    }
  }
  return {};
}

// Lets the interrupted query notice it: DuckDB never frees one that is dropped half-way.
void wind_up(duckdb_connection connection, duckdb_pending_result pending) {
  duckdb_interrupt(connection);
  while (true) {
    switch (duckdb_pending_execute_task(pending)) {
      case DUCKDB_PENDING_RESULT_READY:
      case DUCKDB_PENDING_ERROR:
        return;
      case DUCKDB_PENDING_NO_TASKS_AVAILABLE:
        std::this_thread::sleep_for(kIdleWait);
        break;
      case DUCKDB_PENDING_RESULT_NOT_READY:
        break;
    }
  }
}

Status execute_watched(duckdb_connection connection, duckdb_pending_result pending,
                       const RunLimits& limits, Clock& clock, const Cancel& cancel) {
  const Span begun = clock.since_boot();
  while (true) {
    if (cancel.stopped()) {
      wind_up(connection, pending);
      return fail(ErrorCode::kCancelled, "the query was cancelled");
    }
    if (clock.since_boot().value - begun.value > limits.time.value) {
      wind_up(connection, pending);
      return fail(ErrorCode::kTimeout, "the query took longer than {} ms",
                  limits.time.value / kMicrosPerMilli);
    }
    switch (duckdb_pending_execute_task(pending)) {
      case DUCKDB_PENDING_RESULT_READY:
        return {};
      case DUCKDB_PENDING_ERROR:
        return error_of(DUCKDB_ERROR_INVALID, duckdb_pending_error(pending));
      case DUCKDB_PENDING_NO_TASKS_AVAILABLE:
        std::this_thread::sleep_for(kIdleWait);
        break;
      case DUCKDB_PENDING_RESULT_NOT_READY:
        break;
    }
  }
}

// A column of a result, as it is read.
struct Reading {
  ResultColumn column;
  duckdb_type type = DUCKDB_TYPE_INVALID;
};

Reading reading_of(duckdb_result* result, idx_t index) {
  const duckdb_type type = duckdb_column_type(result, index);
  ColumnType ours = ColumnType::kText;
  if (type == DUCKDB_TYPE_BOOLEAN) {
    ours = ColumnType::kBool;
  } else if (type == DUCKDB_TYPE_DOUBLE || type == DUCKDB_TYPE_FLOAT) {
    ours = ColumnType::kDouble;
  } else if (type == DUCKDB_TYPE_TIMESTAMP || type == DUCKDB_TYPE_TIMESTAMP_TZ) {
    ours = ColumnType::kTime;
  } else if (type == DUCKDB_TYPE_LIST) {
    ours = ColumnType::kTextList;
  } else if (type != DUCKDB_TYPE_VARCHAR) {
    ours = ColumnType::kLong;
  }
  return {{duckdb_column_name(result, index), ours}, type};
}

template <class T>
T element(duckdb_vector vector, idx_t row) {
  return static_cast<const T*>(duckdb_vector_get_data(vector))[row];
}

std::string text_element(duckdb_vector vector, idx_t row) {
  auto text = element<duckdb_string_t>(vector, row);
  return {duckdb_string_t_data(&text), duckdb_string_t_length(text)};
}

bool is_valid(duckdb_vector vector, idx_t row) {
  std::uint64_t* validity = duckdb_vector_get_validity(vector);
  return validity == nullptr || duckdb_validity_row_is_valid(validity, row);
}

TextList list_element(duckdb_vector vector, idx_t row) {
  const auto entry = element<duckdb_list_entry>(vector, row);
  const duckdb_vector child = duckdb_list_vector_get_child(vector);
  TextList list;
  list.reserve(entry.length);
  for (idx_t i = entry.offset; i < entry.offset + entry.length; ++i) {
    if (is_valid(child, i)) {
      list.push_back(text_element(child, i));
    }
  }
  return list;
}

Cell cell_of(duckdb_vector vector, idx_t row, duckdb_type type) {
  if (!is_valid(vector, row)) {
    return {};
  }
  switch (type) {
    case DUCKDB_TYPE_BOOLEAN:
      return element<bool>(vector, row);
    case DUCKDB_TYPE_TINYINT:
      return std::int64_t{element<std::int8_t>(vector, row)};
    case DUCKDB_TYPE_SMALLINT:
      return std::int64_t{element<std::int16_t>(vector, row)};
    case DUCKDB_TYPE_INTEGER:
      return std::int64_t{element<std::int32_t>(vector, row)};
    case DUCKDB_TYPE_BIGINT:
    case DUCKDB_TYPE_UBIGINT:
      return element<std::int64_t>(vector, row);
    case DUCKDB_TYPE_UTINYINT:
      return std::int64_t{element<std::uint8_t>(vector, row)};
    case DUCKDB_TYPE_USMALLINT:
      return std::int64_t{element<std::uint16_t>(vector, row)};
    case DUCKDB_TYPE_UINTEGER:
      return std::int64_t{element<std::uint32_t>(vector, row)};
    case DUCKDB_TYPE_FLOAT:
      return double{element<float>(vector, row)};
    case DUCKDB_TYPE_DOUBLE:
      return element<double>(vector, row);
    case DUCKDB_TYPE_TIMESTAMP:
    case DUCKDB_TYPE_TIMESTAMP_TZ:
      return Micros(element<std::int64_t>(vector, row));
    case DUCKDB_TYPE_VARCHAR:
      return text_element(vector, row);
    case DUCKDB_TYPE_LIST:
      return list_element(vector, row);
    default:
      return {};
  }
}

bool is_readable(duckdb_result* result, const Reading& reading, idx_t index) {
  switch (reading.type) {
    case DUCKDB_TYPE_LIST: {
      LogicalType list(duckdb_column_logical_type(result, index));
      const LogicalType child(duckdb_list_type_child_type(list.get()));
      return duckdb_get_type_id(child.get()) == DUCKDB_TYPE_VARCHAR;
    }
    case DUCKDB_TYPE_BOOLEAN:
    case DUCKDB_TYPE_TINYINT:
    case DUCKDB_TYPE_SMALLINT:
    case DUCKDB_TYPE_INTEGER:
    case DUCKDB_TYPE_BIGINT:
    case DUCKDB_TYPE_UTINYINT:
    case DUCKDB_TYPE_USMALLINT:
    case DUCKDB_TYPE_UINTEGER:
    case DUCKDB_TYPE_UBIGINT:
    case DUCKDB_TYPE_FLOAT:
    case DUCKDB_TYPE_DOUBLE:
    case DUCKDB_TYPE_TIMESTAMP:
    case DUCKDB_TYPE_TIMESTAMP_TZ:
    case DUCKDB_TYPE_VARCHAR:
      return true;
    default:
      return false;
  }
}

Result<std::uint64_t> give_rows(QueryResult& result, const RunLimits& limits, RowSink& sink,
                                const Cancel& cancel) {
  std::vector<Reading> readings;
  std::vector<ResultColumn> columns;
  for (idx_t i = 0; i < duckdb_column_count(result.get()); ++i) {
    readings.push_back(reading_of(result.get(), i));
    if (!is_readable(result.get(), readings.back(), i)) {
      return fail(ErrorCode::kInvalid, "column {} has a type that cannot be shown: cast it to text",
                  readings.back().column.name);
    }
    columns.push_back(readings.back().column);
  }
  TRY(sink.begin(columns));
  std::vector<Cell> cells(columns.size());
  std::uint64_t rows = 0;
  while (true) {
    const Chunk chunk(duckdb_fetch_chunk(*result.get()));
    if (chunk.get() == nullptr) {
      return rows;
    }
    if (cancel.stopped()) {
      return fail(ErrorCode::kCancelled, "the query was cancelled");
    }
    const idx_t size = duckdb_data_chunk_get_size(chunk.get());
    for (idx_t row = 0; row < size; ++row) {
      if (rows >= limits.rows_max) {
        return fail(ErrorCode::kTooLarge, "the result has more than {} rows", limits.rows_max);
      }
      for (std::size_t i = 0; i < readings.size(); ++i) {
        cells[i] = cell_of(duckdb_data_chunk_get_vector(chunk.get(), i), row, readings[i].type);
      }
      TRY(sink.row(cells));
      ++rows;
    }
  }
}

}  // namespace

Result<RunStats> run_statement(duckdb_connection connection, const Statement& statement,
                               Clock& clock, RowSink& sink, const Cancel& cancel) {
  const Span begun = clock.since_boot();
  Prepared prepared;
  if (duckdb_prepare(connection, statement.sql.c_str(), prepared.out()) != DuckDBSuccess) {
    return error_of(DUCKDB_ERROR_INVALID, duckdb_prepare_error(prepared.get()));
  }
  TRY(bind_values(prepared.get(), statement.values));
  Pending pending;
  if (duckdb_pending_prepared(prepared.get(), pending.out()) != DuckDBSuccess) {
    return error_of(DUCKDB_ERROR_INVALID, duckdb_pending_error(pending.get()));
  }
  TRY(execute_watched(connection, pending.get(), statement.limits, clock, cancel));
  QueryResult result;
  if (duckdb_execute_pending(pending.get(), result.get()) != DuckDBSuccess) {
    return error_of(duckdb_result_error_type(result.get()), duckdb_result_error(result.get()));
  }
  TRY_ASSIGN(const std::uint64_t rows, give_rows(result, statement.limits, sink, cancel));
  return RunStats{rows, Span(clock.since_boot().value - begun.value)};
}

}  // namespace tocsin::duck
