#include "intake/batch_delivery.h"

#include <algorithm>
#include <utility>

#include "base/check.h"

namespace tocsin {
namespace {

constexpr Span kFirstPause = span_ms(20);
constexpr Span kLongestPause = span_s(2);

bool is_final(ErrorCode code) {
  return code == ErrorCode::kInvalid || code == ErrorCode::kTooLarge;
}

}  // namespace

BatchDelivery::BatchDelivery(RecordSink& sink, Clock& clock, Log& log, std::function<void()> wake)
    : sink_(sink),
      clock_(clock),
      log_(log),
      answers_(std::make_shared<Answers>()),
      pause_(kFirstPause) {
  const MutexLock lock(answers_->mutex);
  answers_->wake = std::move(wake);
}

BatchDelivery::~BatchDelivery() {
  const MutexLock lock(answers_->mutex);
  answers_->wake = nullptr;
}

void BatchDelivery::send(std::shared_ptr<RecordBatch> batch) {
  CHECK(idle());
  batch_ = std::move(batch);
  submit();
}

void BatchDelivery::submit() {
  retry_at_.reset();
  sink_.submit(batch_, [answers = answers_](const Status& status) {
    const MutexLock lock(answers->mutex);
    answers->answer = status;
    if (answers->wake) {
      answers->wake();
    }
  });
}

BatchDelivery::Outcome BatchDelivery::poll() {
  if (retry_at_ && clock_.since_boot() >= *retry_at_) {
    submit();
  }
  std::optional<Status> answer;
  {
    const MutexLock lock(answers_->mutex);
    answer = std::exchange(answers_->answer, std::nullopt);
  }
  if (!answer) {
    return Outcome::kNone;
  }
  if (*answer) {
    batch_.reset();
    pause_ = kFirstPause;
    told_ = false;
    return Outcome::kDurable;
  }
  const Error& error = answer->error();
  if (is_final(error.code())) {
    log_.error("{} records were refused for good: {}", batch_->size(), error.full_text());
    batch_.reset();
    return Outcome::kRefused;
  }
  if (!std::exchange(told_, true)) {
    log_.warning("records wait, they could not be made durable: {}", error.full_text());
  }
  ++waits_;
  retry_at_ = Span(clock_.since_boot().value + pause_.value);
  pause_ = Span(std::min(kLongestPause.value, pause_.value * 2));
  return Outcome::kNone;
}

std::optional<Span> BatchDelivery::wait_time() const {
  if (!retry_at_) {
    return std::nullopt;
  }
  return Span(std::max<std::int64_t>(0, retry_at_->value - clock_.since_boot().value));
}

}  // namespace tocsin
