#include "api/row_sinks.h"

#include <algorithm>

#include "base/fail.h"
#include "index/event_store.h"

namespace tocsin {
namespace {

constexpr std::size_t kPieceBytes = 64 * 1024;

}  // namespace

void RowWriter::begin(std::span<const ResultColumn> columns) {
  columns_.assign(columns.begin(), columns.end());
  events_ = std::ranges::any_of(
      columns_, [](const ResultColumn& column) { return column.name == kSeqColumn; });
}

void RowWriter::write(JsonWriter& json, std::span<const Cell> cells) const {
  json.begin_object();
  for (std::size_t i = 0; i < std::min(cells.size(), columns_.size()); ++i) {
    if (events_ && std::holds_alternative<std::monostate>(cells[i])) {
      continue;
    }
    json.key(columns_[i].name);
    append_cell(json, cells[i]);
  }
  json.end_object();
}

Status DocumentRows::begin(std::span<const ResultColumn> columns) {
  rows_.begin(columns);
  begun_ = true;
  json_.key("columns").begin_array();
  for (const ResultColumn& column : columns) {
    json_.begin_object();
    json_.member("name", column.name);
    json_.member("type", column_type_name(column.type));
    json_.end_object();
  }
  json_.end_array();
  json_.key("rows").begin_array();
  return {};
}

Status DocumentRows::row(std::span<Cell> cells) {
  rows_.write(json_, cells);
  if (json_.size() > bytes_max_) {
    return fail(ErrorCode::kTooLarge,
                "the rows take more than {} bytes: ask for fewer, or for application/x-ndjson",
                bytes_max_);
  }
  return {};
}

JsonWriter& DocumentRows::finish() {
  if (!begun_) {
    static_cast<void>(begin({}));
  }
  json_.end_array();
  return json_;
}

Status FirstRows::row(std::span<Cell> cells) {
  if (rows_ >= rows_max_) {
    cut_ = true;
    return fail(ErrorCode::kCancelled, "enough rows");
  }
  ++rows_;
  return next_.row(cells);
}

Status TextRows::begin(std::span<const ResultColumn> columns) {
  rows_.begin(columns);
  return {};
}

Status TextRows::row(std::span<Cell> cells) {
  JsonWriter json;
  rows_.write(json, cells);
  texts_.push_back(json.take());
  return {};
}

Status NumberRow::begin(std::span<const ResultColumn> columns) {
  static_cast<void>(columns);
  return {};
}

Status NumberRow::row(std::span<Cell> cells) {
  if (!cells.empty() && std::holds_alternative<std::int64_t>(cells[0])) {
    number_ = static_cast<std::uint64_t>(std::get<std::int64_t>(cells[0]));
  }
  return {};
}

Status LineRows::begin(std::span<const ResultColumn> columns) {
  rows_.begin(columns);
  return {};
}

Status LineRows::row(std::span<Cell> cells) {
  JsonWriter json;
  rows_.write(json, cells);
  pending_ += json.take();
  pending_ += '\n';
  return pending_.size() < kPieceBytes ? Status() : flush();
}

Status LineRows::flush() {
  Status written = stream_.write(pending_);
  pending_.clear();
  return written;
}

}  // namespace tocsin
