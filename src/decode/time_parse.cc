#include "decode/time_parse.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "base/text.h"
#include "base/time_text.h"

namespace tocsin {
namespace {

// Reads from the front of a text; every take_ leaves the place alone when it fails.
class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  std::size_t at() const { return at_; }
  bool done() const { return at_ >= text_.size(); }
  char peek(std::size_t ahead = 0) const {
    return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
  }

  bool take(char wanted) {
    if (peek() != wanted || done()) {
      return false;
    }
    ++at_;
    return true;
  }

  bool take_digits(std::size_t count, int& out) {
    if (text_.size() - at_ < count) {
      return false;
    }
    int value = 0;
    for (std::size_t i = 0; i < count; ++i) {
      if (!is_digit(text_[at_ + i])) {
        return false;
      }
      value = value * 10 + (text_[at_ + i] - '0');
    }
    at_ += count;
    out = value;
    return true;
  }

  // "7", "07" or " 7".
  bool take_day(int& out) {
    const std::size_t start = at_;
    take(' ');
    if (take_digits(2, out) || take_digits(1, out)) {
      return true;
    }
    at_ = start;
    return false;
  }

  bool take_month(int& out) {
    static constexpr std::string_view kMonths = "janfebmaraprmayjunjulaugsepoctnovdec";
    if (text_.size() - at_ < 3) {
      return false;
    }
    const std::array<char, 3> word = {ascii_lower(text_[at_]), ascii_lower(text_[at_ + 1]),
                                      ascii_lower(text_[at_ + 2])};
    for (std::size_t month = 0; month < 12; ++month) {
      if (std::equal(word.begin(), word.end(), kMonths.begin() + month * 3)) {
        at_ += 3;
        out = static_cast<int>(month) + 1;
        return true;
      }
    }
    return false;
  }

  bool take_weekday() {
    static constexpr std::string_view kDays = "MonTueWedThuFriSatSun";
    for (std::size_t day = 0; day + 3 <= kDays.size(); day += 3) {
      if (equals_ignore_case(text_.substr(at_, 3), kDays.substr(day, 3))) {
        at_ += 3;
        return true;
      }
    }
    return false;
  }

  // "14:00", "14:00:00", "14:00:00.123456789"
  bool take_clock(CivilTime& civil, bool seconds_needed) {
    const std::size_t start = at_;
    if (!take_digits(2, civil.hour) || !take(':') || !take_digits(2, civil.minute)) {
      at_ = start;
      return false;
    }
    if (peek() != ':') {
      if (seconds_needed) {
        at_ = start;
      }
      return !seconds_needed;
    }
    ++at_;
    if (!take_digits(2, civil.second)) {
      at_ = start;
      return false;
    }
    take_fraction(civil.micros);
    return true;
  }

  // "Z", "+01:00", "-0700", "+01", " UTC", " GMT"; `offset` stays as it was when there is none.
  void take_zone(Span& offset) {
    const std::size_t start = at_;
    take(' ');
    if (take('Z') || take('z')) {
      offset = Span(0);
      return;
    }
    if (text_.substr(at_, 3) == "UTC" || text_.substr(at_, 3) == "GMT") {
      at_ += 3;
      offset = Span(0);
      return;
    }
    const char sign = peek();
    int hours = 0;
    int minutes = 0;
    if (sign == '+' || sign == '-') {
      ++at_;
      if (take_digits(2, hours) && hours <= 18) {
        const std::size_t before_minutes = at_;
        take(':');
        if (!take_digits(2, minutes) || minutes > 59) {
          minutes = 0;
          at_ = before_minutes;
        }
        const int total = (hours * 60 + minutes) * (sign == '-' ? -1 : 1);
        offset = span_s(total * 60);
        return;
      }
    }
    at_ = start;
  }

 private:
  void take_fraction(int& micros) {
    if ((peek() != '.' && peek() != ',') || !is_digit(peek(1))) {
      return;
    }
    ++at_;
    int value = 0;
    int digits = 0;
    while (is_digit(peek()) && digits < 18) {
      value = digits < 6 ? value * 10 + (peek() - '0') : value;
      ++digits;
      ++at_;
    }
    for (; digits < 6; ++digits) {
      value *= 10;
    }
    micros = value;
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

std::size_t finish(const Reader& reader, const CivilTime& civil, Span offset, Micros& out) {
  const auto local = micros_from_civil(civil);
  if (!local) {
    return 0;
  }
  out = *local - offset;
  return reader.at();
}

// Logs are not written ahead of time: the latest year that puts the date no later than a day (of
// clocks that disagree) after the received time. 29 February looks back to the last leap year.
constexpr Span kAheadMax = span_s(86'400);
constexpr int kYearsBackMax = 8;

std::optional<Micros> time_without_year(CivilTime civil, const TimeRules& rules) {
  if (rules.assumed_year) {
    civil.year = *rules.assumed_year;
    if (const auto local = micros_from_civil(civil)) {
      return *local - rules.utc_offset;
    }
    return std::nullopt;
  }
  const int this_year = civil_from_micros(rules.received).year;
  for (int year = this_year + 1; year >= this_year - kYearsBackMax; --year) {
    civil.year = year;
    const auto local = micros_from_civil(civil);
    if (local && *local - rules.utc_offset <= rules.received + kAheadMax) {
      return *local - rules.utc_offset;
    }
  }
  return std::nullopt;
}

}  // namespace

std::size_t take_iso_time(std::string_view text, const TimeRules& rules, Micros& out) {
  Reader reader(text);
  CivilTime civil;
  if (!reader.take_digits(4, civil.year)) {
    return 0;
  }
  const char separator = reader.peek();
  if ((separator != '-' && separator != '/') || !reader.take(separator) ||
      !reader.take_digits(2, civil.month) || !reader.take(separator) ||
      !reader.take_digits(2, civil.day)) {
    return 0;
  }
  if (!reader.take('T') && !reader.take('t') && !reader.take(' ')) {
    return 0;
  }
  if (!reader.take_clock(civil, false)) {
    return 0;
  }
  Span offset = rules.utc_offset;
  reader.take_zone(offset);
  return finish(reader, civil, offset, out);
}

std::size_t take_syslog_time(std::string_view text, const TimeRules& rules, Micros& out) {
  Reader reader(text);
  CivilTime civil;
  if (!reader.take_month(civil.month) || !reader.take(' ') || !reader.take_day(civil.day) ||
      !reader.take(' ')) {
    return 0;
  }
  int year = 0;
  if (reader.peek(4) == ' ' && reader.take_digits(4, year)) {
    civil.year = year;
    if (!reader.take(' ') || !reader.take_clock(civil, true)) {
      return 0;
    }
    return finish(reader, civil, rules.utc_offset, out);
  }
  if (!reader.take_clock(civil, true)) {
    return 0;
  }
  const auto time = time_without_year(civil, rules);
  if (!time) {
    return 0;
  }
  out = *time;
  return reader.at();
}

std::size_t take_apache_time(std::string_view text, const TimeRules& rules, Micros& out) {
  Reader reader(text);
  CivilTime civil;
  if (!reader.take_digits(2, civil.day) || !reader.take('/') || !reader.take_month(civil.month) ||
      !reader.take('/') || !reader.take_digits(4, civil.year) || !reader.take(':') ||
      !reader.take_clock(civil, true)) {
    return 0;
  }
  Span offset = rules.utc_offset;
  reader.take_zone(offset);
  return finish(reader, civil, offset, out);
}

std::size_t take_ctime(std::string_view text, const TimeRules& rules, Micros& out) {
  Reader reader(text);
  CivilTime civil;
  if (!reader.take_weekday() || !reader.take(' ') || !reader.take_month(civil.month) ||
      !reader.take(' ') || !reader.take_day(civil.day) || !reader.take(' ') ||
      !reader.take_clock(civil, true) || !reader.take(' ') || !reader.take_digits(4, civil.year)) {
    return 0;
  }
  return finish(reader, civil, rules.utc_offset, out);
}

std::size_t take_rfc2822_time(std::string_view text, const TimeRules& rules, Micros& out) {
  Reader reader(text);
  CivilTime civil;
  if (reader.take_weekday() && (!reader.take(',') || !reader.take(' '))) {
    return 0;
  }
  if (!reader.take_day(civil.day) || !reader.take(' ') || !reader.take_month(civil.month) ||
      !reader.take(' ') || !reader.take_digits(4, civil.year) || !reader.take(' ') ||
      !reader.take_clock(civil, false)) {
    return 0;
  }
  Span offset = rules.utc_offset;
  reader.take_zone(offset);
  return finish(reader, civil, offset, out);
}

std::optional<Micros> epoch_time(std::int64_t number) {
  // The plausible span in each unit does not overlap the next: 1990..2100 is 6e8..4.1e9 seconds.
  for (const std::int64_t per_unit_thousandths : {1'000'000'000LL, 1'000'000LL, 1'000LL, 1LL}) {
    // thousandths of a microsecond a unit: seconds, milliseconds, microseconds, nanoseconds
    const double micros =
        static_cast<double>(number) * (static_cast<double>(per_unit_thousandths) / 1e3);
    if (micros < static_cast<double>(kPlausibleFirst.value) ||
        micros >= static_cast<double>(kPlausibleLast.value)) {
      continue;
    }
    return per_unit_thousandths == 1 ? Micros(number / 1000)
                                     : Micros(number * (per_unit_thousandths / 1000));
  }
  return std::nullopt;
}

std::optional<Micros> epoch_time(double number) {
  if (!std::isfinite(number) || std::abs(number) > 9e18) {
    return std::nullopt;
  }
  const double seconds_as_micros = number * 1e6;
  if (seconds_as_micros >= static_cast<double>(kPlausibleFirst.value) &&
      seconds_as_micros < static_cast<double>(kPlausibleLast.value)) {
    return Micros(std::llround(seconds_as_micros));
  }
  return epoch_time(static_cast<std::int64_t>(number));
}

std::optional<Micros> parse_time(std::string_view text, const TimeRules& rules) {
  text = trim(text);
  if (text.empty() || text.size() > 64) {
    return std::nullopt;
  }
  Micros time;
  for (const auto take :
       {take_iso_time, take_syslog_time, take_apache_time, take_ctime, take_rfc2822_time}) {
    if (take(text, rules, time) == text.size()) {
      return time;
    }
  }
  if (const auto date_only = parse_iso_time(text); date_only && text.size() == 10) {
    return *date_only - rules.utc_offset;
  }
  if (const auto number = parse_int(text)) {
    return epoch_time(*number);
  }
  if (const auto number = parse_double(text)) {
    return epoch_time(*number);
  }
  return std::nullopt;
}

}  // namespace tocsin
