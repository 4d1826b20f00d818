// RecordCollector: collects single records into batches and delivers one after the other.
//
// While one batch is under way the next is filled; when that is full as well, full() asks the
// source to stop reading: so a slow journal holds the senders back. The owner's thread calls
// everything.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>

#include "intake/batch_delivery.h"
#include "intake/intake_source.h"
#include "model/record.h"

namespace tocsin {

class RecordCollector {
 public:
  struct Limits {
    std::size_t batch_bytes_max = 1 << 20U;
    std::size_t batch_records_max = 20'000;
    // Distinct origins (senders) of one batch; add_origin() is linear in them.
    std::size_t batch_origins_max = 256;
    Span linger = span_ms(20);
  };

  // `wake` as for BatchDelivery.
  RecordCollector(const Limits& limits, const IntakeContext& context, std::function<void()> wake);

  // Also when full(): the limit is exceeded by what one read has brought.
  void add(const Origin& origin, Micros received, std::string_view bytes);
  bool full() const;
  // Takes in the sink's answer and sends the next batch when it is due.
  void poll();
  // The next poll() sends what there is, without lingering.
  void flush() { flushing_ = true; }
  // Everything that was added is durable (or was refused for good).
  bool drained() const { return batch_->empty() && delivery_.idle(); }
  // Until poll() has something to do without being woken.
  std::optional<Span> wait_time() const;
  std::uint64_t waits() const { return delivery_.waits(); }
  // Records that the sink refused for good; asked after poll().
  std::uint64_t take_refused() { return std::exchange(refused_, 0); }

 private:
  bool is_due() const;

  const Limits limits_;
  Clock& clock_;
  BatchDelivery delivery_;
  std::shared_ptr<RecordBatch> batch_;
  std::optional<Origin> last_origin_;
  std::uint32_t last_index_ = 0;
  Span first_added_;
  std::size_t sent_records_ = 0;
  std::uint64_t refused_ = 0;
  bool flushing_ = false;
};

}  // namespace tocsin
