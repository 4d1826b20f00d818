// TailHistory: how improbable a number is, judged by those before it.
//
// Within what was seen: by its rank. Beyond the 95th percentile: by an exponential tail fitted to
// what lies above it (peaks over threshold), so that what was never seen gets a probability too.
// Bounded: when it is full, every second value is forgotten. A value (movable).
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "base/little_endian.h"

namespace tocsin {

class TailHistory {
 public:
  static constexpr std::size_t kValuesMax = 8'192;

  void add(double value);
  // -log10 of the probability of a number as high or higher; 0 while little is known.
  double surprise(double value) const;

  void save(std::string& out) const;
  void load(ByteReader& in);

 private:
  std::vector<float> sorted_;
};

}  // namespace tocsin
