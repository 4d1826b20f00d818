// Owners of DuckDB's C handles, and its errors as ours. No logic.
//
// A Database may be shared by threads; a Connection belongs to one thread at a time.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <duckdb.h>

#include "base/result.h"

namespace tocsin::duck {

template <class T, void (*destroy)(T*)>
class Handle {
 public:
  Handle() = default;
  explicit Handle(T raw) : raw_(raw) {}
  ~Handle() { reset(); }
  Handle(Handle&& other) noexcept : raw_(std::exchange(other.raw_, T{})) {}
  Handle& operator=(Handle&& other) noexcept {
    if (this != &other) {
      reset();
      raw_ = std::exchange(other.raw_, T{});
    }
    return *this;
  }
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;

  T get() const { return raw_; }
  T* out() { return &raw_; }
  void reset() {
    if (raw_ != T{}) {
      destroy(&raw_);
      raw_ = T{};
    }
  }

 private:
  T raw_{};
};

using Connection = Handle<duckdb_connection, duckdb_disconnect>;
using Config = Handle<duckdb_config, duckdb_destroy_config>;
using Prepared = Handle<duckdb_prepared_statement, duckdb_destroy_prepare>;
using Pending = Handle<duckdb_pending_result, duckdb_destroy_pending>;
using Chunk = Handle<duckdb_data_chunk, duckdb_destroy_data_chunk>;
using LogicalType = Handle<duckdb_logical_type, duckdb_destroy_logical_type>;
using Extracted = Handle<duckdb_extracted_statements, duckdb_destroy_extracted>;

class QueryResult {
 public:
  QueryResult() = default;
  ~QueryResult() { duckdb_destroy_result(&raw_); }
  QueryResult(const QueryResult&) = delete;
  QueryResult& operator=(const QueryResult&) = delete;
  duckdb_result* get() { return &raw_; }

 private:
  duckdb_result raw_{};
};

using Options = std::vector<std::pair<std::string, std::string>>;

class Database {
 public:
  // In memory, with these settings.
  static Result<Database> open(const Options& options);

  Result<Connection> connect() const;

 private:
  Handle<duckdb_database, duckdb_close> database_;
};

// Runs statements of ours that give no rows.
Status execute(duckdb_connection connection, const std::string& sql);

// DuckDB's text as an Error: out of memory → kExhausted, no space → kDiskFull, interrupted →
// kCancelled, input/output → kIo, damaged file → kCorrupt, else kInvalid.
Error error_of(duckdb_error_type type, const char* text);

}  // namespace tocsin::duck
