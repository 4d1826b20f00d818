// Sandbox: a DuckDB of its own for SQL that a person wrote. It has a view per dataset and can open
// nothing but the files behind those views: no other files, no network, no extensions, no settings.
// One SELECT at a time, under the caller's limits. One thread.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "index/duckdb/handles.h"
#include "index/duckdb/hot_scan.h"
#include "index/event_store.h"

namespace tocsin::duck {

struct SandboxLimits {
  std::uint64_t memory_bytes;
  std::uint32_t threads;
};

class Sandbox {
 public:
  static Result<std::unique_ptr<Sandbox>> make(const StoreView& view, HotRegistry& registry,
                                               const SandboxLimits& limits);

  // kInvalid: not one SELECT, or DuckDB says what is wrong with it.
  Result<RunStats> run(std::string_view sql, const RunLimits& limits, Clock& clock, RowSink& sink,
                       const Cancel& cancel);

 private:
  Sandbox() = default;
  Status make_views(const StoreView& view);
  Status close_doors(const StoreView& view);
  // The SELECT with every column as a type that a RowSink can take.
  Result<std::string> readable(std::string_view sql);

  Database database_;
  Connection connection_;
};

}  // namespace tocsin::duck
