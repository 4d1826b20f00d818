// When a correlation is true of a window.
#pragma once

#include "detect/correlate/window.h"
#include "detect/sigma/correlation.h"

namespace tocsin {

// What a window must keep for this type.
WindowKind window_kind(sigma::CorrelationType type);
// The number that the condition is about: events, distinct values, a sum …
double measure(const sigma::Correlation& correlation, const WindowView& view);
// `view` is not empty.
bool is_true(const sigma::Correlation& correlation, const WindowView& view);
// Counts with an upper bound are known only when their window is over. Sums and averages can fall
// again as well, but there each event is a moment that is worth a look.
bool waits_for_end(const sigma::Correlation& correlation);

}  // namespace tocsin
