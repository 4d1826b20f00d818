// `head`, as the executor knows it: behind commands that work row by row it only says how many
// rows are wanted, so that reading can stop early.
#pragma once

#include <cstdint>

#include "query/command.h"

namespace tocsin {

class Head final : public Command {
 public:
  explicit Head(std::uint64_t rows) : rows_(rows) {}

  void collect_fields(std::set<std::string>&) const override {}
  Status apply(Stage& stage) const override;
  std::uint64_t rows() const { return rows_; }

 private:
  std::uint64_t rows_;
};

}  // namespace tocsin
