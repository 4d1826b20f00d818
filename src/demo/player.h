// Player: plays a Day into a LineSender: the past at full speed, the present as it happens.
//
// Lines of a slice of time go together, a batch a channel: a server that counts in event time then
// sees no two channels further apart than a slice.
#pragma once

#include <cstdint>
#include <functional>

#include "base/clock.h"
#include "base/result.h"
#include "base/time.h"
#include "demo/day.h"
#include "demo/sender.h"

namespace tocsin {

struct Played {
  std::uint64_t lines = 0;
  Micros until;  // event time reached
};

inline constexpr Span kHistorySlice = span_s(120);
inline constexpr Span kLiveSlice = span_ms(250);

// All of the day. `on_progress` may be empty; false from it stops (and is no error).
Result<Played> play_history(Day& day, LineSender& sender,
                            const std::function<bool(const Played&)>& on_progress);

// Lines as their time comes, until the day is over or `keep_going` gives false.
Result<Played> play_live(Day& day, LineSender& sender, Clock& clock, const Pause& pause,
                         const std::function<bool(const Played&)>& keep_going);

}  // namespace tocsin
