// DnsZone: what stands at a name of a zone, and its replacement as one deed. One thread.
//
// SignedDnsZone asks one server by signed messages: twice over UDP, then over TCP (at once when an
// answer is truncated), each a third of the time limit.
#pragma once

#include "enforce/dns/dns_link.h"
#include "enforce/dns/dns_message.h"

namespace tocsin {

class DnsZone {
 public:
  enum class Replaced : std::uint8_t { kReplaced, kOtherwise };  // kOtherwise: `from` did not stand

  virtual ~DnsZone() = default;
  virtual Result<DnsRecords> look(const std::string& name) = 0;
  // kDenied, kInvalid: the server never will; kTimeout, kUnavailable: it may have done it.
  virtual Result<Replaced> replace(const std::string& name, const DnsRecords& from,
                                   const DnsRecords& to, std::uint64_t ttl) = 0;
};

class SignedDnsZone final : public DnsZone {
 public:
  SignedDnsZone(DnsLink& link, std::string zone, TsigKey key, Span timeout)
      : link_(link), zone_(std::move(zone)), key_(std::move(key)), timeout_(timeout) {}

  Result<DnsRecords> look(const std::string& name) override;
  Result<Replaced> replace(const std::string& name, const DnsRecords& from, const DnsRecords& to,
                           std::uint64_t ttl) override;

 private:
  Result<DnsAnswer> ask(const SignedDnsMessage& question, const std::string& name);

  DnsLink& link_;
  const std::string zone_;
  const TsigKey key_;
  const Span timeout_;
};

}  // namespace tocsin
