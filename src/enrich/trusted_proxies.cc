#include "enrich/trusted_proxies.h"

#include <algorithm>

namespace tocsin {

TrustedProxies::TrustedProxies(const std::vector<std::string>& networks) {
  for (const std::string& text : networks) {
    if (const std::optional<IpNetwork> network = parse_network(text)) {
      networks_.push_back(*network);
    }
  }
}

bool TrustedProxies::trusts(const IpAddress& address) const {
  return std::ranges::any_of(networks_,
                             [&](const IpNetwork& network) { return network.contains(address); });
}

IpAddress TrustedProxies::client(const IpAddress& peer,
                                 std::span<const IpAddress> forwarded) const {
  IpAddress sender = peer;
  for (std::size_t left = forwarded.size(); left > 0 && trusts(sender); --left) {
    sender = forwarded[left - 1];
  }
  return sender;
}

}  // namespace tocsin
