// Points in time and spans, both in microseconds; points are UTC since 1970-01-01.
// Calendar work (parse, format) is in base/time_text.h.
#pragma once

#include <cstdint>

#include "base/strong.h"

namespace tocsin {

struct MicrosTag;
using Micros = Strong<MicrosTag, std::int64_t>;  // a point in time
struct SpanTag;
using Span = Strong<SpanTag, std::int64_t>;  // a length of time

inline constexpr std::int64_t kMicrosPerMilli = 1'000;
inline constexpr std::int64_t kMicrosPerSecond = 1'000'000;

inline constexpr Span span_ms(std::int64_t ms) {
  return Span(ms * kMicrosPerMilli);
}
inline constexpr Span span_s(std::int64_t s) {
  return Span(s * kMicrosPerSecond);
}

inline constexpr Micros operator+(Micros t, Span d) {
  return Micros(t.value + d.value);
}
inline constexpr Micros operator-(Micros t, Span d) {
  return Micros(t.value - d.value);
}
inline constexpr Span operator-(Micros a, Micros b) {
  return Span(a.value - b.value);
}

}  // namespace tocsin
