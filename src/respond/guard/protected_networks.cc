#include "respond/guard/protected_networks.h"

#include <algorithm>

namespace tocsin {

void ProtectedNetworks::add(const IpNetwork& network, std::string_view reason) {
  const auto known = std::ranges::find(reasons_, reason);
  const auto index = static_cast<std::uint32_t>(known - reasons_.begin());
  if (known == reasons_.end()) {
    reasons_.emplace_back(reason);
  }
  entries_.push_back({network, index});
}

void ProtectedNetworks::finish() {
  std::ranges::sort(entries_);
  const auto same = [](const Entry& a, const Entry& b) { return a.network == b.network; };
  entries_.erase(std::unique(entries_.begin(), entries_.end(), same), entries_.end());
  prefixes_.clear();
  for (const Entry& entry : entries_) {
    prefixes_.push_back(entry.network.prefix_bits);
  }
  std::ranges::sort(prefixes_);
  prefixes_.erase(std::unique(prefixes_.begin(), prefixes_.end()), prefixes_.end());
}

const ProtectedNetworks::Entry* ProtectedNetworks::exact(const IpNetwork& network) const {
  const auto found = std::ranges::lower_bound(entries_, network, {}, &Entry::network);
  return found != entries_.end() && found->network == network ? &*found : nullptr;
}

bool ProtectedNetworks::find(const IpNetwork& network, Hit& hit) const {
  for (const unsigned prefix : prefixes_) {
    if (prefix > network.prefix_bits) {
      break;
    }
    if (const Entry* entry = exact(network_around(network.base, prefix))) {
      hit = {entry->network, reasons_[entry->reason]};
      return true;
    }
  }
  const auto within = std::ranges::lower_bound(entries_, network, {}, &Entry::network);
  if (within == entries_.end() || !network.contains(within->network.base)) {
    return false;
  }
  hit = {within->network, reasons_[within->reason]};
  return true;
}

bool ProtectedNetworks::operator==(const ProtectedNetworks& other) const {
  return entries_ == other.entries_ && reasons_ == other.reasons_;
}

}  // namespace tocsin
