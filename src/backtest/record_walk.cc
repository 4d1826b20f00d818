#include "backtest/record_walk.h"

#include <algorithm>

namespace tocsin {

Result<RecordWalk::Piece> RecordWalk::next() {
  return is_range_ ? next_of_range() : next_of_list();
}

Result<RecordWalk::Piece> RecordWalk::next_of_range() {
  if (range_.begin >= range_.end) {
    return Piece{};
  }
  TRY_ASSIGN(batch_, journal_->read(range_.begin, kRecordsMax, kBytesMax));
  if (batch_->empty() || batch_->first_seq() >= range_.end) {
    done_ = size_;
    return Piece{};
  }
  const Seq first = batch_->first_seq();
  const std::size_t from = first < range_.begin ? range_.begin.value - first.value : 0;
  const std::size_t to = std::min<std::size_t>(batch_->size(), range_.end.value - first.value);
  range_.begin = seq_plus(first, to);
  done_ = size_ - (range_.end.value - range_.begin.value);
  return Piece{batch_, from, to};
}

Result<RecordWalk::Piece> RecordWalk::next_of_list() {
  while (at_ < seqs_.size()) {
    const Seq wanted = seqs_[at_];
    const bool here = batch_ != nullptr && batch_->first_seq() <= wanted &&
                      wanted < seq_plus(batch_->first_seq(), batch_->size());
    if (!here) {
      TRY_ASSIGN(batch_, journal_->read(wanted, kRecordsMax, kBytesMax));
      if (batch_->empty()) {
        break;
      }
      const auto kept = std::lower_bound(seqs_.begin() + static_cast<std::ptrdiff_t>(at_),
                                         seqs_.end(), batch_->first_seq());
      at_ = static_cast<std::size_t>(kept - seqs_.begin());
      done_ = at_;
      continue;
    }
    const std::size_t from = wanted.value - batch_->first_seq().value;
    std::size_t to = from;
    while (to < batch_->size() && at_ < seqs_.size() &&
           seqs_[at_] == seq_plus(batch_->first_seq(), to)) {
      ++to;
      ++at_;
    }
    done_ = at_;
    return Piece{batch_, from, to};
  }
  done_ = size_;
  return Piece{};
}

}  // namespace tocsin
