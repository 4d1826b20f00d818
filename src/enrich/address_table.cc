#include "enrich/address_table.h"

#include <algorithm>
#include <bit>

namespace tocsin {
namespace {

constexpr std::uint32_t kFirstDetail = 0;

std::uint64_t mixed(std::uint64_t a, std::uint64_t b, std::uint64_t seed) {
  std::uint64_t z = (a ^ seed) * 0x9E3779B97F4A7C15ULL;
  z ^= std::rotl(z, 29) ^ (b * 0xD6E8FEB86659FD93ULL);
  z = (z ^ (z >> 32U) ^ std::rotl(seed, 17)) * 0xBF58476D1CE4E5B9ULL;
  return z ^ (z >> 29U);
}

std::size_t slot_of(std::uint32_t address, std::uint64_t seed, std::size_t slots) {
  return mixed(address, 0, seed) & (slots - 1);
}

std::size_t slot_of(const IpAddress& address, std::uint64_t seed, std::size_t slots) {
  return mixed(address.low, address.high, seed) & (slots - 1);
}

}  // namespace

AddressTable::AddressTable(const std::vector<ListedNetwork>& networks, std::uint64_t seed)
    : seed_(seed) {
  std::vector<std::pair<std::uint32_t, std::uint32_t>> v4;
  std::vector<std::pair<IpAddress, std::uint32_t>> v6;
  for (const auto& [network, detail] : networks) {
    const bool is_v4 = network.base.is_v4();
    const bool zero = is_v4 ? network.base.v4() == 0 : network.base == IpAddress{};
    if (network.prefix_bits != 128 || zero) {
      networks_.push_back({network.base, network.last(), detail, kNone, network.prefix_bits});
    } else if (is_v4) {
      v4.emplace_back(network.base.v4(), detail);
    } else {
      v6.emplace_back(network.base, detail);
    }
  }
  fill(v4_, v4);
  fill(v6_, v6);
  host_count_ = v4.size() + v6.size();
  nest();
}

template <class Address>
void AddressTable::fill(Hosts<Address>& hosts,
                        const std::vector<std::pair<Address, std::uint32_t>>& listed) {
  if (listed.empty()) {
    return;
  }
  hosts.slots.resize(std::bit_ceil(listed.size() * 2));
  if (std::ranges::any_of(listed, [](const auto& one) { return one.second != kFirstDetail; })) {
    hosts.details.resize(hosts.slots.size());
  }
  for (const auto& [address, detail] : listed) {
    std::size_t at = slot_of(address, seed_, hosts.slots.size());
    while (hosts.slots[at] != Address{}) {
      at = (at + 1) & (hosts.slots.size() - 1);
    }
    hosts.slots[at] = address;
    if (!hosts.details.empty()) {
      hosts.details[at] = detail;
    }
  }
}

template <class Address>
const std::uint32_t* AddressTable::probe(const Hosts<Address>& hosts,
                                         const Address& address) const {
  if (hosts.slots.empty() || address == Address{}) {
    return nullptr;
  }
  std::size_t at = slot_of(address, seed_, hosts.slots.size());
  while (hosts.slots[at] != Address{}) {
    if (hosts.slots[at] == address) {
      return hosts.details.empty() ? &kFirstDetail : &hosts.details[at];
    }
    at = (at + 1) & (hosts.slots.size() - 1);
  }
  return nullptr;
}

const std::uint32_t* AddressTable::host(const IpAddress& address) const {
  return address.is_v4() ? probe(v4_, address.v4()) : probe(v6_, address);
}

void AddressTable::nest() {
  std::ranges::sort(networks_, [](const Range& a, const Range& b) {
    return a.first != b.first ? a.first < b.first : a.last > b.last;
  });
  networks_.shrink_to_fit();
  std::vector<std::uint32_t> open;  // networks around the place, widest first
  for (std::uint32_t i = 0; i < networks_.size(); ++i) {
    while (!open.empty() && networks_[open.back()].last < networks_[i].first) {
      open.pop_back();
    }
    networks_[i].parent = open.empty() ? kNone : open.back();
    open.push_back(i);
  }
}

std::uint32_t AddressTable::innermost(const IpAddress& address) const {
  const auto after = std::ranges::upper_bound(networks_, address, {}, &Range::first);
  return after == networks_.begin() ? kNone
                                    : static_cast<std::uint32_t>(after - networks_.begin()) - 1;
}

std::size_t AddressTable::memory_bytes() const {
  return v4_.slots.size() * sizeof(std::uint32_t) + v6_.slots.size() * sizeof(IpAddress) +
         (v4_.details.size() + v6_.details.size()) * sizeof(std::uint32_t) +
         networks_.size() * sizeof(Range);
}

}  // namespace tocsin
