// How SQL reads unsealed events: HotPart is a snapshot of one HotTable's chunks, and the table
// function tocsin_hot(id, first, end) scans it in place.
//
// HotParts are immutable and register themselves under their id while they live; a query that
// binds an id keeps the part alive until it ends. Thread-safe.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/mutex.h"
#include "base/result.h"
#include "index/duckdb/handles.h"
#include "index/duckdb/hot_chunk.h"
#include "index/event_store.h"

namespace tocsin::duck {

class HotPart;

// Ids to living parts. Outlives its parts and the databases that scan them.
class HotRegistry {
 public:
  std::uint64_t add(std::weak_ptr<const HotPart> part) EXCLUDES(mutex_);
  void remove(std::uint64_t id) EXCLUDES(mutex_);
  std::shared_ptr<const HotPart> find(std::uint64_t id) const EXCLUDES(mutex_);

 private:
  mutable Mutex mutex_;
  std::uint64_t next_id_ GUARDED_BY(mutex_) = 1;
  std::unordered_map<std::uint64_t, std::weak_ptr<const HotPart>> parts_ GUARDED_BY(mutex_);
};

using HotChunks = std::vector<std::shared_ptr<const HotChunk>>;

class HotPart final : public TablePart {
 public:
  // `columns`: of the table, by column number; sorted into TablePart::columns here.
  static std::shared_ptr<HotPart> make(HotRegistry& registry, std::vector<PartColumn> table_columns,
                                       HotChunks chunks);
  explicit HotPart(HotRegistry& registry) : registry_(registry) {}
  ~HotPart() override;
  HotPart(const HotPart&) = delete;
  HotPart& operator=(const HotPart&) = delete;

  bool may_hold(std::string_view, std::span<const std::uint64_t>) const override { return true; }
  // Chunks that hold nothing of `only` are not read.
  std::string relation(const SeqRange& only = kAllSeqs) const;

  const HotChunks& chunks() const { return chunks_; }
  const std::vector<PartColumn>& stored_columns() const { return stored_columns_; }

 private:
  HotRegistry& registry_;
  std::uint64_t id_ = 0;
  HotChunks chunks_;
  std::vector<PartColumn> stored_columns_;  // by column number minus kBaseColumns
};

Status register_hot_scan(duckdb_connection connection, HotRegistry& registry);

}  // namespace tocsin::duck
