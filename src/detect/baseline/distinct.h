// DistinctCount: how many different values, exact up to kExactMax, then a HyperLogLog of 1,024
// registers (Flajolet et al. 2007; error about 3 %). Bounded: one kilobyte.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/little_endian.h"

namespace tocsin {

class DistinctCount {
 public:
  static constexpr std::size_t kExactMax = 64;

  // `hash`: 64 well mixed bits of the value.
  void add(std::uint64_t hash);
  double count() const;
  void clear();

  void save(std::string& out) const;
  void load(ByteReader& in);

 private:
  static constexpr unsigned kIndexBits = 10;
  using Registers = std::array<std::uint8_t, std::size_t{1} << kIndexBits>;

  void add_to_registers(std::uint64_t hash);

  std::vector<std::uint64_t> exact_;  // sorted
  std::unique_ptr<Registers> registers_;
};

}  // namespace tocsin
