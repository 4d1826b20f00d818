// DnsLink: one DNS message to a server and one back, over UDP or TCP (RFC 1035, 4.2). One thread.
#pragma once

#include <string>

#include "base/clock.h"
#include "enforce/dns/dns_settings.h"

namespace tocsin {

class DnsLink {
 public:
  enum class Way : std::uint8_t { kUdp, kTcp };

  virtual ~DnsLink() = default;
  // The first message with the id of `question` that comes back within `wait`. kTimeout,
  // kUnavailable.
  virtual Result<std::string> exchange(const std::string& question, Way way, Span wait) = 0;
};

class SocketDnsLink final : public DnsLink {
 public:
  SocketDnsLink(const DnsEndpoint& server, Clock& clock) : server_(server), clock_(clock) {}
  Result<std::string> exchange(const std::string& question, Way way, Span wait) override;

 private:
  const DnsEndpoint server_;
  Clock& clock_;
};

}  // namespace tocsin
