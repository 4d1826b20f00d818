#include "index/duckdb/epoch.h"

#include <algorithm>

#include "base/check.h"

namespace tocsin::duck {

Epoch::Epoch(const StoreContext& context, HotRegistry& registry, HotLimits limits, Seq begin)
    : context_(context),
      registry_(registry),
      limits_(limits),
      begin_(begin),
      end_(begin),
      published_end_(begin) {}

void Epoch::add(const EventBatch& batch, std::size_t event, HotCounts& counts) {
  const EventHead& head = batch.head(event);
  if (rows_ == 0) {
    first_received_ = context_.clock.now();
  }
  auto& table = tables_[head.dataset.value];
  if (!table) {
    table = std::make_unique<HotTable>(context_.fields, limits_);
  }
  if (!table->add(batch, event, counts)) {
    close_chunk(head.dataset.value, *table);
    CHECK(table->add(batch, event, counts));
  }
  ++rows_;
  ++open_rows_;
  end_ = seq_plus(head.seq, 1);
}

std::size_t Epoch::largest_open_rows() const {
  std::size_t largest = 0;
  for (const auto& [dataset, table] : tables_) {
    largest = std::max(largest, table->open_rows());
  }
  return largest;
}

void Epoch::close_chunk(std::uint32_t dataset, HotTable& table) {
  if (auto chunk = table.take()) {
    bytes_ += chunk->bytes;
    open_rows_ -= chunk->rows;
    closed_.push_back({dataset, std::move(chunk)});
  }
}

void Epoch::close_chunks() {
  for (const auto& [dataset, table] : tables_) {
    close_chunk(dataset, *table);
  }
}

void Epoch::publish_chunks() {
  for (Closed& closed : closed_) {
    PublishedTable& table = published_[closed.dataset];
    table.rows += closed.chunk->rows;
    table.bytes += closed.chunk->bytes;
    published_rows_ += closed.chunk->rows;
    published_bytes_ += closed.chunk->bytes;
    table.chunks.push_back(std::move(closed.chunk));
    table.part.reset();
  }
  for (const Closed& closed : closed_) {
    PublishedTable& table = published_[closed.dataset];
    if (table.part) {
      continue;
    }
    const HotTable& source = *tables_.at(closed.dataset);
    table.dataset = context_.datasets.name(DatasetId(closed.dataset));
    table.columns = source.columns();
    table.time_min = source.time_min();
    table.time_max = source.time_max();
    table.received_max = source.received_max();
    table.has_overflow = source.has_overflow();
    table.in_time_order = source.in_time_order();
  }
  closed_.clear();
  published_end_ = end_;
}

TableParts Epoch::parts() {
  TableParts parts;
  for (auto& [dataset, table] : published_) {
    if (!table.part) {
      auto part = HotPart::make(registry_, table.columns, table.chunks);
      part->dataset = table.dataset;
      part->time_min = table.time_min;
      part->time_max = table.time_max;
      part->has_overflow = table.has_overflow;
      part->ranges = {{begin_, published_end_}};
      table.part = std::move(part);
    }
    parts.push_back(table.part);
  }
  return parts;
}

}  // namespace tocsin::duck
