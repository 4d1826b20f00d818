// Actor: somebody or something that writes to the logs again and again. Each has its own Rng, so
// that one actor more does not change what the others do. One thread.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>

#include "base/rng.h"
#include "base/time.h"
#include "demo/line.h"

namespace tocsin {

class Actor {
 public:
  virtual ~Actor() = default;
  virtual Micros next() const = 0;        // when act() is due
  virtual void act(LineHeap& lines) = 0;  // adds lines at next() or later; moves next() on
};

// How busy people are at this time of the day (UTC), 0.1 at night to 1 in the evening.
inline double busyness(Micros time) {
  constexpr std::array<double, 24> kHours = {.22, .15, .11, .10, .10, .13, .22, .38,
                                             .55, .68, .74, .78, .82, .78, .74, .74,
                                             .78, .84, .92, 1.0, .98, .84, .58, .36};
  constexpr std::int64_t kHour = 3'600 * kMicrosPerSecond;
  const std::int64_t of_day = time.value % (24 * kHour);
  const auto hour = static_cast<std::size_t>(of_day / kHour);
  const double into = static_cast<double>(of_day % kHour) / static_cast<double>(kHour);
  return kHours[hour] * (1 - into) + kHours[(hour + 1) % kHours.size()] * into;
}

inline Span seconds(double s) {
  return Span(static_cast<std::int64_t>(std::llround(s * static_cast<double>(kMicrosPerSecond))));
}

// Time until the next of events that happen `per_hour` times an hour by chance.
inline Span by_chance(Rng& rng, double per_hour) {
  return seconds(-std::log(std::max(rng.unit(), 1e-12)) * 3'600.0 / per_hour);
}

}  // namespace tocsin
