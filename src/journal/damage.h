// Damage: one place in the journal's files that is not as it was written. Found by the scanners,
// reported by recovery and verify. Values.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace tocsin::journal {

enum class DamageKind : std::uint8_t {
  kTorn,     // an unfinished write at the end of a file: never acknowledged, cut at the next start
  kDamaged,  // bytes that were complete once
  kMissing,  // a file or a run of records that should be there
};

struct Damage {
  DamageKind kind = DamageKind::kDamaged;
  std::string file;
  std::uint64_t offset = 0;
  std::string what;
};

using Damages = std::vector<Damage>;

}  // namespace tocsin::journal
