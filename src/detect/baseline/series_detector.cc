#include "detect/baseline/series_detector.h"

#include <algorithm>
#include <cmath>

#include "detect/baseline/seasonal.h"
#include "detect/baseline/usual_level.h"

namespace tocsin {
namespace {

// How many values each average remembers.
constexpr double kFastMemory = 2;
constexpr double kMiddleMemory = 30;
constexpr double kSlowMemory = 500;
constexpr double kDeviationMemory = 300;
constexpr double kMovesMemory = 60;
constexpr double kDistanceMemory = 20;
constexpr double kDaySlotMemory = 15;
constexpr double kWeekSlotMemory = 12;

constexpr double kDistancesNeeded = 100;   // before a distance from slots is believed
constexpr std::uint64_t kTailsBegin = 60;  // values before views are remembered
constexpr std::array<double, 5> kWeights = {0.9, 1.0, 0.7, 1.0, 0.8};  // of the views, as in View
constexpr double kSurpriseMax = 12;
constexpr double kOthers = 0.4;           // the part that the lesser surprises add
constexpr double kExtremeBeyond = 0.005;  // of the range so far
constexpr double kExtremeScore = 5;
constexpr double kAlarm = 3.8;    // a score that silences what follows …
constexpr double kWorse = 1.2;    // … unless it is so much higher
constexpr double kSilence = 0.2;  // for this part of the warm-up
constexpr double kValueMax = 1e300;

constexpr std::int64_t kDayMicros = 86'400 * kMicrosPerSecond;

void follow(double& average, double value, double memory) {
  average += (value - average) / memory;
}

std::int64_t floor_div(std::int64_t a, std::int64_t b) {
  return a / b - (a % b < 0 ? 1 : 0);
}

}  // namespace

void SeriesDetector::Distance::look(double difference, double floor) {
  constexpr double kUsualMemory = 500;
  follow(recent, difference, kDistanceMemory);
  view = std::log1p(std::abs(recent) / std::max(usual, floor));
  seen += 1;
  follow(usual, std::abs(difference), std::min(seen, kUsualMemory));
  is_known = true;
}

bool SeriesDetector::Distance::is_mature(double times) const {
  return is_known && seen >= times * kDistancesNeeded;
}

double SeriesDetector::add(Micros time, double value) {
  if (!(std::abs(value) <= kValueMax)) {
    return 0;
  }
  if (seen_ == 0) {
    fast_ = middle_ = slow_ = previous_ = value;
    lowest_ = highest_ = value;
  }
  // Less than this is no difference.
  const double range = highest_ - lowest_;
  const double floor = 1e-3 * (range > 0 ? range : 1) + 1e-12;
  const std::array<double, kViews> views = look(time, value, floor);
  const double found = score(views, value);
  learn(value);
  return without_repeats(found);
}

std::array<double, SeriesDetector::kViews> SeriesDetector::look(Micros time, double value,
                                                                double floor) {
  const double scale = std::max({deviation_, 1e-9 * (std::abs(slow_) + 1), floor});
  std::array<double, kViews> views{};
  views[kStep] = std::log1p(std::abs(value - fast_) / scale);
  follow(middle_, value, kMiddleMemory);
  views[kShift] = std::log1p(std::abs(middle_ - slow_) / scale);
  look_at_day(time, value, floor);
  look_at_week(time, value, floor);
  views[kDay] = day_.view;
  views[kWeek] = week_.view;
  follow(moves_, std::abs(value - previous_), kMovesMemory);
  views[kActivity] = std::abs(std::log((moves_ + floor / 10) / (moves_slow_ + floor / 10)));
  return views;
}

void SeriesDetector::look_at_day(Micros time, double value, double floor) {
  const std::int64_t day = floor_div(time.value, kDayMicros);
  const std::int64_t of_day = time.value - day * kDayMicros;
  Slot& slot = day_slots_[static_cast<std::size_t>(of_day / (kDayMicros / kDaySlots))];
  day_.is_known = false;
  day_.view = 0;
  if (slot.seen >= 2) {
    day_.look(value - slot.mean, floor);
  }
  ++slot.seen;
  follow(slot.mean, value, std::min<double>(slot.seen, kDaySlotMemory));
}

void SeriesDetector::look_at_week(Micros time, double value, double floor) {
  const std::int64_t week = floor_div(time.value, 7 * kDayMicros);
  Slot& slot = week_slots_[static_cast<std::size_t>(hour_of_week(time))];
  week_.is_known = false;
  week_.view = 0;
  const std::uint32_t needed = slot.period == week ? 3 : 2;  // weeks
  if (slot.seen >= needed) {
    week_.look(value - slot.mean, floor);
  }
  if (slot.period != week) {
    slot.period = week;
    ++slot.seen;
  }
  follow(slot.mean, value, std::min<double>(3.0 * slot.seen, kWeekSlotMemory));
}

double SeriesDetector::score(const std::array<double, kViews>& views, double value) {
  double greatest = 0;
  double others = 0;
  for (std::size_t view = 0; view < kViews; ++view) {
    const Distance* distance = view == kDay ? &day_ : view == kWeek ? &week_ : nullptr;
    if (distance != nullptr && !distance->is_known) {
      continue;
    }
    if (distance == nullptr || distance->is_mature(2)) {
      const double surprise =
          kWeights[view] * std::min(kSurpriseMax, tails_[view].surprise(views[view]));
      greatest = std::max(greatest, surprise);
      others += std::max(0.0, surprise - 1);
    }
    if ((distance == nullptr || distance->is_mature(1)) && seen_ > kTailsBegin) {
      tails_[view].add(views[view]);
    }
  }
  const double range = highest_ - lowest_;
  const double beyond = std::max(value - highest_, lowest_ - value);
  if (seen_ > warm_up_ / 2 && range > 0 && beyond > kExtremeBeyond * range) {
    greatest = std::max(greatest, std::min(kSurpriseMax, kExtremeScore + 4 * beyond / range));
  }
  return std::min(kScoreMax,
                  greatest + kOthers * std::max(0.0, others - std::max(0.0, greatest - 1)));
}

void SeriesDetector::learn(double value) {
  const auto count = static_cast<double>(seen_ + 1);
  const double error = std::abs(value - fast_);
  follow(deviation_, error, std::min(count, kDeviationMemory));
  follow(fast_, value, std::min(count, kFastMemory));
  follow(slow_, value, std::min(count, kSlowMemory));
  follow(moves_slow_, std::abs(value - previous_), std::min(count, kSlowMemory));
  lowest_ = std::min(lowest_, value);
  highest_ = std::max(highest_, value);
  previous_ = value;
  ++seen_;
}

double SeriesDetector::without_repeats(double score) {
  const auto silence = static_cast<std::uint64_t>(kSilence * warm_up_);
  while (!peaks_.empty() && peaks_.front().first + silence < seen_) {
    peaks_.pop_front();
  }
  const double before = peaks_.empty() ? 0 : peaks_.front().second;
  while (!peaks_.empty() && peaks_.back().second <= score) {
    peaks_.pop_back();
  }
  peaks_.emplace_back(seen_, score);
  const bool repeats = score <= before || (before >= kAlarm && score <= kWorse * before);
  return repeats ? 0 : score;
}

void SeriesDetector::save(std::string& out) const {
  put(out, warm_up_);
  put(out, seen_);
  for (const double value :
       {previous_, fast_, middle_, slow_, deviation_, moves_, moves_slow_, lowest_, highest_}) {
    put_double(out, value);
  }
  const auto put_slots = [&out](const auto& slots) {
    for (const Slot& slot : slots) {
      put_double(out, slot.mean);
      put(out, slot.seen);
      put(out, slot.period);
    }
  };
  put_slots(day_slots_);
  put_slots(week_slots_);
  for (const Distance& distance : {day_, week_}) {
    put_double(out, distance.recent);
    put_double(out, distance.usual);
    put_double(out, distance.seen);
  }
  for (const TailHistory& tail : tails_) {
    tail.save(out);
  }
  put_varint(out, peaks_.size());
  for (const auto& [at, score] : peaks_) {
    put(out, at);
    put_double(out, score);
  }
}

void SeriesDetector::load(ByteReader& in) {
  warm_up_ = in.get<std::uint32_t>();
  seen_ = in.get<std::uint64_t>();
  for (double* value : {&previous_, &fast_, &middle_, &slow_, &deviation_, &moves_, &moves_slow_,
                        &lowest_, &highest_}) {
    *value = get_double(in);
  }
  const auto get_slots = [&in](auto& slots) {
    for (Slot& slot : slots) {
      slot.mean = get_double(in);
      slot.seen = in.get<std::uint32_t>();
      slot.period = in.get<std::int64_t>();
    }
  };
  get_slots(day_slots_);
  get_slots(week_slots_);
  for (Distance* distance : {&day_, &week_}) {
    distance->recent = get_double(in);
    distance->usual = get_double(in);
    distance->seen = get_double(in);
  }
  for (TailHistory& tail : tails_) {
    tail.load(in);
  }
  const std::uint64_t peaks = in.varint();
  peaks_.clear();
  for (std::uint64_t i = 0; i < peaks && in.ok(); ++i) {
    const auto at = in.get<std::uint64_t>();
    peaks_.emplace_back(at, get_double(in));
  }
}

}  // namespace tocsin
