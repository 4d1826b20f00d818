// RowBuffer: a RowSink that keeps what it is given.
#pragma once

#include <vector>

#include "index/store_query.h"

namespace tocsin {

class RowBuffer final : public RowSink {
 public:
  Status begin(std::span<const ResultColumn> columns) override {
    columns_.assign(columns.begin(), columns.end());
    return {};
  }
  Status row(std::span<Cell> cells) override {
    rows_.emplace_back(std::make_move_iterator(cells.begin()),
                       std::make_move_iterator(cells.end()));
    return {};
  }
  const std::vector<ResultColumn>& columns() const { return columns_; }
  std::vector<std::vector<Cell>>& rows() { return rows_; }
  const std::vector<std::vector<Cell>>& rows() const { return rows_; }

 private:
  std::vector<ResultColumn> columns_;
  std::vector<std::vector<Cell>> rows_;
};

}  // namespace tocsin
