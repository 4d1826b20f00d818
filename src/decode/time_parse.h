// Log time stamps of all kinds → Micros.
//
// The take_* functions read a time at the beginning of a text and return how many bytes it took
// (0 = there is none); parse_time wants the whole text to be a time. A stamp without zone is taken
// at TimeRules::utc_offset; one without year is given the latest year that puts it not more than a
// day after the received time. Times outside kPlausibleFirst..kPlausibleLast are read but not
// believed: `plausible` says so. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/time.h"

namespace tocsin {

struct TimeRules {
  Micros received;
  Span utc_offset;
  std::optional<int> assumed_year;
};

// 1990-01-01 and 2100-01-01.
inline constexpr Micros kPlausibleFirst{631'152'000'000'000};
inline constexpr Micros kPlausibleLast{4'102'444'800'000'000};
constexpr bool plausible(Micros time) {
  return time.value >= kPlausibleFirst.value && time.value < kPlausibleLast.value;
}

// "2026-11-23T14:00:00.123Z", "2026-11-23 14:00:00,123 +01:00", "2026/11/23 14:00:00", also without
// seconds or with a zone glued on.
std::size_t take_iso_time(std::string_view text, const TimeRules& rules, Micros& out);
// "Mar 27 13:06:56", "Mar  7 13:06:56", "Mar 27 2026 13:06:56", "Mar 27 13:06:56.123"
std::size_t take_syslog_time(std::string_view text, const TimeRules& rules, Micros& out);
// "17/May/2015:10:05:03 +0000"
std::size_t take_apache_time(std::string_view text, const TimeRules& rules, Micros& out);
// "Sun Nov 23 14:00:00.123456 2026" (ctime, Apache's error log)
std::size_t take_ctime(std::string_view text, const TimeRules& rules, Micros& out);
// "Mon, 23 Nov 2026 14:00:00 +0100" (RFC 2822, HTTP dates)
std::size_t take_rfc2822_time(std::string_view text, const TimeRules& rules, Micros& out);

// Seconds, milli-, micro- or nanoseconds since 1970, told apart by their size.
std::optional<Micros> epoch_time(std::int64_t number);
std::optional<Micros> epoch_time(double number);

// Any of the above, and epoch numbers written as text.
std::optional<Micros> parse_time(std::string_view text, const TimeRules& rules);

}  // namespace tocsin
