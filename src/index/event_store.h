// EventStore: where events are kept so that they can be searched. The door of index/.
//
// A dataset is a table with a column for each field it has seen. Events arrive in Seq order, are
// visible within 200 ms, and are sealed into immutable segments; everything below sealed_end() is
// on disk and never taken again, so that replaying the journal from there is exactly-once.
// What is not sealed is lost with the process: the journal is its durability.
//
// Not for: raw records and proofs (journal/), the query language (query/).
//
// Threads: append(), seal() and maintain() belong to one thread (the index appender). Everything
// else may be called from any thread at any time; a StoreView is an immutable snapshot.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "base/strong.h"
#include "base/time.h"
#include "index/store_query.h"
#include "model/catalog.h"
#include "model/event.h"
#include "model/seq_range.h"
#include "obs/log.h"
#include "obs/metrics.h"
#include "sys/file_system.h"

namespace tocsin {

// Columns that every dataset has.
inline constexpr std::string_view kSeqColumn = "_seq";
inline constexpr std::string_view kTimeColumn = "@timestamp";
inline constexpr std::string_view kIngestedColumn = "event.ingested";
// JSON object, field name → array of texts: the values that have no column of their own (a field
// past the column limit, a value that is not of its column's type, the second and later values of
// a field that is not text). Absent when no row of the part needs it.
inline constexpr std::string_view kOverflowColumn = "_overflow";
// Not stored: it is the table's name.
inline constexpr std::string_view kDatasetField = "event.dataset";
// Several values of one text field stand in its column with this between them (U+001F).
inline constexpr char kValueSeparator = '\x1f';

struct StoreOptions {
  std::string directory;   // "<data>/segments"; made when absent
  bool read_only = false;  // search only: nothing is written, deleted or put aside

  std::uint64_t seal_rows_max = 400'000;
  std::uint64_t seal_bytes_max = 160ULL << 20U;  // of memory held by unsealed events
  Span seal_age_max = span_s(300);
  Span visible_after = span_ms(200);
  Span retention = span_s(90LL * 86'400);  // by the time received; 0 keeps for ever

  std::uint32_t columns_max = 1'024;   // per dataset; further fields go to _overflow
  std::uint32_t text_bytes_max = 512;  // of a long-text field (message); the journal has it all
  std::uint32_t keyword_bytes_max = 8'192;  // of any other text

  std::uint32_t compact_segments_min = 8;  // small segments of one dataset and day
  std::uint64_t compact_rows_max = 2'000'000;

  std::uint64_t query_memory_bytes = 320ULL << 20U;
  std::uint64_t seal_memory_bytes = 256ULL << 20U;
  std::uint64_t spill_bytes_max = 2ULL << 30U;  // temporary files of large queries
  std::uint32_t query_threads = 2;
  std::uint32_t queries_running_max = 4;  // more wait; past the time limit kExhausted
};

inline constexpr SeqRange kAllSeqs{Seq(0), Seq(UINT64_MAX)};

// A field as one part holds it.
struct PartColumn {
  std::string name;
  ColumnType type = ColumnType::kText;
  bool stored = true;     // has a column; false: only in _overflow
  bool several = false;   // some row holds several values, joined by kValueSeparator
  bool overflow = false;  // some row has values of it in _overflow

  bool operator==(const PartColumn&) const = default;
};

// An immutable piece of one dataset's table: unsealed events, or a segment.
class TablePart {
 public:
  virtual ~TablePart() = default;

  std::string dataset;
  bool sealed = false;
  std::uint64_t rows = 0;
  std::uint64_t bytes = 0;  // in memory, or on disk with its filter
  Micros time_min;          // of the events
  Micros time_max;
  std::vector<SeqRange> ranges;     // the dataset's events in these are here and nowhere else
  std::vector<PartColumn> columns;  // sorted by name; without the four of its own
  bool has_overflow = false;

  // Null when no row of the part has the field.
  const PartColumn* column(std::string_view field) const;
  // False only when no text of the column can hold all of the tokens (index/tokens.h).
  virtual bool may_hold(std::string_view column, std::span<const std::uint64_t> tokens) const = 0;
};

using TableParts = std::vector<std::shared_ptr<const TablePart>>;

struct StoreView {
  TableParts parts;  // newest time_max first
  Seq visible_end;   // every event below it that the store has is in the parts
};

struct ColumnSummary {
  std::string name;
  ColumnType type = ColumnType::kText;
};

struct DatasetSummary {
  std::string name;
  std::uint64_t rows = 0;
  std::uint64_t bytes = 0;
  Micros time_min;
  Micros time_max;
  std::vector<ColumnSummary> columns;  // sorted by name
};

// A segment whose bytes fail their checks: put aside as `file`, its events not searchable until
// restore() has been given them again.
struct DamagedSegment {
  std::string dataset;
  std::string file;
  std::string reason;
  std::uint64_t rows = 0;
  std::vector<SeqRange> ranges;

  bool operator==(const DamagedSegment&) const = default;
};

struct StoreStats {
  std::uint64_t rows = 0;
  std::uint64_t hot_rows = 0;
  std::uint64_t hot_bytes = 0;
  std::uint64_t disk_bytes = 0;
  std::uint64_t segments = 0;
  std::uint64_t damaged = 0;
};

// Gives the batches of a Seq range one after the other, null at the end.
using BatchSource = std::function<Result<std::shared_ptr<const EventBatch>>()>;

class EventStore {
 public:
  virtual ~EventStore() = default;

  // Events below appended_end() are ignored: they are here already. Waits while two generations of
  // unsealed events are full; kDiskFull or kIo when they cannot be sealed: nothing was taken, try
  // the same batch again later (senders feel it as back-pressure).
  virtual Status append(const EventBatch& batch) = 0;
  // Shows what waits for visibility, seals by age, compacts, retires. At least every 200 ms.
  virtual void maintain(Micros now) = 0;
  // Seals everything and waits for it.
  virtual Status seal() = 0;

  virtual Seq sealed_end() const = 0;    // replay of the journal starts here
  virtual Seq appended_end() const = 0;  // the next Seq that append() will take

  virtual std::shared_ptr<const StoreView> view() const = 0;
  // Parts of one view as a FROM item for run(); they all have each column that the SQL names.
  // `only`: rows outside of it may be left out.
  virtual std::string relation(std::span<const std::shared_ptr<const TablePart>> parts,
                               const SeqRange& only = kAllSeqs) const = 0;
  virtual std::vector<DatasetSummary> schema() const = 0;
  virtual StoreStats stats() const = 0;

  // kInvalid: the SQL is wrong. kConflict: a part turned out to be damaged and was put aside; take
  // a new view and try again. kTimeout, kCancelled, kExhausted (memory), kTooLarge as they say.
  virtual Result<RunStats> run(const StoreQuery& query, RowSink& sink, const Cancel& cancel) = 0;
  // SQL from a person: one SELECT over a view per dataset, in a database of its own that can open
  // nothing else, neither files nor network.
  virtual Result<RunStats> run_sandboxed(std::string_view sql, const RunLimits& limits,
                                         RowSink& sink, const Cancel& cancel) = 0;

  virtual std::vector<DamagedSegment> damaged() const = 0;
  // Makes a damaged segment's events searchable again, from the journal's events of its ranges.
  virtual Status restore(const DamagedSegment& segment, const BatchSource& batches) = 0;
};

// The parts a store needs; all outlive it.
struct StoreContext {
  FileSystem& files;
  Clock& clock;
  Log& log;
  Metrics& metrics;
  FieldCatalog& fields;
  DatasetCatalog& datasets;
};

// DuckDB in this process, Parquet files on disk. Deletes files that no catalogue names; kCorrupt
// when the catalogue itself is damaged. Destroying it stops the background work and seals nothing:
// call seal() first.
Result<std::unique_ptr<EventStore>> open_event_store(const StoreOptions& options,
                                                     const StoreContext& context);

}  // namespace tocsin
