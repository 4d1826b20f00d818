#include "index/duckdb/handles.h"

#include "base/fail.h"
#include "base/text.h"

namespace tocsin::duck {
namespace {

ErrorCode code_of(duckdb_error_type type, std::string_view text) {
  if (contains_ignore_case(text, "no space left") || contains_ignore_case(text, "disk quota")) {
    return ErrorCode::kDiskFull;
  }
  if (type == DUCKDB_ERROR_OUT_OF_MEMORY || text.starts_with("Out of Memory Error")) {
    return ErrorCode::kExhausted;
  }
  if (type == DUCKDB_ERROR_INTERRUPT || text.starts_with("INTERRUPT Error")) {
    return ErrorCode::kCancelled;
  }
  if (type == DUCKDB_ERROR_IO || text.starts_with("IO Error")) {
    return ErrorCode::kIo;
  }
  if (type == DUCKDB_ERROR_INTERNAL || type == DUCKDB_ERROR_FATAL ||
      text.starts_with("INTERNAL Error") || text.starts_with("FATAL Error")) {
    return ErrorCode::kInternal;
  }
  return ErrorCode::kInvalid;
}

}  // namespace

Result<Database> Database::open(const Options& options) {
  Config config;
  if (duckdb_create_config(config.out()) != DuckDBSuccess) {
    return fail(ErrorCode::kInternal, "making a DuckDB configuration");
  }
  for (const auto& [name, value] : options) {
    if (duckdb_set_config(config.get(), name.c_str(), value.c_str()) != DuckDBSuccess) {
      return fail(ErrorCode::kInvalid, "DuckDB setting {} = {}", name, value);
    }
  }
  Database made;
  char* problem = nullptr;
  if (duckdb_open_ext(nullptr, made.database_.out(), config.get(), &problem) != DuckDBSuccess) {
    Error error = fail(ErrorCode::kInternal, "opening DuckDB: {}", problem ? problem : "");
    duckdb_free(problem);
    return error;
  }
  return made;
}

Result<Connection> Database::connect() const {
  Connection connection;
  if (duckdb_connect(database_.get(), connection.out()) != DuckDBSuccess) {
    return fail(ErrorCode::kInternal, "connecting to DuckDB");
  }
  return connection;
}

Status execute(duckdb_connection connection, const std::string& sql) {
  QueryResult result;
  if (duckdb_query(connection, sql.c_str(), result.get()) != DuckDBSuccess) {
    return error_of(duckdb_result_error_type(result.get()), duckdb_result_error(result.get()));
  }
  return {};
}

Error error_of(duckdb_error_type type, const char* text) {
  const std::string_view said = text != nullptr ? text : "DuckDB gave no reason";
  return {code_of(type, said), std::string(said)};
}

}  // namespace tocsin::duck
