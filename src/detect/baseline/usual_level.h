// UsualLevel: what is usual for a number, learned value by value: robust, drift-aware, small.
//
// Values are learned on a scale where their spread is about even (Scale). The mean moves by at most
// three spreads' worth of a value, the spread is a winsorised mean deviation: one wild value moves
// neither. A second, slower pair (the reference) tells how far the mean was dragged: a slow drip
// that no single value gives away. Values and functions only. Not for: hours of the week
// (seasonal.h).
#pragma once

#include <cstdint>
#include <string>

#include "base/little_endian.h"
#include "detect/sigma/monitor.h"

namespace tocsin {

// How a measure is put on an even scale: counts by the square root (Poisson's spread is then 1/2),
// sums by the inverse hyperbolic sine (a logarithm that bears zero and minus), ratios as they are.
struct Scale {
  sigma::Measure measure = sigma::Measure::kCount;

  double to(double value) const;
  double from(double scaled) const;
  // Spread below which nothing is believed, of a level learned from `seen` values.
  double floor(double mean, double seen) const;
};

// The probability that a usual value is taken for unusual, of each sensitivity, and the number of
// spreads that stands for it; few values (`seen`) make it wider.
double spreads_of(sigma::Sensitivity sensitivity, double seen);

struct UsualLevel {
  double mean = 0;
  double spread = 0;
  double slow_mean = 0;
  double slow_spread = 0;
  std::uint32_t seen = 0;

  static constexpr double kSlowness = 14;    // the reference learns so many times slower
  static constexpr double kClipSpreads = 3;  // of a value that is learned
  static constexpr double kReportedWeight = 0.1;

  // `weight` 1, or kReportedWeight for what was reported. `memory`: values that it remembers.
  void learn(double scaled, double floor, double memory, double weight);
  // `times` equal values at once.
  void learn_many(double scaled, double floor, double memory, std::uint64_t times);
  // How many spreads the mean has moved from its reference; 0 while it is young.
  double drift(double floor, double memory) const;

  void save(std::string& out) const;
  void load(ByteReader& in);
};

void put_double(std::string& out, double value);
// Not a number, and infinities: 0 and a failed reader.
double get_double(ByteReader& in);

}  // namespace tocsin
