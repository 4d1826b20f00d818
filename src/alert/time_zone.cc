#include "alert/time_zone.h"

#include <algorithm>
#include <cstdlib>
#include <optional>

#include "base/fail.h"
#include "base/text.h"

namespace tocsin {
namespace {

constexpr std::size_t kHeaderBytes = 44;
constexpr std::uint32_t kTransitionsMax = 10'000;
constexpr std::uint32_t kTypesMax = 256;
constexpr std::uint32_t kCharactersMax = 4'096;
constexpr std::uint32_t kLeapSecondsMax = 1'000;
constexpr std::int64_t kOffsetSecondsMax = 26 * 3'600;
constexpr std::int64_t kDaySeconds = 86'400;
constexpr std::size_t kZoneNameBytesMax = 64;

std::int64_t big_endian(std::string_view bytes) {
  std::uint64_t value = (static_cast<unsigned char>(bytes[0]) & 0x80U) != 0 ? ~0ULL : 0;
  for (const char byte : bytes) {
    value = (value << 8U) | static_cast<unsigned char>(byte);
  }
  return static_cast<std::int64_t>(value);
}

std::uint32_t count_at(std::string_view bytes, std::size_t at) {
  return static_cast<std::uint32_t>(big_endian(bytes.substr(at, 4)) & 0xFFFF'FFFF);
}

bool is_zone_name(std::string_view name) {
  const auto is_allowed = [](char c) {
    return is_digit(c) || (ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z') || c == '_' ||
           c == '-' || c == '+' || c == '/';
  };
  return !name.empty() && name.size() <= kZoneNameBytesMax &&
         std::ranges::all_of(name, is_allowed) && name.front() != '/' &&
         name.find("//") == std::string_view::npos;
}

std::int64_t floor_div(std::int64_t a, std::int64_t b) {
  return a / b - (a % b < 0 ? 1 : 0);
}

bool is_leap(int year) {
  return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

int days_in_month(int year, int month) {
  constexpr int kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return month == 2 && is_leap(year) ? 29 : kDays[month - 1];
}

// Walks the text of a POSIX rule: "CET-1CEST,M3.5.0,M10.5.0/3", "<+03>-3".
class PosixText {
 public:
  explicit PosixText(std::string_view text) : text_(text) {}

  bool at_end() const { return text_.empty(); }
  bool take(char c) {
    if (text_.empty() || text_.front() != c) {
      return false;
    }
    text_.remove_prefix(1);
    return true;
  }
  bool take_name() {
    std::size_t bytes = 0;
    if (take('<')) {
      bytes = text_.find('>');
      if (bytes == std::string_view::npos) {
        return false;
      }
      text_.remove_prefix(bytes + 1);
      return bytes > 0;
    }
    while (bytes < text_.size() && ascii_lower(text_[bytes]) >= 'a' &&
           ascii_lower(text_[bytes]) <= 'z') {
      ++bytes;
    }
    text_.remove_prefix(bytes);
    return bytes >= 3;
  }
  std::optional<int> take_number(int low, int high) {
    std::size_t digits = 0;
    while (digits < text_.size() && digits < 4 && is_digit(text_[digits])) {
      ++digits;
    }
    const auto number = parse_int(text_.substr(0, digits));
    text_.remove_prefix(digits);
    if (!number || *number < low || *number > high) {
      return std::nullopt;
    }
    return static_cast<int>(*number);
  }
  // "[+-]hh[:mm[:ss]]" in seconds.
  std::optional<std::int64_t> take_time() {
    const bool negative = take('-');
    if (!negative) {
      static_cast<void>(take('+'));
    }
    const auto hours = take_number(0, 167);
    if (!hours) {
      return std::nullopt;
    }
    std::int64_t seconds = *hours * 3'600LL;
    for (const int unit : {60, 1}) {
      if (!take(':')) {
        break;
      }
      const auto part = take_number(0, 59);
      if (!part) {
        return std::nullopt;
      }
      seconds += static_cast<std::int64_t>(*part) * unit;
    }
    return negative ? -seconds : seconds;
  }

 private:
  std::string_view text_;
};

}  // namespace

// Reads one file; only parse() uses it.
class TzifReader {
 public:
  explicit TzifReader(std::string_view bytes) : bytes_(bytes) {}

  Result<TimeZone> read() {
    TRY_ASSIGN(Header header, take_header());
    std::size_t time_bytes = 4;
    const bool has_second_part = header.version >= '2';
    if (has_second_part) {
      TRY(skip(header.body_bytes(4)));
      TRY_ASSIGN(header, take_header());
      time_bytes = 8;
    }
    TRY(take_body(header, time_bytes));
    if (has_second_part) {
      TRY(take_footer());
    }
    return std::move(zone_);
  }

 private:
  struct Header {
    char version = 0;
    std::uint32_t ut_flags = 0, standard_flags = 0, leaps = 0, times = 0, types = 0, characters = 0;
    std::size_t body_bytes(std::size_t time_bytes) const {
      return times * time_bytes + times + types * 6UL + characters + leaps * (time_bytes + 4) +
             standard_flags + ut_flags;
    }
  };

  static Error damage(std::string_view what) {
    return fail(ErrorCode::kCorrupt, "the time zone file {}", what);
  }

  Status skip(std::size_t bytes) {
    if (bytes_.size() < bytes) {
      return damage("ends too early");
    }
    bytes_.remove_prefix(bytes);
    return {};
  }

  Result<Header> take_header() {
    if (bytes_.size() < kHeaderBytes || !bytes_.starts_with("TZif")) {
      return damage("does not begin as one");
    }
    Header header;
    header.version = bytes_[4];
    header.ut_flags = count_at(bytes_, 20);
    header.standard_flags = count_at(bytes_, 24);
    header.leaps = count_at(bytes_, 28);
    header.times = count_at(bytes_, 32);
    header.types = count_at(bytes_, 36);
    header.characters = count_at(bytes_, 40);
    if (header.times > kTransitionsMax || header.types == 0 || header.types > kTypesMax ||
        header.characters > kCharactersMax || header.leaps > kLeapSecondsMax ||
        header.ut_flags > header.types || header.standard_flags > header.types) {
      return damage("counts more than there can be");
    }
    bytes_.remove_prefix(kHeaderBytes);
    return header;
  }

  Status take_body(const Header& header, std::size_t time_bytes) {
    if (bytes_.size() < header.body_bytes(time_bytes)) {
      return damage("ends too early");
    }
    const std::string_view times = bytes_.substr(0, header.times * time_bytes);
    const std::string_view indexes = bytes_.substr(times.size(), header.times);
    const std::string_view types = bytes_.substr(times.size() + indexes.size(), header.types * 6UL);
    const auto offset_of = [&](std::size_t type) { return big_endian(types.substr(type * 6, 4)); };
    for (std::size_t type = 0; type < header.types; ++type) {
      if (std::abs(offset_of(type)) > kOffsetSecondsMax) {
        return damage("has an offset of more than a day");
      }
    }
    zone_.first_offset_ = offset_of(0);
    for (std::size_t i = 0; i < header.times; ++i) {
      const auto type = static_cast<unsigned char>(indexes[i]);
      const std::int64_t at = big_endian(times.substr(i * time_bytes, time_bytes));
      if (type >= header.types ||
          (!zone_.transitions_.empty() && at <= zone_.transitions_.back().at)) {
        return damage("has transitions out of order");
      }
      zone_.transitions_.push_back({at, static_cast<std::int32_t>(offset_of(type))});
    }
    bytes_.remove_prefix(header.body_bytes(time_bytes));
    return {};
  }

  Status take_footer() {
    const std::size_t end = bytes_.find('\n', 1);
    if (bytes_.empty() || bytes_.front() != '\n' || end == std::string_view::npos) {
      return damage("has no footer");
    }
    const std::string_view text = bytes_.substr(1, end - 1);
    if (text.empty()) {
      return {};
    }
    PosixText rule(text);
    if (!take_rule(rule) || !rule.at_end()) {
      return damage("has a footer that is no POSIX rule");
    }
    zone_.has_rule_ = true;
    return {};
  }

  bool take_rule(PosixText& text) {
    TimeZone::Rule& rule = zone_.rule_;
    if (!text.take_name()) {
      return false;
    }
    const auto west = text.take_time();
    if (!west || std::abs(*west) > kOffsetSecondsMax) {
      return false;
    }
    rule.standard = -*west;
    if (text.at_end()) {
      return true;
    }
    rule.has_summer = true;
    rule.summer = rule.standard + 3'600;
    if (!text.take_name()) {
      return false;
    }
    if (!text.take(',')) {
      const auto summer_west = text.take_time();
      if (!summer_west || std::abs(*summer_west) > kOffsetSecondsMax || !text.take(',')) {
        return false;
      }
      rule.summer = -*summer_west;
    }
    return take_change(text, rule.begin) && text.take(',') && take_change(text, rule.end);
  }

  static bool take_change(PosixText& text, TimeZone::Change& change) {
    using Kind = TimeZone::Change::Kind;
    std::optional<int> day;
    if (text.take('M')) {
      const auto month = text.take_number(1, 12);
      const auto week = text.take('.') ? text.take_number(1, 5) : std::nullopt;
      day = text.take('.') ? text.take_number(0, 6) : std::nullopt;
      if (!month || !week) {
        return false;
      }
      change.kind = Kind::kMonthWeekDay;
      change.month = *month;
      change.week = *week;
    } else if (text.take('J')) {
      change.kind = Kind::kJulianNoLeap;
      day = text.take_number(1, 365);
    } else {
      change.kind = Kind::kDayOfYear;
      day = text.take_number(0, 365);
    }
    if (!day) {
      return false;
    }
    change.day = *day;
    if (text.take('/')) {
      const auto second = text.take_time();
      if (!second) {
        return false;
      }
      change.second = *second;
    }
    return true;
  }

  std::string_view bytes_;
  TimeZone zone_;
};

Result<TimeZone> TimeZone::parse(std::string_view bytes) {
  return TzifReader(bytes).read();
}

Result<TimeZone> TimeZone::load(FileSystem& files, std::string_view name,
                                const std::string& folder) {
  if (name == "UTC") {
    return TimeZone();
  }
  if (!is_zone_name(name)) {
    return fail(ErrorCode::kInvalid, "\"{}\" is no name of a time zone, such as Europe/Berlin",
                name.substr(0, kZoneNameBytesMax));
  }
  const auto bytes = read_file(files, folder + "/" + std::string(name), kFileBytesMax);
  if (!bytes) {
    return fail(ErrorCode::kNotFound, "there is no time zone \"{}\" in {}", name, folder);
  }
  auto zone = parse(*bytes);
  if (!zone) {
    return fail_because(zone.error(), "time zone \"{}\"", name);
  }
  return zone;
}

// Of the local wall clock before the change, as seconds since 1970 without any offset.
std::int64_t TimeZone::second_of_change(const Change& change, int year) {
  std::int64_t day = 0;
  switch (change.kind) {
    case Change::Kind::kMonthWeekDay: {
      const std::int64_t first = days_from_civil(year, change.month, 1);
      const std::int64_t weekday = ((first + 4) % 7 + 7) % 7;  // 1970-01-01 was a Thursday
      std::int64_t of_month = (change.day - weekday + 7) % 7 + (change.week - 1) * 7;
      if (of_month >= days_in_month(year, change.month)) {
        of_month -= 7;
      }
      day = first + of_month;
      break;
    }
    case Change::Kind::kJulianNoLeap:
      day =
          days_from_civil(year, 1, 1) + change.day - 1 + (is_leap(year) && change.day > 59 ? 1 : 0);
      break;
    case Change::Kind::kDayOfYear:
      day = days_from_civil(year, 1, 1) + change.day;
      break;
  }
  return day * kDaySeconds + change.second;
}

std::int64_t TimeZone::offset_by_rule(std::int64_t second) const {
  if (!rule_.has_summer) {
    return rule_.standard;
  }
  const Micros local((second + rule_.standard) * kMicrosPerSecond);
  const int year = civil_from_micros(local).year;
  const std::int64_t begin = second_of_change(rule_.begin, year) - rule_.standard;
  const std::int64_t end = second_of_change(rule_.end, year) - rule_.summer;
  const bool is_summer = begin < end ? second >= begin && second < end  // north
                                     : second >= begin || second < end;
  return is_summer ? rule_.summer : rule_.standard;
}

std::int64_t TimeZone::offset_seconds(Micros at) const {
  // Years that can be written; the rule's arithmetic stays far from overflow.
  const std::int64_t second =
      std::clamp(floor_div(at.value, kMicrosPerSecond), std::int64_t{-62'000'000'000},
                 std::int64_t{253'000'000'000});
  const auto next = std::ranges::upper_bound(transitions_, second, {}, &Transition::at);
  if (next == transitions_.end() && has_rule_) {
    return offset_by_rule(second);
  }
  return next == transitions_.begin() ? first_offset_ : std::prev(next)->offset;
}

CivilTime TimeZone::local(Micros at) const {
  return civil_from_micros(Micros(at.value + offset_seconds(at) * kMicrosPerSecond));
}

}  // namespace tocsin
