#include "detect/baseline/seasonal.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include <fmt/format.h>

namespace tocsin {
namespace {

constexpr std::int64_t kHourMicros = 3'600 * kMicrosPerSecond;
constexpr double kWeeksRemembered = 6;
constexpr double kDaysRemembered = 14;
constexpr double kWeeksNeeded = 2;
constexpr double kDaysNeeded = 3;
constexpr std::uint16_t kSlotSeenMax = 60'000;

}  // namespace

int hour_of_week(Micros time) {
  std::int64_t hours = time.value / kHourMicros;
  if (time.value % kHourMicros < 0) {
    --hours;
  }
  // 1970-01-01 was a Thursday.
  const std::int64_t hour = (hours + 3 * kHoursOfDay) % kHoursOfWeek;
  return static_cast<int>(hour < 0 ? hour + kHoursOfWeek : hour);
}

std::string hour_of_week_text(int hour) {
  static constexpr std::array<std::string_view, 7> kDays = {
      "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"};
  return fmt::format("{} {}:00", kDays[static_cast<std::size_t>(hour / kHoursOfDay)],
                     hour % kHoursOfDay);
}

Outlook SeasonalProfile::outlook(Micros bucket_begin, const UsualLevel& overall,
                                 double buckets_per_hour) const {
  const auto hour = static_cast<std::size_t>(hour_of_week(bucket_begin));
  const double least = std::max(1.0, buckets_per_hour);
  const Slot& week = week_[hour];
  if (week.seen >= kWeeksNeeded * least && week_residual_.seen > kHoursOfDay) {
    return {week.mean, week_residual_.spread, static_cast<double>(week_residual_.seen),
            week.seen / least, Tier::kHourOfWeek};
  }
  const Slot& day = day_[hour % kHoursOfDay];
  if (day.seen >= kDaysNeeded * least && day_residual_.seen > kHoursOfDay) {
    return {day.mean, day_residual_.spread, static_cast<double>(day_residual_.seen),
            day.seen / least, Tier::kHourOfDay};
  }
  return {overall.mean, overall.spread, static_cast<double>(overall.seen), 0, Tier::kLevel};
}

void SeasonalProfile::learn(Micros bucket_begin, double scaled, double floor,
                            double buckets_per_hour, double weight, std::uint32_t times) {
  if (!std::isfinite(scaled)) {
    return;
  }
  const auto hour = static_cast<std::size_t>(hour_of_week(bucket_begin));
  const double per_visit = std::max(1.0, buckets_per_hour);
  learn_slot(week_[hour], week_residual_, scaled, floor, kWeeksRemembered * per_visit,
             kWeeksNeeded * per_visit, weight, times);
  learn_slot(day_[hour % kHoursOfDay], day_residual_, scaled, floor, kDaysRemembered * per_visit,
             kDaysNeeded * per_visit, weight, times);
}

void SeasonalProfile::learn_slot(Slot& slot, Residual& residual, double scaled, double floor,
                                 double memory, double young, double weight, std::uint32_t times) {
  double mean = slot.mean;
  if (slot.seen >= young) {
    // The residuals of a whole week make the spread.
    residual.learn(std::abs(scaled - mean), floor, memory * kHoursOfDay, weight);
  }
  const double reach = slot.seen < young
                           ? std::abs(scaled - mean)
                           : UsualLevel::kClipSpreads * std::max(residual.spread, floor);
  const double rate = std::max(1.0 / (slot.seen + 1.0), 1 / memory) * weight;
  const double keep = times == 1 ? 1 - rate : std::pow(1 - std::min(rate, 0.99), times);
  mean += (1 - keep) * std::clamp(scaled - mean, -reach, reach);
  slot.mean = static_cast<float>(mean);
  slot.seen = static_cast<std::uint16_t>(std::min<std::uint32_t>(kSlotSeenMax, slot.seen + times));
}

void SeasonalProfile::Residual::learn(double deviation, double floor, double memory,
                                      double weight) {
  constexpr std::uint32_t kYoung = 24;
  constexpr double kMeanDeviation = 0.7979;
  const double reach =
      seen < kYoung ? deviation : UsualLevel::kClipSpreads * std::max(spread, floor);
  const double rate = std::max(1.0 / (seen + 1.0), 1 / memory) * weight;
  spread += rate * (std::min(deviation, reach) / kMeanDeviation - spread);
  ++seen;
}

void SeasonalProfile::save(std::string& out) const {
  const auto put_slots = [&out](const auto& slots) {
    for (const Slot& slot : slots) {
      put(out, std::bit_cast<std::uint32_t>(slot.mean));
      put(out, slot.seen);
    }
  };
  put_slots(day_);
  put_slots(week_);
  for (const Residual& residual : {day_residual_, week_residual_}) {
    put_double(out, residual.spread);
    put(out, residual.seen);
  }
}

void SeasonalProfile::load(ByteReader& in) {
  const auto get_slots = [&in](auto& slots) {
    for (Slot& slot : slots) {
      slot.mean = std::bit_cast<float>(in.get<std::uint32_t>());
      slot.seen = in.get<std::uint16_t>();
      if (!std::isfinite(slot.mean)) {
        in.fail();
        slot.mean = 0;
      }
    }
  };
  get_slots(day_);
  get_slots(week_);
  for (Residual* residual : {&day_residual_, &week_residual_}) {
    residual->spread = get_double(in);
    residual->seen = in.get<std::uint32_t>();
  }
}

}  // namespace tocsin
