// Patterns that people write for values of fields: a glob, or a network where the value is an
// address. Routes and exceptions mean the same by them. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/ip.h"
#include "base/text.h"

namespace tocsin {

// `network` is parse_network(pattern).
inline bool value_matches(const std::string& pattern, const std::optional<IpNetwork>& network,
                          std::string_view value) {
  if (network) {
    if (const auto address = parse_ip(value)) {
      return network->contains(*address);
    }
  }
  return glob_match(pattern, value);
}

}  // namespace tocsin
