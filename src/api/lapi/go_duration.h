// Durations as Go writes them: CrowdSec's wire has no other time spans. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"

namespace tocsin {

// "4h", "3h59m57.2s", "-13h57m25s", "1.5h", "300ms", "0": time.ParseDuration. Nothing for anything
// else and beyond ±292 years.
std::optional<Span> parse_go_duration(std::string_view text);

// time.Duration.String() of whole seconds, rounded down: "4h0m0s", "59s", "-1m1s". Bouncers read no
// fractions and no days.
std::string go_duration_text(Span span);

}  // namespace tocsin
