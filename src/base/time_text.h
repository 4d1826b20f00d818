// Civil time: Micros to and from text. Proleptic Gregorian, UTC, years 1 to 9999.
// Not for guessing formats: log time stamps of all kinds are decode/time_parse.h's work.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"

namespace tocsin {

struct CivilTime {
  int year = 1970;
  int month = 1;  // 1..12
  int day = 1;    // 1..31
  int hour = 0;
  int minute = 0;
  int second = 0;
  int micros = 0;
};

inline constexpr int kYearMin = 1;
inline constexpr int kYearMax = 9999;

// Days since 1970-01-01 (Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms").
std::int64_t days_from_civil(int year, int month, int day);
// Nothing when a part is out of its range (31 April, hour 25). Second 60 is taken as 59.
std::optional<Micros> micros_from_civil(const CivilTime& civil);
// Times outside kYearMin..kYearMax are clamped to the nearest that can be written.
CivilTime civil_from_micros(Micros time);

// "2026-11-23T14:00:00.123456Z"; always 27 characters.
std::string iso_time(Micros time);
// "2026-11-23" / "2026-11-23T14:00:00Z" / with fraction / with +hh:mm. Exact; else nothing.
std::optional<Micros> parse_iso_time(std::string_view text);

// "90s", "15m", "24h", "30d", "2w" (also "500ms"); nothing else is accepted.
std::optional<Span> parse_span(std::string_view text);
// "1d 2h", "3m 20s", "0.25s": the two largest units, for people.
std::string span_text(Span span);

}  // namespace tocsin
