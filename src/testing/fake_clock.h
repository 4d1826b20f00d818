// FakeClock: the time that a test says it is. Thread-safe.
#pragma once

#include <atomic>

#include "base/clock.h"

namespace tocsin {

class FakeClock final : public Clock {
 public:
  explicit FakeClock(Micros now = Micros(1'795'444'400'000'000)) : now_(now.value) {}

  Micros now() override { return Micros(now_.load()); }
  Span since_boot() override { return Span(boot_.load()); }

  // Moves both clocks.
  void advance(Span by) {
    now_ += by.value;
    boot_ += by.value;
  }
  // The wall clock leaps; the steady one does not notice.
  void set_wall(Micros now) { now_ = now.value; }

 private:
  std::atomic<std::int64_t> now_;
  std::atomic<std::int64_t> boot_{1'000'000};
};

}  // namespace tocsin
