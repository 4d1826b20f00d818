// When a correlation is true of a window.
#pragma once

#include "detect/correlate/window.h"
#include "detect/sigma/correlation.h"

namespace tocsin {

enum class WindowEnd : std::uint8_t {
  kSlides,  // decided at each event: more events can only make it true
  kWaits,   // counts with an upper bound: known when the window is over, then the next begins
  kAbsent,  // something must not happen: as kWaits, but a window begins at every event
};
// Sums and averages can fall again as well, but there each event is a moment that is worth a look.
WindowEnd window_end(const sigma::Correlation& correlation);

// What a window must keep for this type.
WindowKind window_kind(sigma::CorrelationType type);
// The number that the condition is about: events, distinct values, a sum …
double measure(const sigma::Correlation& correlation, const WindowView& view);
// `view` is not empty.
bool is_true(const sigma::Correlation& correlation, const WindowView& view);

}  // namespace tocsin
