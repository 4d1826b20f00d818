// TimeZone: what clocks on a wall say, by the name of a zone ("Europe/Berlin"), from the system's
// TZif files (RFC 9636) with their POSIX rule for the years behind the table.
//
// The bytes of a TZif file are outside bytes: limits on everything, damage is kCorrupt. A value;
// immutable after parse, const use from several threads is safe.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "base/time_text.h"
#include "sys/file_system.h"

namespace tocsin {

class TimeZone {
 public:
  static constexpr std::size_t kFileBytesMax = 256 * 1024;

  TimeZone() = default;  // UTC

  // The whole content of a TZif file of version 2 or later, or of version 1.
  static Result<TimeZone> parse(std::string_view bytes);
  // "UTC" is known without a file. kInvalid for what is no name of a zone, kNotFound for one that
  // `folder` does not have.
  static Result<TimeZone> load(FileSystem& files, std::string_view name,
                               const std::string& folder = "/usr/share/zoneinfo");

  // Seconds to add to UTC at that time.
  std::int64_t offset_seconds(Micros at) const;
  // The calendar and clock there.
  CivilTime local(Micros at) const;

 private:
  friend class TzifReader;

  struct Transition {
    std::int64_t at;  // seconds since 1970
    std::int32_t offset;
  };
  // When summer time begins or ends, as POSIX writes it.
  struct Change {
    enum class Kind : std::uint8_t { kMonthWeekDay, kJulianNoLeap, kDayOfYear };
    Kind kind = Kind::kMonthWeekDay;
    int month = 1;
    int week = 1;
    int day = 0;
    std::int64_t second = 7'200;  // of the local day
  };
  struct Rule {
    std::int64_t standard = 0;
    bool has_summer = false;
    std::int64_t summer = 0;
    Change begin;
    Change end;
  };

  static std::int64_t second_of_change(const Change& change, int year);
  std::int64_t offset_by_rule(std::int64_t second) const;

  std::vector<Transition> transitions_;
  std::int64_t first_offset_ = 0;
  bool has_rule_ = false;
  Rule rule_;
};

}  // namespace tocsin
