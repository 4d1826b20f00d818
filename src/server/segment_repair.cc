#include "server/segment_repair.h"

#include <algorithm>
#include <utility>

namespace tocsin {
namespace {

constexpr std::size_t kReadRecords = 8'192;
constexpr std::size_t kReadBytes = 4 * kMiB;

// Walks the Seq ranges of a segment through the journal, decoding as the workers do.
class RangeReader {
 public:
  RangeReader(Journal& journal, const EventWorkContext& work, std::vector<SeqRange> ranges)
      : journal_(journal), ranges_(std::move(ranges)), decode_(work) {
    if (!ranges_.empty()) {
      next_ = ranges_.front().begin;
    }
  }

  Result<std::shared_ptr<const EventBatch>> next() {
    while (range_ < ranges_.size()) {
      const SeqRange& range = ranges_[range_];
      if (next_ < range.begin) {
        next_ = range.begin;
      }
      if (next_ >= range.end) {
        ++range_;
        continue;
      }
      TRY_ASSIGN(const std::shared_ptr<const RecordBatch> batch,
                 journal_.read(next_, kReadRecords, kReadBytes));
      if (batch->empty() || batch->first_seq() >= range.end) {
        ++range_;
        continue;
      }
      const Seq first = batch->first_seq();
      const std::size_t from = first < next_ ? next_.value - first.value : 0;
      const std::size_t to = std::min<std::size_t>(batch->size(), range.end.value - first.value);
      next_ = seq_plus(first, to);
      return decode_.decode(batch, from, to);
    }
    return std::shared_ptr<const EventBatch>();
  }

 private:
  Journal& journal_;
  const std::vector<SeqRange> ranges_;
  EventWork decode_;
  std::size_t range_ = 0;
  Seq next_;
};

}  // namespace

SegmentRepair::SegmentRepair(EventStore& store, Journal& journal, const EventWorkContext& work,
                             Log& log)
    : store_(store), journal_(journal), work_(work), log_(log) {}

bool SegmentRepair::step() {
  for (const DamagedSegment& segment : store_.damaged()) {
    if (given_up_.contains(segment.file)) {
      continue;
    }
    const Status restored = store_.restore(segment, events_of(segment));
    if (restored) {
      log_.warning("index segment {} was damaged ({}); its {} events were rebuilt from the journal",
                   segment.file, segment.reason, segment.rows);
      return true;
    }
    given_up_.insert(segment.file);
    log_.error("index segment {} is damaged ({}) and could not be rebuilt: {}", segment.file,
               segment.reason, restored.error().full_text());
  }
  return false;
}

BatchSource SegmentRepair::events_of(const DamagedSegment& segment) {
  return [reader = std::make_shared<RangeReader>(journal_, work_, segment.ranges)] {
    return reader->next();
  };
}

}  // namespace tocsin
