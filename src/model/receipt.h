// What enforcers report about decisions: values that the wire, the receipts and the enforcers
// share.
#pragma once

#include <cstdint>
#include <string>

namespace tocsin {

// What was counted since the report before, one for each origin of decisions ("tocsin", "cscli", …;
// empty: not told apart).
struct EnforcedCount {
  std::string origin;
  std::uint64_t packets = 0;
  std::uint64_t bytes = 0;
  std::uint64_t requests = 0;
  bool operator==(const EnforcedCount&) const = default;
};

// A decision that an enforcer can never carry out.
struct FailedDecision {
  std::uint64_t id = 0;
  std::string why;
  bool operator==(const FailedDecision&) const = default;
};

}  // namespace tocsin
