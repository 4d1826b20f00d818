// SeasonalProfile: what is usual at each hour of the week, with hours of the day while the weeks
// are few. Values on the scale of usual_level.h. Made when a key has lived for a day. UTC.
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "base/little_endian.h"
#include "base/time.h"
#include "detect/baseline/usual_level.h"

namespace tocsin {

inline constexpr int kHoursOfDay = 24;
inline constexpr int kHoursOfWeek = 168;

// 0 is Monday, 0:00 UTC.
int hour_of_week(Micros time);
// "Monday 14:00"
std::string hour_of_week_text(int hour);

enum class Tier : std::uint8_t { kLevel, kHourOfDay, kHourOfWeek };

// What is expected of a value, on the scale.
struct Outlook {
  double mean = 0;
  double spread = 0;   // before the floor
  double seen = 0;     // values that it is made of
  double periods = 0;  // weeks or days that it is made of; 0 for a level
  Tier tier = Tier::kLevel;
};

class SeasonalProfile {
 public:
  Outlook outlook(Micros bucket_begin, const UsualLevel& overall, double buckets_per_hour) const;
  // One value, or the same `times` times.
  void learn(Micros bucket_begin, double scaled, double floor, double buckets_per_hour,
             double weight, std::uint32_t times = 1);

  void save(std::string& out) const;
  void load(ByteReader& in);

 private:
  struct Slot {
    float mean = 0;
    std::uint16_t seen = 0;
  };
  // Deviation from what a tier expected, over all its slots.
  struct Residual {
    double spread = 0;
    std::uint32_t seen = 0;
    void learn(double deviation, double floor, double memory, double weight);
  };

  static void learn_slot(Slot& slot, Residual& residual, double scaled, double floor, double memory,
                         double young, double weight, std::uint32_t times);

  std::array<Slot, kHoursOfDay> day_{};
  std::array<Slot, kHoursOfWeek> week_{};
  Residual day_residual_;
  Residual week_residual_;
};

}  // namespace tocsin
