// BatchDelivery: hands one batch after the other to the sink, and offers a refused one again.
//
// Not for: collecting records into batches. The owner's thread calls everything; the sink answers
// on any thread, which only wakes the owner. An answer that comes after this object is gone is
// ignored.
#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "base/clock.h"
#include "base/mutex.h"
#include "base/result.h"
#include "intake/intake_source.h"
#include "model/record.h"

namespace tocsin {

class BatchDelivery {
 public:
  enum class Outcome : std::uint8_t {
    kNone,     // nothing new
    kDurable,  // the batch under way is durable
    kRefused,  // refused for good (kInvalid, kTooLarge): it was dropped
  };

  // `wake` is called on any thread; it must not call back into this object.
  BatchDelivery(RecordSink& sink, Clock& clock, Log& log, std::function<void()> wake);
  ~BatchDelivery();
  BatchDelivery(const BatchDelivery&) = delete;
  BatchDelivery& operator=(const BatchDelivery&) = delete;

  bool idle() const { return batch_ == nullptr; }
  // Only when idle.
  void send(std::shared_ptr<RecordBatch> batch);
  // Takes in the sink's answer; submits again when the wait after a refusal is over.
  Outcome poll();
  // Until poll() has something to do without being woken; nothing when only the sink can say.
  std::optional<Span> wait_time() const;
  std::uint64_t waits() const { return waits_; }

 private:
  struct Answers {
    Mutex mutex;
    std::function<void()> wake GUARDED_BY(mutex);
    std::optional<Status> answer GUARDED_BY(mutex);
  };

  void submit();

  RecordSink& sink_;
  Clock& clock_;
  Log& log_;
  std::shared_ptr<Answers> answers_;
  std::shared_ptr<RecordBatch> batch_;
  std::optional<Span> retry_at_;  // on the monotonic clock
  Span pause_;
  std::uint64_t waits_ = 0;
  bool told_ = false;
};

}  // namespace tocsin
