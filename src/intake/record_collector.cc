#include "intake/record_collector.h"

#include <algorithm>
#include <utility>

namespace tocsin {

RecordCollector::RecordCollector(const Limits& limits, const IntakeContext& context,
                                 std::function<void()> wake)
    : limits_(limits),
      clock_(context.clock),
      delivery_(context.sink, context.clock, context.log, std::move(wake)),
      batch_(std::make_shared<RecordBatch>()) {}

void RecordCollector::add(const Origin& origin, Micros received, std::string_view bytes) {
  if (batch_->empty()) {
    first_added_ = clock_.since_boot();
  }
  if (!last_origin_ || *last_origin_ != origin) {
    last_index_ = batch_->add_origin(origin);
    last_origin_ = origin;
  }
  // Cannot fail: the limits are far below RecordBatch::kBytesMax.
  static_cast<void>(batch_->add(last_index_, received, bytes));
}

bool RecordCollector::full() const {
  return batch_->bytes() >= limits_.batch_bytes_max ||
         batch_->size() >= limits_.batch_records_max ||
         batch_->origins().size() >= limits_.batch_origins_max;
}

bool RecordCollector::is_due() const {
  return !batch_->empty() &&
         (flushing_ || full() ||
          clock_.since_boot().value - first_added_.value >= limits_.linger.value);
}

void RecordCollector::poll() {
  if (delivery_.poll() == BatchDelivery::Outcome::kRefused) {
    refused_ += sent_records_;
  }
  if (batch_->empty()) {
    flushing_ = false;
  }
  if (!delivery_.idle() || !is_due()) {
    return;
  }
  flushing_ = false;
  last_origin_.reset();
  sent_records_ = batch_->size();
  delivery_.send(std::exchange(batch_, std::make_shared<RecordBatch>()));
}

std::optional<Span> RecordCollector::wait_time() const {
  std::optional<Span> wait = delivery_.wait_time();
  if (delivery_.idle() && !batch_->empty()) {
    const Span due(first_added_.value + limits_.linger.value - clock_.since_boot().value);
    const Span left(flushing_ ? 0 : std::max<std::int64_t>(0, due.value));
    wait = wait ? Span(std::min(wait->value, left.value)) : left;
  }
  return wait;
}

}  // namespace tocsin
