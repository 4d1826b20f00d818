#include "base/time_text.h"

#include <algorithm>
#include <array>
#include <charconv>

#include <fmt/format.h>

namespace tocsin {
namespace {

constexpr std::int64_t kSecondsPerDay = 86'400;

bool is_leap(int year) {
  return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

int days_in_month(int year, int month) {
  constexpr std::array<int, 12> kDays = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return month == 2 && is_leap(year) ? 29 : kDays[static_cast<std::size_t>(month - 1)];
}

// Reads exactly `digits` digits at `at` and moves on.
bool take_digits(std::string_view text, std::size_t& at, std::size_t digits, int& out) {
  if (text.size() - at < digits) {
    return false;
  }
  int value = 0;
  for (std::size_t i = 0; i < digits; ++i) {
    const char c = text[at + i];
    if (c < '0' || c > '9') {
      return false;
    }
    value = value * 10 + (c - '0');
  }
  at += digits;
  out = value;
  return true;
}

bool take_char(std::string_view text, std::size_t& at, char wanted) {
  if (at >= text.size() || text[at] != wanted) {
    return false;
  }
  ++at;
  return true;
}

bool take_fraction(std::string_view text, std::size_t& at, int& micros) {
  if (at >= text.size() || (text[at] != '.' && text[at] != ',')) {
    return true;
  }
  ++at;
  int value = 0;
  int taken = 0;
  while (at < text.size() && text[at] >= '0' && text[at] <= '9') {
    if (taken < 6) {
      value = value * 10 + (text[at] - '0');
    }
    ++taken;
    ++at;
  }
  for (int i = taken; i < 6; ++i) {
    value *= 10;
  }
  micros = value;
  return taken > 0 && taken <= 12;
}

bool take_zone(std::string_view text, std::size_t& at, int& offset_minutes) {
  offset_minutes = 0;
  if (take_char(text, at, 'Z') || take_char(text, at, 'z')) {
    return true;
  }
  if (at >= text.size()) {
    return true;
  }
  const char sign = text[at];
  if (sign != '+' && sign != '-') {
    return false;
  }
  ++at;
  int hours = 0;
  int minutes = 0;
  if (!take_digits(text, at, 2, hours)) {
    return false;
  }
  take_char(text, at, ':');
  if (!take_digits(text, at, 2, minutes) || hours > 18 || minutes > 59) {
    return false;
  }
  offset_minutes = (hours * 60 + minutes) * (sign == '-' ? -1 : 1);
  return true;
}

}  // namespace

std::int64_t days_from_civil(int year, int month, int day) {
  const std::int64_t y = month <= 2 ? year - 1 : year;
  const std::int64_t era = (y >= 0 ? y : y - 399) / 400;
  const std::int64_t year_of_era = y - era * 400;
  const std::int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  const std::int64_t day_of_era =
      year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * 146'097 + day_of_era - 719'468;
}

std::optional<Micros> micros_from_civil(const CivilTime& civil) {
  const bool date_ok = civil.year >= kYearMin && civil.year <= kYearMax && civil.month >= 1 &&
                       civil.month <= 12 && civil.day >= 1 &&
                       civil.day <= days_in_month(civil.year, civil.month);
  const bool time_ok = civil.hour >= 0 && civil.hour <= 23 && civil.minute >= 0 &&
                       civil.minute <= 59 && civil.second >= 0 && civil.second <= 60 &&
                       civil.micros >= 0 && civil.micros < kMicrosPerSecond;
  if (!date_ok || !time_ok) {
    return std::nullopt;
  }
  const std::int64_t days = days_from_civil(civil.year, civil.month, civil.day);
  const std::int64_t seconds =
      days * kSecondsPerDay + civil.hour * 3600 + civil.minute * 60 + std::min(civil.second, 59);
  return Micros(seconds * kMicrosPerSecond + civil.micros);
}

CivilTime civil_from_micros(Micros time) {
  static const std::int64_t kFirst = days_from_civil(kYearMin, 1, 1) * kSecondsPerDay;
  static const std::int64_t kLast = days_from_civil(kYearMax + 1, 1, 1) * kSecondsPerDay - 1;
  std::int64_t seconds = time.value / kMicrosPerSecond;
  std::int64_t micros = time.value % kMicrosPerSecond;
  if (micros < 0) {
    micros += kMicrosPerSecond;
    --seconds;
  }
  seconds = std::clamp(seconds, kFirst, kLast);
  std::int64_t days = seconds / kSecondsPerDay;
  std::int64_t second_of_day = seconds % kSecondsPerDay;
  if (second_of_day < 0) {
    second_of_day += kSecondsPerDay;
    --days;
  }
  const std::int64_t z = days + 719'468;
  const std::int64_t era = (z >= 0 ? z : z - 146'096) / 146'097;
  const std::int64_t day_of_era = z - era * 146'097;
  const std::int64_t year_of_era =
      (day_of_era - day_of_era / 1460 + day_of_era / 36'524 - day_of_era / 146'096) / 365;
  const std::int64_t day_of_year =
      day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const std::int64_t shifted_month = (5 * day_of_year + 2) / 153;
  CivilTime civil;
  civil.day = static_cast<int>(day_of_year - (153 * shifted_month + 2) / 5 + 1);
  civil.month = static_cast<int>(shifted_month < 10 ? shifted_month + 3 : shifted_month - 9);
  civil.year = static_cast<int>(year_of_era + era * 400 + (civil.month <= 2 ? 1 : 0));
  civil.hour = static_cast<int>(second_of_day / 3600);
  civil.minute = static_cast<int>(second_of_day / 60 % 60);
  civil.second = static_cast<int>(second_of_day % 60);
  civil.micros = static_cast<int>(micros);
  return civil;
}

std::string iso_time(Micros time) {
  const CivilTime c = civil_from_micros(time);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:06}Z", c.year, c.month, c.day, c.hour,
                     c.minute, c.second, c.micros);
}

std::optional<Micros> parse_iso_time(std::string_view text) {
  CivilTime c;
  std::size_t at = 0;
  if (!take_digits(text, at, 4, c.year) || !take_char(text, at, '-') ||
      !take_digits(text, at, 2, c.month) || !take_char(text, at, '-') ||
      !take_digits(text, at, 2, c.day)) {
    return std::nullopt;
  }
  int offset_minutes = 0;
  if (at < text.size()) {
    if (!take_char(text, at, 'T') && !take_char(text, at, 't') && !take_char(text, at, ' ')) {
      return std::nullopt;
    }
    if (!take_digits(text, at, 2, c.hour) || !take_char(text, at, ':') ||
        !take_digits(text, at, 2, c.minute)) {
      return std::nullopt;
    }
    if (take_char(text, at, ':') &&
        (!take_digits(text, at, 2, c.second) || !take_fraction(text, at, c.micros))) {
      return std::nullopt;
    }
    if (!take_zone(text, at, offset_minutes) || at != text.size()) {
      return std::nullopt;
    }
  }
  const auto local = micros_from_civil(c);
  if (!local) {
    return std::nullopt;
  }
  return *local - span_s(offset_minutes * 60);
}

std::optional<Span> parse_span(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || number < 0 || number > 1'000'000'000) {
    return std::nullopt;
  }
  const std::string_view unit(end, static_cast<std::size_t>(text.data() + text.size() - end));
  if (unit == "ms") {
    return span_ms(number);
  }
  if (unit == "s") {
    return span_s(number);
  }
  if (unit == "m") {
    return span_s(number * 60);
  }
  if (unit == "h") {
    return span_s(number * 3600);
  }
  if (unit == "d") {
    return span_s(number * kSecondsPerDay);
  }
  if (unit == "w") {
    return span_s(number * 7 * kSecondsPerDay);
  }
  return std::nullopt;
}

std::string span_text(Span span) {
  struct Unit {
    std::int64_t seconds;
    const char* name;
  };
  constexpr std::array<Unit, 4> kUnits = {
      {{kSecondsPerDay, "d"}, {3600, "h"}, {60, "m"}, {1, "s"}}};
  if (span.value < 10 * kMicrosPerSecond) {
    return fmt::format("{:.2f}s", static_cast<double>(span.value) / 1e6);
  }
  std::int64_t left = span.value / kMicrosPerSecond;
  std::string text;
  int written = 0;
  for (const Unit& unit : kUnits) {
    const std::int64_t count = left / unit.seconds;
    left %= unit.seconds;
    if (count == 0) {
      continue;
    }
    text += fmt::format("{}{}{}", text.empty() ? "" : " ", count, unit.name);
    if (++written == 2) {
      break;
    }
  }
  return text;
}

}  // namespace tocsin
