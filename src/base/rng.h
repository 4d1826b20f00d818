// Rng: randomness is passed in. Not for keys and salts: those come from libsodium.
#pragma once

#include <cstdint>

namespace tocsin {

// SplitMix64 (Steele, Lea, Flood 2014): small, fast, repeatable by seed.
class Rng {
 public:
  explicit Rng(std::uint64_t seed) : state_(seed) {}

  std::uint64_t next() {
    std::uint64_t z = (state_ += 0x9E3779B97F4A7C15ULL);
    z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ (z >> 27U)) * 0x94D049BB133111EBULL;
    return z ^ (z >> 31U);
  }
  // 0 <= result < bound; bound > 0.
  std::uint64_t below(std::uint64_t bound) { return next() % bound; }
  // 0 <= result < 1
  double unit() { return static_cast<double>(next() >> 11U) * 0x1.0p-53; }
  bool chance(double probability) { return unit() < probability; }

 private:
  std::uint64_t state_;
};

}  // namespace tocsin
