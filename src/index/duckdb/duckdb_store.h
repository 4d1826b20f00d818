// DuckDbStore: the EventStore of one machine. Epochs of unsealed events in memory, Parquet
// segments on disk, DuckDB to search both.
//
// Threads: the appender fills active_; one background thread seals epochs, merges and retires
// segments; queries run on their callers' threads, at most queries_running_max at a time.
// Locks, in this order: writer_mutex_, SegmentList's commit lock, mutex_, SegmentList's mutex_.
#pragma once

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <semaphore>
#include <thread>
#include <vector>

#include "index/duckdb/epoch.h"
#include "index/duckdb/handles.h"
#include "index/duckdb/hot_scan.h"
#include "index/duckdb/segment_list.h"
#include "index/duckdb/segment_writer.h"
#include "index/event_store.h"

namespace tocsin::duck {

class DuckDbStore final : public EventStore {
 public:
  static Result<std::unique_ptr<DuckDbStore>> open(const StoreOptions& options,
                                                   const StoreContext& context);
  ~DuckDbStore() override;
  DuckDbStore(const DuckDbStore&) = delete;
  DuckDbStore& operator=(const DuckDbStore&) = delete;

  Status append(const EventBatch& batch) override;
  void maintain(Micros now) override;
  Status seal() override;
  Seq sealed_end() const override { return segments_.sealed_end(); }
  Seq appended_end() const override;
  std::shared_ptr<const StoreView> view() const override;
  std::string relation(std::span<const std::shared_ptr<const TablePart>> parts,
                       const SeqRange& only = kAllSeqs) const override;
  std::vector<DatasetSummary> schema() const override;
  StoreStats stats() const override;
  Result<RunStats> run(const StoreQuery& query, RowSink& sink, const Cancel& cancel) override;
  Result<RunStats> run_sandboxed(std::string_view sql, const RunLimits& limits, RowSink& sink,
                                 const Cancel& cancel) override;
  std::vector<DamagedSegment> damaged() const override { return segments_.damaged(); }
  Status restore(const DamagedSegment& segment, const BatchSource& batches) override;

  // Waits until the background thread has nothing to do. For tests.
  void settle();

 private:
  struct Counters {
    explicit Counters(Metrics& metrics);
    Counter& events;
    Counter& texts_cut;
    Counter& texts_repaired;
    Counter& values_overflowed;
    Counter& seals;
    Counter& seal_failures;
    Counter& compactions;
    Counter& retired;
    Gauge& hot_rows;
    Gauge& hot_bytes;
  };

  DuckDbStore(const StoreOptions& options, const StoreContext& context);

  std::unique_ptr<Epoch> new_epoch(Seq begin);
  bool is_full(const Epoch& epoch) const;
  Status make_room();
  void publish();
  void rotate_locked();
  void count(const HotCounts& counts);

  // Makes a change of the segments and the end of the cached view one moment.
  void show_change(const std::function<void()>& show);
  SegmentList::Commit shown() {
    return [this](const std::function<void()>& show) { show_change(show); };
  }

  void background();
  Status seal_epoch(Epoch& epoch);
  void tend_segments(Micros now);
  bool merge_once();
  void retire_old(Micros now);
  void verify_all();

  Status check_parts(const TableParts& parts);
  Result<RunStats> run_once(const StoreQuery& query, RowSink& sink, const Cancel& cancel);
  std::shared_ptr<const Database> reader() const;
  Status open_reader();
  Result<SegmentEntry> write_restored(Epoch& epoch, const std::vector<SeqRange>& ranges);

  const StoreOptions options_;
  const StoreContext context_;
  Counters counters_;
  mutable HotRegistry registry_;
  SegmentList segments_;

  std::unique_ptr<SegmentWriter> writer_;  // background thread, or restore() under writer_mutex_
  std::mutex writer_mutex_;
  mutable std::mutex reader_mutex_;
  std::shared_ptr<const Database> reader_;
  std::counting_semaphore<> run_slots_;

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::unique_ptr<Epoch> active_;  // the pointer and what is published: under mutex_
  std::unique_ptr<Epoch> sealing_;
  std::optional<Error> seal_error_;  // of the last attempt; retried until it works
  std::uint64_t seal_attempts_ = 0;
  bool stopping_ = false;
  bool tending_wanted_ = false;
  bool idle_ = true;
  Micros tend_now_;
  mutable std::shared_ptr<const StoreView> view_;  // null: must be made

  Micros last_publish_;  // appender only
  Micros last_tending_;  // appender only
  std::atomic<std::uint64_t> appended_end_{1};
  std::thread thread_;
};

}  // namespace tocsin::duck
