// Rows of a search on their way out: as one JSON document, or line by line to a stream.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "api/paced_stream.h"
#include "base/json_writer.h"
#include "http/responder.h"
#include "index/store_query.h"
#include "query/query.h"

namespace tocsin {

// One row as a JSON object. Cells without a value are left out of events (they have many columns)
// and are null in computed rows.
class RowWriter {
 public:
  void begin(std::span<const ResultColumn> columns);
  void write(JsonWriter& json, std::span<const Cell> cells) const;
  const std::vector<ResultColumn>& columns() const { return columns_; }

 private:
  std::vector<ResultColumn> columns_;
  bool events_ = false;
};

// Collects the document's "columns" and "rows" members. kTooLarge past `bytes_max`.
class DocumentRows final : public RowSink {
 public:
  explicit DocumentRows(std::size_t bytes_max) : bytes_max_(bytes_max) { json_.begin_object(); }
  Status begin(std::span<const ResultColumn> columns) override;
  Status row(std::span<Cell> cells) override;
  // Closes the rows; the caller adds members and ends the object.
  JsonWriter& finish();

 private:
  const std::size_t bytes_max_;
  JsonWriter json_;
  RowWriter rows_;
  bool begun_ = false;
};

// Passes the first rows on and ends the search at the next.
class FirstRows final : public RowSink {
 public:
  FirstRows(RowSink& next, std::uint64_t rows_max) : next_(next), rows_max_(rows_max) {}
  Status begin(std::span<const ResultColumn> columns) override { return next_.begin(columns); }
  Status row(std::span<Cell> cells) override;
  std::uint64_t rows() const { return rows_; }
  bool cut() const { return cut_; }

 private:
  RowSink& next_;
  const std::uint64_t rows_max_;
  std::uint64_t rows_ = 0;
  bool cut_ = false;
};

// Keeps each row as JSON text.
class TextRows final : public RowSink {
 public:
  Status begin(std::span<const ResultColumn> columns) override;
  Status row(std::span<Cell> cells) override;
  const std::vector<std::string>& rows() const { return texts_; }

 private:
  RowWriter rows_;
  std::vector<std::string> texts_;
};

// Keeps the number in the first cell of the first row.
class NumberRow final : public RowSink {
 public:
  Status begin(std::span<const ResultColumn> columns) override;
  Status row(std::span<Cell> cells) override;
  std::uint64_t number() const { return number_; }

 private:
  std::uint64_t number_ = 0;
};

// Writes a line a row, in pieces; as fast as the client reads.
class LineRows final : public RowSink {
 public:
  LineRows(EventStream& stream, const Cancel& cancel) : stream_(stream, cancel) {}
  Status begin(std::span<const ResultColumn> columns) override;
  Status row(std::span<Cell> cells) override;
  Status flush();

 private:
  PacedStream stream_;
  RowWriter rows_;
  std::string pending_;
};

}  // namespace tocsin
