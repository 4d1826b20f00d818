// AddressTable: addresses and networks, each with the number of its detail. Immutable.
//
// An address costs one probe of a hash table and one binary search among the networks; 1 M IPv4
// addresses with one detail take 8 MiB. Networks may lie in each other: the narrowest that the
// asker accepts wins. The seed keeps whoever writes a list from choosing collisions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "base/ip.h"

namespace tocsin {

struct ListedNetwork {
  IpNetwork network;
  std::uint32_t detail = 0;
};

class AddressTable {
 public:
  AddressTable() = default;
  // No network twice.
  AddressTable(const std::vector<ListedNetwork>& networks, std::uint64_t seed);

  // Calls take(network, detail) for the address and the networks around it, narrowest first, until
  // it gives true; false when it never did.
  template <class Take>
  bool find(const IpAddress& address, Take take) const {
    if (const std::uint32_t* detail = host(address)) {
      if (take(IpNetwork{address, 128}, *detail)) {
        return true;
      }
    }
    for (std::uint32_t i = innermost(address); i != kNone; i = networks_[i].parent) {
      const Range& range = networks_[i];
      if (address <= range.last && take(IpNetwork{range.first, range.prefix_bits}, range.detail)) {
        return true;
      }
    }
    return false;
  }
  // Every entry: each(network, detail).
  template <class Each>
  void for_each(Each each) const;

  std::size_t size() const { return host_count_ + networks_.size(); }
  std::size_t memory_bytes() const;

 private:
  static constexpr std::uint32_t kNone = UINT32_MAX;

  struct Range {
    IpAddress first;
    IpAddress last;
    std::uint32_t detail;
    std::uint32_t parent;  // the network around it, or kNone
    std::uint32_t prefix_bits;
  };
  // Open addressing, a power of two, at most half full; the all-zero address means free.
  template <class Address>
  struct Hosts {
    std::vector<Address> slots;
    std::vector<std::uint32_t> details;  // empty when all have detail 0
  };

  template <class Address>
  void fill(Hosts<Address>& hosts, const std::vector<std::pair<Address, std::uint32_t>>& listed);
  template <class Address>
  const std::uint32_t* probe(const Hosts<Address>& hosts, const Address& address) const;
  const std::uint32_t* host(const IpAddress& address) const;
  std::uint32_t innermost(const IpAddress& address) const;
  void nest();

  std::uint64_t seed_ = 0;
  std::size_t host_count_ = 0;
  Hosts<std::uint32_t> v4_;
  Hosts<IpAddress> v6_;
  std::vector<Range> networks_;  // by first, the widest first
};

template <class Each>
void AddressTable::for_each(Each each) const {
  for (std::size_t i = 0; i < v4_.slots.size(); ++i) {
    if (v4_.slots[i] != 0) {
      each(IpNetwork{IpAddress::from_v4(v4_.slots[i]), 128},
           v4_.details.empty() ? 0U : v4_.details[i]);
    }
  }
  for (std::size_t i = 0; i < v6_.slots.size(); ++i) {
    if (v6_.slots[i] != IpAddress{}) {
      each(IpNetwork{v6_.slots[i], 128}, v6_.details.empty() ? 0U : v6_.details[i]);
    }
  }
  for (const Range& range : networks_) {
    each(IpNetwork{range.first, range.prefix_bits}, range.detail);
  }
}

}  // namespace tocsin
