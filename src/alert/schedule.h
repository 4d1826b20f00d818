// Schedule: times of the week, by the clock of a zone: "mon-fri 08:00-18:00 Europe/Berlin".
//
// Grammar:  schedule = days " " span " " zone
//           days     = "daily" | part *("," part)      part = day ["-" day]
//           span     = HH:MM "-" HH:MM                 "22:00-07:00" runs into the next morning,
//                                                      "00:00-24:00" is the whole day
// A day means the day on which the span begins. Values; const use from several threads is safe.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "alert/time_zone.h"
#include "base/result.h"

namespace tocsin {

class Schedule {
 public:
  Schedule() = default;  // never

  // kInvalid, with the part that is wrong; kNotFound for a zone that the system does not have.
  static Result<Schedule> parse(std::string_view text, FileSystem& files);

  bool covers(Micros at) const;
  // The first minute at or after `at` that is not covered; nothing when all times are.
  std::optional<Micros> free_after(Micros at) const;
  const std::string& text() const { return text_; }

 private:
  std::string text_;
  std::array<bool, 7> days_{};  // Monday first
  int begin_minute_ = 0;
  int end_minute_ = 0;  // up to 24:00; at or below begin: of the next day
  TimeZone zone_;
};

}  // namespace tocsin
