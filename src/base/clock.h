// Clock: the only way to ask for the time. Passed in, so that tests decide what time it is.
#pragma once

#include "base/time.h"

namespace tocsin {

class Clock {
 public:
  virtual ~Clock() = default;
  virtual Micros now() = 0;       // wall clock, UTC
  virtual Span since_boot() = 0;  // monotonic; for time-outs and durations
};

// The operating system's clocks. Thread-safe.
class SystemClock final : public Clock {
 public:
  Micros now() override;
  Span since_boot() override;
};

}  // namespace tocsin
