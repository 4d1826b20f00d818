// RecordWalk: reads chosen records of the journal, or a whole range, in order and piece by piece.
//
// A piece is a run of neighbouring records in one batch. Records that retention has removed are
// passed over. One thread.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "base/result.h"
#include "journal/journal.h"
#include "model/record.h"
#include "model/seq_range.h"

namespace tocsin {

class RecordWalk {
 public:
  struct Piece {
    std::shared_ptr<const RecordBatch> batch;  // null: the end
    std::size_t from = 0;
    std::size_t to = 0;
  };

  RecordWalk(Journal& journal, std::vector<Seq> seqs)  // ascending
      : journal_(&journal), seqs_(std::move(seqs)), size_(seqs_.size()) {}
  RecordWalk(Journal& journal, SeqRange range)
      : journal_(&journal),
        range_(range),
        is_range_(true),
        size_(range.end.value - range.begin.value) {}

  Result<Piece> next();

  std::uint64_t size() const { return size_; }
  std::uint64_t done() const { return done_; }

 private:
  static constexpr std::size_t kRecordsMax = 8'192;
  static constexpr std::size_t kBytesMax = std::size_t{4} << 20U;

  Result<Piece> next_of_range();
  Result<Piece> next_of_list();

  Journal* journal_;
  std::vector<Seq> seqs_;
  SeqRange range_;
  bool is_range_ = false;
  std::uint64_t size_ = 0;
  std::uint64_t done_ = 0;
  std::size_t at_ = 0;  // in seqs_
  std::shared_ptr<const RecordBatch> batch_;
};

}  // namespace tocsin
