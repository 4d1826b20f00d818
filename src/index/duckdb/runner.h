// Runs one SELECT on one connection: binds values, watches the clock and the Cancel, gives rows to
// a sink. Thread: the caller's, plus DuckDB's own workers.
#pragma once

#include <span>
#include <string>

#include <duckdb.h>

#include "base/clock.h"
#include "base/result.h"
#include "index/store_query.h"

namespace tocsin::duck {

struct Statement {
  const std::string& sql;
  std::span<const SqlValue> values;
  const RunLimits& limits;
};

Result<RunStats> run_statement(duckdb_connection connection, const Statement& statement,
                               Clock& clock, RowSink& sink, const Cancel& cancel);

}  // namespace tocsin::duck
