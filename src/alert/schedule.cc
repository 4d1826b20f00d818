#include "alert/schedule.h"

#include <algorithm>

#include "base/fail.h"
#include "base/text.h"

namespace tocsin {
namespace {

constexpr std::array<std::string_view, 7> kDays = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};
constexpr int kDayMinutes = 24 * 60;
constexpr std::int64_t kMinuteMicros = 60 * kMicrosPerSecond;
// A week and the hour that a change to winter time adds.
constexpr int kLookAheadMinutes = 7 * kDayMinutes + 120;
constexpr std::size_t kTextBytesMax = 200;

std::optional<std::size_t> day_of(std::string_view word) {
  const auto found = std::ranges::find_if(
      kDays, [&](std::string_view day) { return equals_ignore_case(day, word); });
  if (found == kDays.end()) {
    return std::nullopt;
  }
  return static_cast<std::size_t>(found - kDays.begin());
}

// "mon-fri,sun"; false when a word is no day.
bool read_days(std::string_view text, std::array<bool, 7>& days) {
  if (text == "daily") {
    days.fill(true);
    return true;
  }
  for (const std::string_view part : split(text, ',')) {
    const std::size_t dash = part.find('-');
    const auto first = day_of(part.substr(0, dash));
    const auto last = dash == std::string_view::npos ? first : day_of(part.substr(dash + 1));
    if (!first || !last) {
      return false;
    }
    for (std::size_t day = *first;; day = (day + 1) % days.size()) {
      days[day] = true;
      if (day == *last) {
        break;
      }
    }
  }
  return true;
}

std::optional<int> minute_of(std::string_view text) {
  if (text.size() != 5 || text[2] != ':' || !is_digit(text[0]) || !is_digit(text[3])) {
    return std::nullopt;
  }
  const auto hour = parse_int(text.substr(0, 2));
  const auto minute = parse_int(text.substr(3));
  if (!hour || !minute || *minute > 59 || *hour * 60 + *minute > kDayMinutes) {
    return std::nullopt;
  }
  return static_cast<int>(*hour * 60 + *minute);
}

}  // namespace

Result<Schedule> Schedule::parse(std::string_view text, FileSystem& files) {
  const std::string_view shown = text.substr(0, kTextBytesMax);
  const std::vector<std::string_view> words = split(text, ' ');
  if (words.size() != 3 || text.size() > kTextBytesMax) {
    return fail(ErrorCode::kInvalid,
                "\"{}\" is no schedule, such as \"mon-fri 08:00-18:00 Europe/Berlin\"", shown);
  }
  Schedule made;
  made.text_ = text;
  if (!read_days(words[0], made.days_)) {
    return fail(ErrorCode::kInvalid, "\"{}\" in \"{}\" are no days, such as daily or mon-fri,sun",
                words[0], shown);
  }
  const std::size_t dash = words[1].find('-');
  const auto begin = minute_of(words[1].substr(0, dash));
  const auto end = dash == std::string_view::npos ? begin : minute_of(words[1].substr(dash + 1));
  if (dash == std::string_view::npos || !begin || !end || *begin == *end || *begin == kDayMinutes) {
    return fail(ErrorCode::kInvalid, "\"{}\" in \"{}\" is no time span, such as 22:00-07:00",
                words[1], shown);
  }
  made.begin_minute_ = *begin;
  made.end_minute_ = *end;
  TRY_ASSIGN(made.zone_, TimeZone::load(files, words[2]));
  return made;
}

bool Schedule::covers(Micros at) const {
  const CivilTime civil = zone_.local(at);
  const int minute = civil.hour * 60 + civil.minute;
  const std::int64_t days = days_from_civil(civil.year, civil.month, civil.day);
  const auto today = static_cast<std::size_t>(((days + 3) % 7 + 7) % 7);  // 1970-01-01: Thursday
  if (begin_minute_ < end_minute_) {
    return days_[today] && minute >= begin_minute_ && minute < end_minute_;
  }
  const std::size_t yesterday = (today + 6) % 7;
  return (days_[today] && minute >= begin_minute_) || (days_[yesterday] && minute < end_minute_);
}

std::optional<Micros> Schedule::free_after(Micros at) const {
  if (!covers(at)) {
    return at;
  }
  const Micros minute_start(at.value - at.value % kMinuteMicros);
  for (int ahead = 1; ahead <= kLookAheadMinutes; ++ahead) {
    const Micros then(minute_start.value + ahead * kMinuteMicros);
    if (!covers(then)) {
      return then;
    }
  }
  return std::nullopt;
}

}  // namespace tocsin
