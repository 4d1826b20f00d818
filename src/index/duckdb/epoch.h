// Epoch: one generation of unsealed events, all datasets, from one Seq to another. Epochs are
// sealed whole, so that one Seq says what is on disk.
//
// add() and publish() belong to the appender; what is published is read under the store's lock,
// which the caller holds for publish_chunks() and parts().
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "index/duckdb/hot_scan.h"
#include "index/duckdb/hot_table.h"
#include "index/event_store.h"
#include "model/catalog.h"

namespace tocsin::duck {

// One dataset's published events.
struct PublishedTable {
  std::string dataset;
  HotChunks chunks;
  std::vector<PartColumn> columns;
  std::uint64_t rows = 0;
  std::uint64_t bytes = 0;
  Micros time_min;
  Micros time_max;
  Micros received_max;
  bool has_overflow = false;
  bool in_time_order = true;
  std::shared_ptr<const HotPart> part;  // made when asked for, dropped when chunks come
};

class Epoch {
 public:
  Epoch(const StoreContext& context, HotRegistry& registry, HotLimits limits, Seq begin);

  // Appender only.
  void add(const EventBatch& batch, std::size_t event, HotCounts& counts);
  std::size_t open_rows() const { return open_rows_; }
  std::size_t largest_open_rows() const;
  // Ends the open chunks; publish_chunks() then shows them.
  void close_chunks();

  // Under the store's lock.
  void publish_chunks();
  TableParts parts();
  const std::map<std::uint32_t, PublishedTable>& published() const { return published_; }
  Seq published_end() const { return published_end_; }
  std::uint64_t published_rows() const { return published_rows_; }
  std::uint64_t published_bytes() const { return published_bytes_; }

  bool empty() const { return rows_ == 0; }
  std::uint64_t rows() const { return rows_; }
  std::uint64_t bytes() const { return bytes_; }  // of closed chunks
  Seq begin() const { return begin_; }
  Seq end() const { return end_; }
  Micros first_received() const { return first_received_; }

 private:
  struct Closed {
    std::uint32_t dataset;
    std::shared_ptr<const HotChunk> chunk;
  };
  void close_chunk(std::uint32_t dataset, HotTable& table);

  const StoreContext context_;
  HotRegistry& registry_;
  const HotLimits limits_;
  const Seq begin_;
  Seq end_;
  Micros first_received_;  // store clock when the first event came
  std::uint64_t rows_ = 0;
  std::uint64_t bytes_ = 0;
  std::size_t open_rows_ = 0;
  std::map<std::uint32_t, std::unique_ptr<HotTable>> tables_;  // by DatasetId
  std::vector<Closed> closed_;
  std::map<std::uint32_t, PublishedTable> published_;
  std::uint64_t published_rows_ = 0;
  std::uint64_t published_bytes_ = 0;
  Seq published_end_;
};

}  // namespace tocsin::duck
