// DNS messages with TSIG (RFC 1035, 2136, 8945): questions, updates with prerequisites, and what a
// server answers, believed only when it is signed with the same key for this very question.
#pragma once

#include <string>
#include <string_view>

#include "enforce/dns/dns_settings.h"

namespace tocsin {

struct SignedDnsMessage {
  std::string wire;
  std::string mac;  // as the answer's signature covers it
  std::uint16_t id = 0;
};

// What stands at the name, asked of the server itself (no recursion).
Result<SignedDnsMessage> dns_question(const std::string& name, DnsType type, const TsigKey& key);

// Exactly `from` becomes exactly `to`, as one deed of the server. Its prerequisites: the three
// types hold `from` and nothing else; with a CNAME in `to`, no record of another usual type is
// there, for a server silently leaves out a CNAME beside other records.
Result<SignedDnsMessage> dns_replacement(const std::string& zone, const std::string& name,
                                         const DnsRecords& from, const DnsRecords& to,
                                         std::uint64_t ttl, const TsigKey& key);

// RFC 1035 and 2136; other numbers may come too.
enum class DnsRcode : std::uint8_t {
  kNoError = 0,
  kFormErr = 1,
  kServFail = 2,
  kNxDomain = 3,
  kNotImp = 4,
  kRefused = 5,
  kYxDomain = 6,
  kYxRrset = 7,
  kNxRrset = 8,
  kNotAuth = 9,
  kNotZone = 10,
};
std::string dns_rcode_text(DnsRcode rcode);

struct DnsAnswer {
  DnsRcode rcode = DnsRcode::kNoError;
  bool authoritative = false;
  bool truncated = false;
  DnsRecords records;  // of the name that was asked for
};

// kInvalid: no answer to this question; kDenied: not signed with the key, or the key was refused.
Result<DnsAnswer> read_dns_answer(std::string_view wire, const SignedDnsMessage& question,
                                  const std::string& name, const TsigKey& key);

}  // namespace tocsin
