#include "index/duckdb/sandbox.h"

#include <map>
#include <vector>

#include "base/fail.h"
#include "index/duckdb/functions.h"
#include "index/duckdb/runner.h"
#include "index/duckdb/segment.h"
#include "index/sql_text.h"

namespace tocsin::duck {
namespace {

struct Sources {
  std::string files;
  std::string hot;
};

std::string view_sql(const std::string& dataset, const Sources& sources) {
  std::string from = sources.hot;
  if (!sources.files.empty()) {
    from += fmt::format("{}SELECT * FROM read_parquet([{}], union_by_name = true)",
                        from.empty() ? "" : " UNION ALL BY NAME ", sources.files);
  }
  return fmt::format("CREATE VIEW {} AS {}", sql_name(dataset), from);
}

bool fits_a_cell(duckdb_type type) {
  switch (type) {
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
    case DUCKDB_TYPE_VARCHAR:
      return true;
    default:
      return false;
  }
}

bool is_number(duckdb_type type) {
  return type == DUCKDB_TYPE_HUGEINT || type == DUCKDB_TYPE_UHUGEINT || type == DUCKDB_TYPE_DECIMAL;
}

}  // namespace

Result<std::unique_ptr<Sandbox>> Sandbox::make(const StoreView& view, HotRegistry& registry,
                                               const SandboxLimits& limits) {
  std::unique_ptr<Sandbox> box(new Sandbox);
  TRY_ASSIGN(box->database_,
             Database::open({{"threads", fmt::format("{}", limits.threads)},
                             {"memory_limit", fmt::format("{}B", limits.memory_bytes)},
                             {"temp_directory", ""},
                             {"autoinstall_known_extensions", "false"},
                             {"autoload_known_extensions", "false"},
                             {"allow_community_extensions", "false"}}));
  TRY_ASSIGN(box->connection_, box->database_.connect());
  TRY(register_hot_scan(box->connection_.get(), registry));
  TRY(register_functions(box->connection_.get()));
  TRY(box->make_views(view));
  TRY(box->close_doors(view));
  return box;
}

Status Sandbox::make_views(const StoreView& view) {
  std::map<std::string, Sources> datasets;
  for (const auto& part : view.parts) {
    Sources& sources = datasets[part->dataset];
    if (part->sealed) {
      sources.files += fmt::format("{}{}", sources.files.empty() ? "" : ", ",
                                   sql_literal(static_cast<const Segment&>(*part).path()));
    } else {
      sources.hot +=
          fmt::format("{}SELECT * FROM {}", sources.hot.empty() ? "" : " UNION ALL BY NAME ",
                      static_cast<const HotPart&>(*part).relation());
    }
  }
  for (const auto& [dataset, sources] : datasets) {
    TRY(execute(connection_.get(), view_sql(dataset, sources)));
  }
  return {};
}

Status Sandbox::close_doors(const StoreView& view) {
  std::string paths;
  for (const auto& part : view.parts) {
    if (part->sealed) {
      paths += fmt::format("{}{}", paths.empty() ? "" : ", ",
                           sql_literal(static_cast<const Segment&>(*part).path()));
    }
  }
  TRY(execute(connection_.get(), "SET GLOBAL TimeZone = 'UTC'"));
  TRY(execute(connection_.get(), fmt::format("SET allowed_paths = [{}]", paths)));
  TRY(execute(connection_.get(), "SET enable_external_access = false"));
  return execute(connection_.get(), "SET lock_configuration = true");
}

Result<std::string> Sandbox::readable(std::string_view sql) {
  const std::string text(sql);
  Extracted statements;
  const idx_t count = duckdb_extract_statements(connection_.get(), text.c_str(), statements.out());
  if (count == 0) {
    const char* problem = duckdb_extract_statements_error(statements.get());
    return fail(ErrorCode::kInvalid, "SQL: {}", problem != nullptr ? problem : "no statement");
  }
  if (count > 1) {
    return fail(ErrorCode::kInvalid, "SQL: one SELECT is allowed, {} statements were given", count);
  }
  Prepared prepared;
  if (duckdb_prepare_extracted_statement(connection_.get(), statements.get(), 0, prepared.out()) !=
      DuckDBSuccess) {
    return error_of(DUCKDB_ERROR_INVALID, duckdb_prepare_error(prepared.get()));
  }
  if (duckdb_prepared_statement_type(prepared.get()) != DUCKDB_STATEMENT_TYPE_SELECT) {
    return fail(ErrorCode::kInvalid, "SQL: only SELECT is allowed");
  }
  if (duckdb_nparams(prepared.get()) != 0) {
    return fail(ErrorCode::kInvalid, "SQL: parameters (?) have no value here");
  }
  std::string names;
  std::string columns;
  for (idx_t i = 0; i < duckdb_prepared_statement_column_count(prepared.get()); ++i) {
    const duckdb_type type = duckdb_prepared_statement_column_type(prepared.get(), i);
    const std::string name = fmt::format("c{}", i);
    const char* label = duckdb_prepared_statement_column_name(prepared.get(), i);
    const std::string shown = sql_name(label != nullptr ? label : name);
    duckdb_free(const_cast<char*>(label));  // NOLINT: DuckDB gives it away as const
    names += fmt::format("{}{}", names.empty() ? "" : ", ", name);
    const std::string value = fits_a_cell(type) ? name
                              : is_number(type) ? fmt::format("CAST({} AS DOUBLE)", name)
                                                : fmt::format("CAST({} AS VARCHAR)", name);
    columns += fmt::format("{}{} AS {}", columns.empty() ? "" : ", ", value, shown);
  }
  // It is known to be one SELECT: as a view it can be read with other types.
  TRY(execute(connection_.get(), fmt::format("CREATE TEMP VIEW asked({}) AS {}", names, text)));
  return fmt::format("SELECT {} FROM asked", columns);
}

Result<RunStats> Sandbox::run(std::string_view sql, const RunLimits& limits, Clock& clock,
                              RowSink& sink, const Cancel& cancel) {
  TRY_ASSIGN(const std::string statement, readable(sql));
  return run_statement(connection_.get(), {statement, {}, limits}, clock, sink, cancel);
}

}  // namespace tocsin::duck
