// DuckDbStore's queries.
#include <chrono>

#include "base/fail.h"
#include "index/duckdb/duckdb_store.h"
#include "index/duckdb/functions.h"
#include "index/duckdb/runner.h"
#include "index/duckdb/sandbox.h"

namespace tocsin::duck {
namespace {

class Slot {
 public:
  Slot(std::counting_semaphore<>& slots, Span patience)
      : slots_(slots), taken_(slots.try_acquire_for(std::chrono::microseconds(patience.value))) {}
  ~Slot() {
    if (taken_) {
      slots_.release();
    }
  }
  Slot(const Slot&) = delete;
  Slot& operator=(const Slot&) = delete;
  bool taken() const { return taken_; }

 private:
  std::counting_semaphore<>& slots_;
  bool taken_;
};

// Failures that a damaged or vanished file may have caused.
bool may_be_damage(ErrorCode code) {
  return code == ErrorCode::kIo || code == ErrorCode::kInvalid || code == ErrorCode::kInternal ||
         code == ErrorCode::kCorrupt;
}

}  // namespace

Status DuckDbStore::open_reader() {
  TRY_ASSIGN(
      Database database,
      Database::open({{"threads", fmt::format("{}", options_.query_threads)},
                      {"memory_limit", fmt::format("{}B", options_.query_memory_bytes)},
                      {"temp_directory", options_.directory + "/spill.tmp"},
                      {"max_temp_directory_size", fmt::format("{}B", options_.spill_bytes_max)},
                      {"autoinstall_known_extensions", "false"},
                      {"autoload_known_extensions", "false"}}));
  TRY_ASSIGN(const Connection connection, database.connect());
  TRY(execute(connection.get(), "SET GLOBAL parquet_metadata_cache = true"));
  TRY(execute(connection.get(), "SET GLOBAL enable_external_file_cache = false"));
  TRY(execute(connection.get(), "SET GLOBAL preserve_insertion_order = false"));
  TRY(execute(connection.get(), "SET GLOBAL TimeZone = 'UTC'"));
  TRY(register_hot_scan(connection.get(), registry_));
  TRY(register_functions(connection.get()));
  const std::scoped_lock lock(reader_mutex_);
  reader_ = std::make_shared<const Database>(std::move(database));
  return {};
}

std::shared_ptr<const Database> DuckDbStore::reader() const {
  const std::scoped_lock lock(reader_mutex_);
  return reader_;
}

Status DuckDbStore::check_parts(const TableParts& parts) {
  bool changed = false;
  for (const auto& part : parts) {
    const auto segment = std::dynamic_pointer_cast<const Segment>(part);
    if (!segment || segment->verified()) {
      continue;
    }
    const Status good = segment->verify();
    if (good) {
      continue;
    }
    changed = true;
    if (options_.read_only) {  // somebody else merges and retires: read what is there now
      TRY(segments_.load());
      show_change([] {});
      break;
    }
    segments_.set_aside(segment, good.error().full_text(), shown());
  }
  return changed ? Status(fail(ErrorCode::kConflict, "segments changed while they were read"))
                 : Status();
}

Result<RunStats> DuckDbStore::run(const StoreQuery& query, RowSink& sink, const Cancel& cancel) {
  const Slot slot(run_slots_, query.limits.time);
  if (!slot.taken()) {
    return fail(ErrorCode::kExhausted, "too many queries are running");
  }
  TRY(check_parts(query.parts));
  auto done = run_once(query, sink, cancel);
  if (done || !may_be_damage(done.error().code())) {
    return done;
  }
  for (const auto& part : query.parts) {
    if (const auto segment = std::dynamic_pointer_cast<const Segment>(part)) {
      segment->doubt();
    }
  }
  TRY(check_parts(query.parts));
  if (done.error().code() ==
      ErrorCode::kInternal) {  // DuckDB refuses everything after such an error
    context_.log.error("a query broke DuckDB, it is opened anew: {}", done.error().full_text());
    TRY(open_reader());
  }
  return done;
}

Result<RunStats> DuckDbStore::run_once(const StoreQuery& query, RowSink& sink,
                                       const Cancel& cancel) {
  const auto database = reader();
  TRY_ASSIGN(const Connection connection, database->connect());
  return run_statement(connection.get(), {query.sql, query.values, query.limits}, context_.clock,
                       sink, cancel);
}

Result<RunStats> DuckDbStore::run_sandboxed(std::string_view sql, const RunLimits& limits,
                                            RowSink& sink, const Cancel& cancel) {
  const Slot slot(run_slots_, limits.time);
  if (!slot.taken()) {
    return fail(ErrorCode::kExhausted, "too many queries are running");
  }
  const auto now = view();
  TRY(check_parts(now->parts));
  const SandboxLimits sandbox{options_.query_memory_bytes, options_.query_threads};
  TRY_ASSIGN(const std::unique_ptr<Sandbox> box, Sandbox::make(*now, registry_, sandbox));
  return box->run(sql, limits, context_.clock, sink, cancel);
}

}  // namespace tocsin::duck
