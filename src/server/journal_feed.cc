#include "server/journal_feed.h"

#include <chrono>

namespace tocsin {
namespace {

constexpr auto kRetryAfterFault = std::chrono::milliseconds(200);

}  // namespace

JournalFeed::JournalFeed(std::size_t recent_bytes_max, ReadBack read_back, Metrics& metrics,
                         Log& log)
    : recent_bytes_max_(recent_bytes_max),
      read_back_(std::move(read_back)),
      log_(log),
      read_back_records_(metrics.counter("tocsin_feed_read_back_records_total",
                                         "Records that were read back from the journal's files")),
      skipped_records_(metrics.counter("tocsin_feed_damaged_records_total",
                                       "Records that the journal could not give back")) {}

void JournalFeed::start_at(Seq next, Seq durable_end) {
  const std::scoped_lock lock(mutex_);
  next_ = next;
  durable_end_ = std::max(durable_end, next);
}

void JournalFeed::offer(std::shared_ptr<const RecordBatch> batch) {
  const std::scoped_lock lock(mutex_);
  durable_end_ = std::max(durable_end_, batch->end_seq());
  if (recent_bytes_ + batch->bytes() <= recent_bytes_max_ || recent_.empty()) {
    recent_bytes_ += batch->bytes();
    recent_.push_back(std::move(batch));
  }
  changed_.notify_one();
}

std::optional<FeedSlice> JournalFeed::next() {
  while (true) {
    Seq from;
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [this] { return closed_ || durable_end_ > next_; });
      if (closed_) {
        return std::nullopt;
      }
      if (auto slice = take_recent()) {
        return slice;
      }
      from = next_;
    }
    if (auto slice = take_from_journal(from)) {
      return slice;
    }
  }
}

// Called with the mutex held.
std::optional<FeedSlice> JournalFeed::take_recent() {
  while (!recent_.empty()) {
    const std::shared_ptr<const RecordBatch> batch = recent_.front();
    if (batch->first_seq() > next_) {
      return std::nullopt;
    }
    recent_.pop_front();
    recent_bytes_ -= batch->bytes();
    if (batch->end_seq() > next_) {
      FeedSlice slice{batch, next_.value - batch->first_seq().value};
      next_ = batch->end_seq();
      return slice;
    }
  }
  return std::nullopt;
}

std::optional<FeedSlice> JournalFeed::take_from_journal(Seq from) {
  auto batch = read_back_(from);
  std::unique_lock lock(mutex_);
  if (!batch) {
    log_.error("reading the journal back from record {}: {}", from.value,
               batch.error().full_text());
    changed_.wait_for(lock, kRetryAfterFault, [this] { return closed_; });
    return std::nullopt;
  }
  const Seq first = (*batch)->first_seq();
  if ((*batch)->empty() || (*batch)->end_seq() <= from) {
    changed_.wait_for(lock, kRetryAfterFault, [this] { return closed_; });
    return std::nullopt;
  }
  if (first > from) {
    skipped_records_.add(first.value - from.value);
    log_.error("records {} to {} are damaged in the journal and were passed over", from.value,
               first.value - 1);
  }
  FeedSlice slice{*batch, first < from ? from.value - first.value : 0};
  read_back_records_.add((*batch)->end_seq().value - slice.first_seq().value);
  next_ = (*batch)->end_seq();
  return slice;
}

void JournalFeed::close() {
  const std::scoped_lock lock(mutex_);
  closed_ = true;
  changed_.notify_all();
}

std::uint64_t JournalFeed::waiting() const {
  const std::scoped_lock lock(mutex_);
  return durable_end_.value - next_.value;
}

}  // namespace tocsin
