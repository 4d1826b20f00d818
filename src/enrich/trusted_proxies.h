// TrustedProxies: who really sent a request that came through proxies.
//
// The only place where a forwarded address becomes source.ip. The chain is read from its end: each
// hop is believed only when the one after it is a trusted proxy, so that what a client writes into
// the header himself is never reached. Immutable.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "base/ip.h"

namespace tocsin {

class TrustedProxies {
 public:
  static constexpr std::size_t kHopsMax = 32;

  TrustedProxies() = default;
  // Texts that are no networks are left out: the configuration refused them already.
  explicit TrustedProxies(const std::vector<std::string>& networks);

  bool empty() const { return networks_.empty(); }
  bool trusts(const IpAddress& address) const;
  // `peer` is who connected; `forwarded` the header's addresses, as written. The client: `peer`
  // itself unless that is a trusted proxy.
  IpAddress client(const IpAddress& peer, std::span<const IpAddress> forwarded) const;

 private:
  std::vector<IpNetwork> networks_;
};

}  // namespace tocsin
