#include "index/duckdb/duckdb_store.h"

#include <algorithm>
#include <chrono>
#include <map>

#include "base/check.h"
#include "base/fail.h"
#include "index/duckdb/functions.h"
#include "index/duckdb/runner.h"
#include "index/sql_text.h"

namespace tocsin::duck {
namespace {

constexpr Span kTendInterval = span_s(60);
constexpr auto kSealRetry = std::chrono::seconds(1);
constexpr std::size_t kWorthPublishing = 1'024;  // rows: half a chunk

}  // namespace

DuckDbStore::Counters::Counters(Metrics& metrics)
    : events(metrics.counter("tocsin_index_events_total", "Events taken into the index")),
      texts_cut(metrics.counter("tocsin_index_texts_cut_total",
                                "Texts longer than the index keeps; the journal has them whole")),
      texts_repaired(
          metrics.counter("tocsin_index_texts_repaired_total", "Texts that were not valid UTF-8")),
      values_overflowed(metrics.counter("tocsin_index_values_overflowed_total",
                                        "Values kept in _overflow: no column fits them")),
      seals(metrics.counter("tocsin_index_seals_total", "Generations of events sealed")),
      seal_failures(metrics.counter("tocsin_index_seal_failures_total", "Attempts that failed")),
      compactions(metrics.counter("tocsin_index_compactions_total", "Merges of segments")),
      retired(metrics.counter("tocsin_index_segments_retired_total", "Segments past retention")),
      hot_rows(metrics.gauge("tocsin_index_hot_rows", "Events not sealed yet")),
      hot_bytes(metrics.gauge("tocsin_index_hot_bytes", "Memory of events not sealed yet")) {}

DuckDbStore::DuckDbStore(const StoreOptions& options, const StoreContext& context)
    : options_(options),
      context_(context),
      counters_(context.metrics),
      segments_(options, context),
      run_slots_(
          static_cast<std::ptrdiff_t>(std::max<std::uint32_t>(options.queries_running_max, 1))) {}

Result<std::unique_ptr<DuckDbStore>> DuckDbStore::open(const StoreOptions& options,
                                                       const StoreContext& context) {
  std::unique_ptr<DuckDbStore> store(new DuckDbStore(options, context));
  TRY(store->segments_.load());
  TRY(store->open_reader());
  store->appended_end_ = store->sealed_end().value;
  store->active_ = store->new_epoch(store->sealed_end());
  store->last_publish_ = context.clock.now();
  store->last_tending_ = store->last_publish_;
  if (!options.read_only) {
    TRY_ASSIGN(store->writer_, SegmentWriter::make(options, context.files, store->registry_));
    store->tending_wanted_ = true;
    store->tend_now_ = store->last_publish_;
    store->thread_ = std::thread([raw = store.get()] { raw->background(); });
  }
  return store;
}

void DuckDbStore::show_change(const std::function<void()>& show) {
  const std::scoped_lock lock(mutex_);
  show();
  view_.reset();
}

DuckDbStore::~DuckDbStore() {
  {
    const std::scoped_lock lock(mutex_);
    stopping_ = true;
    changed_.notify_all();
  }
  if (thread_.joinable()) {
    thread_.join();
  }
}

std::unique_ptr<Epoch> DuckDbStore::new_epoch(Seq begin) {
  const HotLimits limits{options_.columns_max, options_.text_bytes_max, options_.keyword_bytes_max};
  return std::make_unique<Epoch>(context_, registry_, limits, begin);
}

Seq DuckDbStore::appended_end() const {
  return Seq(appended_end_.load());
}

bool DuckDbStore::is_full(const Epoch& epoch) const {
  return epoch.rows() >= options_.seal_rows_max || epoch.bytes() >= options_.seal_bytes_max;
}

Status DuckDbStore::append(const EventBatch& batch) {
  if (options_.read_only) {
    return fail(ErrorCode::kDenied, "the event store was opened to read only");
  }
  TRY(make_room());
  HotCounts counts;
  std::uint64_t end = appended_end_.load();
  for (std::size_t event = 0; event < batch.size(); ++event) {
    const std::uint64_t seq = batch.head(event).seq.value;
    if (seq < end) {
      continue;
    }
    active_->add(batch, event, counts);
    end = seq + 1;
  }
  appended_end_ = end;
  count(counts);
  const Micros now = context_.clock.now();
  const bool due = (now - last_publish_).value >= options_.visible_after.value;
  if (due || active_->largest_open_rows() >= kWorthPublishing) {
    publish();
  }
  return {};
}

void DuckDbStore::count(const HotCounts& counts) {
  counters_.events.add(counts.rows);
  counters_.texts_cut.add(counts.texts_cut);
  counters_.texts_repaired.add(counts.texts_repaired);
  counters_.values_overflowed.add(counts.values_overflowed);
}

Status DuckDbStore::make_room() {
  if (!is_full(*active_)) {
    return {};
  }
  publish();
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return !sealing_ || seal_error_ || stopping_; });
  if (sealing_) {
    return seal_error_ ? *seal_error_ : fail(ErrorCode::kUnavailable, "the event store is closing");
  }
  rotate_locked();
  return {};
}

void DuckDbStore::publish() {
  active_->close_chunks();
  const std::scoped_lock lock(mutex_);
  active_->publish_chunks();
  view_.reset();
  last_publish_ = context_.clock.now();
  const std::uint64_t waiting_rows = sealing_ ? sealing_->published_rows() : 0;
  const std::uint64_t waiting_bytes = sealing_ ? sealing_->published_bytes() : 0;
  counters_.hot_rows.set(static_cast<double>(active_->published_rows() + waiting_rows));
  counters_.hot_bytes.set(static_cast<double>(active_->published_bytes() + waiting_bytes));
}

void DuckDbStore::rotate_locked() {
  const Seq end = active_->end();
  sealing_ = std::move(active_);
  active_ = new_epoch(end);
  seal_error_.reset();
  idle_ = false;
  changed_.notify_all();
}

void DuckDbStore::maintain(Micros now) {
  if (options_.read_only) {
    return;
  }
  if (active_->open_rows() > 0 && (now - last_publish_).value >= options_.visible_after.value) {
    publish();
  }
  const bool aged =
      !active_->empty() && (now - active_->first_received()).value >= options_.seal_age_max.value;
  const bool tend = (now - last_tending_).value >= kTendInterval.value;
  if (!aged && !tend) {
    return;
  }
  if (aged) {
    publish();
  }
  const std::scoped_lock lock(mutex_);
  if (aged && !sealing_) {
    rotate_locked();
  }
  if (tend) {
    last_tending_ = now;
    tend_now_ = now;
    tending_wanted_ = true;
    idle_ = false;
    changed_.notify_all();
  }
}

Status DuckDbStore::seal() {
  if (options_.read_only) {
    return {};
  }
  publish();
  std::unique_lock lock(mutex_);
  std::uint64_t attempts = seal_attempts_;
  const auto settled = [this, &attempts] {
    return !sealing_ || stopping_ || (seal_error_ && seal_attempts_ > attempts);
  };
  changed_.wait(lock, settled);
  if (!sealing_ && !active_->empty()) {
    rotate_locked();
    attempts = seal_attempts_;
    changed_.wait(lock, settled);
  }
  if (sealing_) {
    return seal_error_ ? *seal_error_ : fail(ErrorCode::kUnavailable, "the event store is closing");
  }
  return {};
}

void DuckDbStore::settle() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] {
    return stopping_ || seal_error_ || (idle_ && !tending_wanted_ && !sealing_);
  });
}

void DuckDbStore::background() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    if (sealing_) {
      if (seal_error_) {  // wait a little before the next attempt
        changed_.wait_for(lock, kSealRetry, [this] { return stopping_; });
        if (stopping_) {
          return;
        }
      }
      Epoch& epoch = *sealing_;
      lock.unlock();
      Status done = seal_epoch(epoch);
      lock.lock();
      ++seal_attempts_;
      if (!done) {
        seal_error_ = std::move(done).error();
      }
      changed_.notify_all();
      continue;
    }
    if (tending_wanted_) {
      tending_wanted_ = false;
      const Micros now = tend_now_;
      lock.unlock();
      tend_segments(now);
      lock.lock();
      continue;
    }
    idle_ = true;
    changed_.notify_all();
    changed_.wait(lock,
                  [this] { return stopping_ || tending_wanted_ || (sealing_ && !seal_error_); });
    idle_ = false;
  }
}

Status DuckDbStore::seal_epoch(Epoch& epoch) {
  const std::scoped_lock writer_lock(writer_mutex_);
  std::unique_ptr<Epoch> sealed;  // freed outside of the lock
  SegmentList::Change change;
  change.sealed_end = epoch.end();
  const std::vector<SeqRange> ranges = {{epoch.begin(), epoch.end()}};
  TableParts parts;
  {
    const std::scoped_lock lock(mutex_);
    parts = epoch.parts();
  }
  const std::uint64_t generation = segments_.generation() + 1;
  Status done;
  for (const auto& [dataset, table] : epoch.published()) {
    auto entry = writer_->write(*table.part, table, ranges, generation);
    if (!entry) {
      done = std::move(entry).error();
      break;
    }
    change.added.push_back(std::move(*entry));
  }
  if (done) {
    done = segments_.apply(change, [this, &sealed](const std::function<void()>& show) {
      const std::scoped_lock lock(mutex_);
      show();
      sealed = std::move(sealing_);
      seal_error_.reset();
      view_.reset();
    });
  }
  if (!done) {
    counters_.seal_failures.add();
    context_.log.warning("sealing events failed, they stay in memory: {}",
                         done.error().full_text());
    return done;
  }
  counters_.seals.add();
  return {};
}

std::shared_ptr<const StoreView> DuckDbStore::view() const {
  const std::scoped_lock lock(mutex_);
  if (view_) {
    return view_;
  }
  auto view = std::make_shared<StoreView>();
  for (Epoch* epoch : {active_.get(), sealing_.get()}) {
    if (epoch != nullptr) {
      const TableParts parts = epoch->parts();
      view->parts.insert(view->parts.end(), parts.begin(), parts.end());
    }
  }
  const Segments segments = segments_.segments();
  view->parts.insert(view->parts.end(), segments.begin(), segments.end());
  std::ranges::sort(view->parts, [](const auto& a, const auto& b) {
    return std::pair(a->time_max, a->ranges.back().end) >
           std::pair(b->time_max, b->ranges.back().end);
  });
  view->visible_end = active_->published_end();
  view_ = view;
  return view_;
}

std::string DuckDbStore::relation(std::span<const std::shared_ptr<const TablePart>> parts,
                                  const SeqRange& only) const {
  std::string files;
  std::string out;
  for (const auto& part : parts) {
    if (part->sealed) {
      files += fmt::format("{}{}", files.empty() ? "" : ", ",
                           sql_literal(static_cast<const Segment&>(*part).path()));
    } else {
      out += fmt::format("{}SELECT * FROM {}", out.empty() ? "" : " UNION ALL BY NAME ",
                         static_cast<const HotPart&>(*part).relation(only));
    }
  }
  if (!files.empty()) {
    out += fmt::format("{}SELECT * FROM read_parquet([{}])",
                       out.empty() ? "" : " UNION ALL BY NAME ", files);
  }
  return fmt::format("({})", out);
}

std::vector<DatasetSummary> DuckDbStore::schema() const {
  std::map<std::string, DatasetSummary> datasets;
  std::map<std::string, std::map<std::string, ColumnType>> columns;
  const std::shared_ptr<const StoreView> held = view();
  for (const auto& part : held->parts) {
    const auto [at, is_new] = datasets.try_emplace(part->dataset);
    DatasetSummary& summary = at->second;
    summary.name = part->dataset;
    summary.rows += part->rows;
    summary.bytes += part->bytes;
    summary.time_min = is_new ? part->time_min : std::min(summary.time_min, part->time_min);
    summary.time_max = is_new ? part->time_max : std::max(summary.time_max, part->time_max);
    for (const PartColumn& column : part->columns) {
      columns[part->dataset].try_emplace(column.name, column.type);
    }
  }
  std::vector<DatasetSummary> out;
  for (auto& [name, summary] : datasets) {
    for (const auto& [column, type] : columns[name]) {
      summary.columns.push_back({column, type});
    }
    out.push_back(std::move(summary));
  }
  return out;
}

StoreStats DuckDbStore::stats() const {
  StoreStats stats;
  const std::shared_ptr<const StoreView> held = view();
  for (const auto& part : held->parts) {
    stats.rows += part->rows;
    stats.hot_rows += part->sealed ? 0 : part->rows;
    stats.hot_bytes += part->sealed ? 0 : part->bytes;
    stats.disk_bytes += part->sealed ? part->bytes : 0;
    stats.segments += part->sealed ? 1U : 0U;
  }
  stats.damaged = segments_.damaged().size();
  return stats;
}

}  // namespace tocsin::duck

namespace tocsin {

const PartColumn* TablePart::column(std::string_view field) const {
  const auto found = std::ranges::lower_bound(columns, field, {}, &PartColumn::name);
  return found != columns.end() && found->name == field ? &*found : nullptr;
}

std::string_view column_type_name(ColumnType type) {
  switch (type) {
    case ColumnType::kText:
      return "text";
    case ColumnType::kLong:
      return "long";
    case ColumnType::kDouble:
      return "double";
    case ColumnType::kBool:
      return "bool";
    case ColumnType::kTime:
      return "time";
    case ColumnType::kTextList:
      return "text_list";
  }
  return "text";
}

Result<std::unique_ptr<EventStore>> open_event_store(const StoreOptions& options,
                                                     const StoreContext& context) {
  TRY_ASSIGN(std::unique_ptr<EventStore> store, duck::DuckDbStore::open(options, context));
  return store;
}

}  // namespace tocsin
