#include "api/lapi/go_duration.h"

#include <array>
#include <cmath>

#include <fmt/format.h>

#include "base/text.h"

namespace tocsin {
namespace {

struct Unit {
  std::string_view word;
  double micros;
};
// Longer words first: "ms" is not "m".
constexpr auto kUnits = std::to_array<Unit>({{"ms", 1e3},
                                             {"us", 1},
                                             {"\xC2\xB5s", 1},
                                             {"\xCE\xBCs", 1},
                                             {"ns", 1e-3},
                                             {"h", 3.6e9},
                                             {"m", 6e7},
                                             {"s", 1e6}});
constexpr double kMicrosMax = 9.2e15;
constexpr std::int64_t kSecondsPerMinute = 60;
constexpr std::int64_t kSecondsPerHour = 3'600;

// Digits with at most one point, cut off `text`; nothing when there is no digit.
std::optional<double> take_number(std::string_view& text) {
  double value = 0;
  double place = 0;  // of the digit behind the point
  bool any = false;
  while (!text.empty() && (is_digit(text.front()) || (text.front() == '.' && place == 0))) {
    const char c = text.front();
    text.remove_prefix(1);
    if (c == '.') {
      place = 1;
      continue;
    }
    any = true;
    if (place > 0) {
      place /= 10;
      value += (c - '0') * place;
    } else {
      value = value * 10 + (c - '0');
    }
  }
  return any ? std::optional(value) : std::nullopt;
}

}  // namespace

std::optional<Span> parse_go_duration(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) {
    text.remove_prefix(1);
  }
  if (text == "0") {
    return Span(0);
  }
  if (text.empty()) {
    return std::nullopt;
  }
  double micros = 0;
  while (!text.empty()) {
    const std::optional<double> number = take_number(text);
    const Unit* unit = nullptr;
    for (const Unit& each : kUnits) {
      if (unit == nullptr && text.starts_with(each.word)) {
        unit = &each;
      }
    }
    if (!number || unit == nullptr) {
      return std::nullopt;
    }
    text.remove_prefix(unit->word.size());
    micros += *number * unit->micros;
    if (micros > kMicrosMax) {
      return std::nullopt;
    }
  }
  const auto whole = static_cast<std::int64_t>(std::llround(micros));
  return Span(negative ? -whole : whole);
}

std::string go_duration_text(Span span) {
  const std::int64_t seconds = span.value / kMicrosPerSecond;
  const std::int64_t size = seconds < 0 ? -seconds : seconds;
  const std::string_view sign = seconds < 0 ? "-" : "";
  const std::int64_t hours = size / kSecondsPerHour;
  const std::int64_t minutes = size / kSecondsPerMinute % kSecondsPerMinute;
  const std::int64_t rest = size % kSecondsPerMinute;
  if (hours > 0) {
    return fmt::format("{}{}h{}m{}s", sign, hours, minutes, rest);
  }
  return minutes > 0 ? fmt::format("{}{}m{}s", sign, minutes, rest)
                     : fmt::format("{}{}s", sign, rest);
}

}  // namespace tocsin
