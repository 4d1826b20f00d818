#include "index/duckdb/hot_scan.h"

#include <algorithm>
#include <cstring>
#include <optional>

#include <fmt/format.h>

#include "base/fail.h"
#include "index/duckdb/hot_table.h"

namespace tocsin::duck {
namespace {

struct ScanPlan {  // DuckDB's "bind data"
  std::shared_ptr<const HotPart> part;
  SeqRange only;
};

struct ScanState {  // DuckDB's "init data", shared by its threads
  std::vector<idx_t> columns;
  std::atomic<std::size_t> next_chunk{0};
};

template <class T>
void destroy(void* pointer) {
  delete static_cast<T*>(pointer);
}

duckdb_type duckdb_type_of(ColumnType type) {
  switch (type) {
    case ColumnType::kText:
    case ColumnType::kTextList:
      return DUCKDB_TYPE_VARCHAR;
    case ColumnType::kLong:
      return DUCKDB_TYPE_BIGINT;
    case ColumnType::kDouble:
      return DUCKDB_TYPE_DOUBLE;
    case ColumnType::kBool:
      return DUCKDB_TYPE_BOOLEAN;
    case ColumnType::kTime:
      return DUCKDB_TYPE_TIMESTAMP;
  }
  return DUCKDB_TYPE_VARCHAR;
}

void add_column(duckdb_bind_info info, std::string_view name, duckdb_type type) {
  const LogicalType logical(duckdb_create_logical_type(type));
  duckdb_bind_add_result_column(info, std::string(name).c_str(), logical.get());
}

std::uint64_t number_parameter(duckdb_bind_info info, idx_t index) {
  duckdb_value parameter = duckdb_bind_get_parameter(info, index);
  const std::uint64_t number = duckdb_get_uint64(parameter);
  duckdb_destroy_value(&parameter);
  return number;
}

// Events come in Seq order, so a chunk's first and last row bound it.
bool holds_any(const HotChunk& chunk, const SeqRange& only) {
  const HotColumn& seqs = *chunk.columns[kSeqAt];
  const auto seq_at = [&seqs](std::size_t row) {
    std::uint64_t seq = 0;
    std::memcpy(&seq, seqs.cells.data() + (seqs.constant ? 0 : row) * sizeof(seq), sizeof(seq));
    return Seq(seq);
  };
  return seq_at(0) < only.end && only.begin <= seq_at(chunk.rows - 1);
}

void bind_scan(duckdb_bind_info info) {
  const auto* registry = static_cast<const HotRegistry*>(duckdb_bind_get_extra_info(info));
  auto plan = std::make_unique<ScanPlan>();
  plan->part = registry->find(number_parameter(info, 0));
  plan->only = {Seq(number_parameter(info, 1)), Seq(number_parameter(info, 2))};
  if (!plan->part) {
    duckdb_bind_set_error(info, "these unsealed events are gone");
    return;
  }
  add_column(info, kSeqColumn, DUCKDB_TYPE_UBIGINT);
  add_column(info, kTimeColumn, DUCKDB_TYPE_TIMESTAMP);
  add_column(info, kIngestedColumn, DUCKDB_TYPE_TIMESTAMP);
  add_column(info, kOverflowColumn, DUCKDB_TYPE_VARCHAR);
  for (const PartColumn& column : plan->part->stored_columns()) {
    add_column(info, column.name, duckdb_type_of(column.type));
  }
  duckdb_bind_set_cardinality(info, plan->part->rows, true);
  duckdb_bind_set_bind_data(info, plan.release(), destroy<ScanPlan>);
}

void init_scan(duckdb_init_info info) {
  constexpr std::size_t kChunksPerThread = 16;
  const auto* plan = static_cast<const ScanPlan*>(duckdb_init_get_bind_data(info));
  auto state = std::make_unique<ScanState>();
  for (idx_t i = 0; i < duckdb_init_get_column_count(info); ++i) {
    state->columns.push_back(duckdb_init_get_column_index(info, i));
  }
  duckdb_init_set_max_threads(info, plan->part->chunks().size() / kChunksPerThread + 1);
  duckdb_init_set_init_data(info, state.release(), destroy<ScanState>);
}

void fill_constant(const HotColumn& column, std::size_t rows, char* out) {
  const std::size_t bytes = column.cells.size();
  for (std::size_t row = 0; row < rows; ++row) {
    std::memcpy(out + row * bytes, column.cells.data(), bytes);
  }
}

void fill_vector(duckdb_vector vector, const HotColumn* column, std::size_t rows) {
  if (column == nullptr || !column->all_valid) {
    duckdb_vector_ensure_validity_writable(vector);
    std::uint64_t* validity = duckdb_vector_get_validity(vector);
    if (column == nullptr) {
      std::memset(validity, 0, (rows + 63) / 64 * sizeof(std::uint64_t));
      return;
    }
    std::memcpy(validity, column->validity->data(), (rows + 63) / 64 * sizeof(std::uint64_t));
  }
  char* out = static_cast<char*>(duckdb_vector_get_data(vector));
  if (column->constant) {
    fill_constant(*column, rows, out);
  } else {
    std::memcpy(out, column->cells.data(), column->cells.size());
  }
}

void scan(duckdb_function_info info, duckdb_data_chunk output) {
  const auto* plan = static_cast<const ScanPlan*>(duckdb_function_get_bind_data(info));
  auto* state = static_cast<ScanState*>(duckdb_function_get_init_data(info));
  const HotChunks& chunks = plan->part->chunks();
  std::size_t at = state->next_chunk.fetch_add(1);
  while (at < chunks.size() && !holds_any(*chunks[at], plan->only)) {
    at = state->next_chunk.fetch_add(1);
  }
  if (at >= chunks.size()) {
    duckdb_data_chunk_set_size(output, 0);
    return;
  }
  const HotChunk& chunk = *chunks[at];
  const idx_t known = kBaseColumns + plan->part->stored_columns().size();
  for (std::size_t i = 0; i < state->columns.size(); ++i) {
    const idx_t column = state->columns[i];
    if (column >= known) {
      continue;  // DuckDB asks for no column at all in this way: count(*)
    }
    const HotColumn* cells = column < chunk.columns.size() ? chunk.columns[column].get() : nullptr;
    fill_vector(duckdb_data_chunk_get_vector(output, i), cells, chunk.rows);
  }
  duckdb_data_chunk_set_size(output, chunk.rows);
}

}  // namespace

std::uint64_t HotRegistry::add(std::weak_ptr<const HotPart> part) {
  MutexLock lock(mutex_);
  const std::uint64_t id = next_id_++;
  parts_.emplace(id, std::move(part));
  return id;
}

void HotRegistry::remove(std::uint64_t id) {
  MutexLock lock(mutex_);
  parts_.erase(id);
}

std::shared_ptr<const HotPart> HotRegistry::find(std::uint64_t id) const {
  MutexLock lock(mutex_);
  const auto found = parts_.find(id);
  return found == parts_.end() ? nullptr : found->second.lock();
}

std::shared_ptr<HotPart> HotPart::make(HotRegistry& registry, std::vector<PartColumn> table_columns,
                                       HotChunks chunks) {
  auto part = std::make_shared<HotPart>(registry);
  part->columns = table_columns;
  std::ranges::sort(part->columns, {}, &PartColumn::name);
  std::erase_if(table_columns, [](const PartColumn& column) { return !column.stored; });
  part->stored_columns_ = std::move(table_columns);
  for (const auto& chunk : chunks) {
    part->rows += chunk->rows;
    part->bytes += chunk->bytes;
  }
  part->chunks_ = std::move(chunks);
  part->id_ = registry.add(part);
  return part;
}

HotPart::~HotPart() {
  registry_.remove(id_);
}

std::string HotPart::relation(const SeqRange& only) const {
  return fmt::format("tocsin_hot({}::UBIGINT, {}::UBIGINT, {}::UBIGINT)", id_, only.begin.value,
                     only.end.value);
}

Status register_hot_scan(duckdb_connection connection, HotRegistry& registry) {
  Handle<duckdb_table_function, duckdb_destroy_table_function> function(
      duckdb_create_table_function());
  const LogicalType id(duckdb_create_logical_type(DUCKDB_TYPE_UBIGINT));
  duckdb_table_function_set_name(function.get(), "tocsin_hot");
  for (int i = 0; i < 3; ++i) {
    duckdb_table_function_add_parameter(function.get(), id.get());
  }
  duckdb_table_function_set_extra_info(function.get(), &registry, nullptr);
  duckdb_table_function_set_bind(function.get(), bind_scan);
  duckdb_table_function_set_init(function.get(), init_scan);
  duckdb_table_function_set_function(function.get(), scan);
  duckdb_table_function_supports_projection_pushdown(function.get(), true);
  if (duckdb_register_table_function(connection, function.get()) != DuckDBSuccess) {
    return fail(ErrorCode::kInternal, "registering tocsin_hot with DuckDB");
  }
  return {};
}

}  // namespace tocsin::duck
