#include "base/clock.h"

#include <chrono>

namespace tocsin {

Micros SystemClock::now() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return Micros(std::chrono::duration_cast<std::chrono::microseconds>(now).count());
}

Span SystemClock::since_boot() {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return Span(std::chrono::duration_cast<std::chrono::microseconds>(now).count());
}

}  // namespace tocsin
