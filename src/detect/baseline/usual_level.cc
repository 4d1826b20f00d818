#include "detect/baseline/usual_level.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace tocsin {
namespace {

using sigma::Measure;
using sigma::Sensitivity;

constexpr std::uint32_t kYoung = 8;  // so many values are taken as they are
// The mean absolute deviation of a normal distribution is its spread times this.
constexpr double kMeanDeviation = 0.7979;

}  // namespace

double Scale::to(double value) const {
  switch (measure) {
    case Measure::kCount:
    case Measure::kDistinct:
      return std::sqrt(std::max(0.0, value));
    case Measure::kSum:
      return std::asinh(value);
    case Measure::kRatio:
      return value;
  }
  return value;
}

double Scale::from(double scaled) const {
  switch (measure) {
    case Measure::kCount:
    case Measure::kDistinct:
      return scaled <= 0 ? 0 : scaled * scaled;
    case Measure::kSum:
      return std::sinh(std::clamp(scaled, -300.0, 300.0));
    case Measure::kRatio:
      return std::clamp(scaled, 0.0, 1.0);
  }
  return scaled;
}

double Scale::floor(double mean, double seen) const {
  switch (measure) {
    case Measure::kCount:
    case Measure::kDistinct:
      return std::max(0.5 / std::sqrt(std::min(4.0, 1 + seen / 100)), 0.02 * std::abs(mean));
    case Measure::kSum:
      return 0.1;
    case Measure::kRatio:
      return 0.005;
  }
  return 0;
}

double spreads_of(Sensitivity sensitivity, double seen) {
  double spreads = 0;
  switch (sensitivity) {
    case Sensitivity::kLow:
      spreads = 5.61;  // 1 in 100,000,000
      break;
    case Sensitivity::kNormal:
      spreads = 4.75;  // 1 in 1,000,000
      break;
    case Sensitivity::kHigh:
      spreads = 3.72;  // 1 in 10,000
      break;
  }
  return spreads * (1 + 4 / std::max(1.0, seen));
}

void UsualLevel::learn(double scaled, double floor, double memory, double weight) {
  if (!std::isfinite(scaled)) {
    return;
  }
  const double young_rate = 1.0 / (static_cast<double>(seen) + 1);
  const double rate = std::max(young_rate, 1 / memory) * weight;
  const double slow_rate = std::max(young_rate, 1 / (memory * kSlowness)) * weight;
  const double reach =
      seen < kYoung ? std::abs(scaled - mean) : kClipSpreads * std::max(spread, floor);
  const double step = std::clamp(scaled - mean, -reach, reach);
  mean += rate * step;
  slow_mean += slow_rate * std::clamp(scaled - slow_mean, -reach, reach);
  if (seen > 0) {
    const double deviation = std::abs(step) / kMeanDeviation;
    spread += rate * (deviation - spread);
    slow_spread += slow_rate * (deviation - slow_spread);
  }
  ++seen;
}

void UsualLevel::learn_many(double scaled, double floor, double memory, std::uint64_t times) {
  constexpr std::uint64_t kOneByOne = 64;
  const std::uint64_t single = std::min(times, kOneByOne);
  for (std::uint64_t i = 0; i < single; ++i) {
    learn(scaled, floor, memory, 1);
  }
  const std::uint64_t rest = times - single;
  if (rest == 0) {
    return;
  }
  const double keep = std::pow(1 - 1 / memory, static_cast<double>(rest));
  const double slow_keep = std::pow(1 - 1 / (memory * kSlowness), static_cast<double>(rest));
  mean = scaled + (mean - scaled) * keep;
  spread *= keep;
  slow_mean = scaled + (slow_mean - scaled) * slow_keep;
  slow_spread *= slow_keep;
  constexpr std::uint64_t kSeenMax = 1ULL << 31U;
  seen = static_cast<std::uint32_t>(std::min(kSeenMax, seen + rest));
}

double UsualLevel::drift(double floor, double memory) const {
  if (static_cast<double>(seen) < 2 * memory) {
    return 0;
  }
  return (mean - slow_mean) / std::max(slow_spread, floor);
}

void UsualLevel::save(std::string& out) const {
  for (const double value : {mean, spread, slow_mean, slow_spread}) {
    put_double(out, value);
  }
  put(out, seen);
}

void UsualLevel::load(ByteReader& in) {
  for (double* value : {&mean, &spread, &slow_mean, &slow_spread}) {
    *value = get_double(in);
  }
  seen = in.get<std::uint32_t>();
}

void put_double(std::string& out, double value) {
  put(out, std::bit_cast<std::uint64_t>(value));
}

double get_double(ByteReader& in) {
  const auto value = std::bit_cast<double>(in.get<std::uint64_t>());
  if (!std::isfinite(value)) {
    in.fail();
    return 0;
  }
  return value;
}

}  // namespace tocsin
