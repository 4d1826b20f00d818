// ProtectedNetworks: addresses that nothing may hinder, each with the reason in words. Immutable.
//
// Knows networks in both directions: what lies in a protected one, and what contains one.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/ip.h"

namespace tocsin {

class ProtectedNetworks {
 public:
  ProtectedNetworks() = default;

  // `reason` ends the sentence "203.0.113.7 is not blocked: it …".
  void add(const IpNetwork& network, std::string_view reason);
  // Call once after the last add().
  void finish();

  struct Hit {
    IpNetwork network;  // the protected one
    std::string_view reason;
  };
  // The widest protected network around `network`, else the first within it; null reason: none.
  bool find(const IpNetwork& network, Hit& hit) const;
  std::size_t size() const { return entries_.size(); }
  // In order, widest first.
  Hit at(std::size_t i) const { return {entries_[i].network, reasons_[entries_[i].reason]}; }
  bool operator==(const ProtectedNetworks& other) const;

 private:
  struct Entry {
    IpNetwork network;
    std::uint32_t reason;
    auto operator<=>(const Entry&) const = default;
  };
  const Entry* exact(const IpNetwork& network) const;

  std::vector<Entry> entries_;  // sorted by base, then widest first
  std::vector<std::string> reasons_;
  std::vector<unsigned> prefixes_;  // that occur, widest first
};

}  // namespace tocsin
