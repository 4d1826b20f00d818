#include "enforce/dns/dns_zone.h"

#include <optional>

#include "base/fail.h"

namespace tocsin {
namespace {

constexpr std::array kWays = {DnsLink::Way::kUdp, DnsLink::Way::kUdp, DnsLink::Way::kTcp};
constexpr std::size_t kDatagramBytesMax = 1'232;  // longer ones may not get through (DNS flag day)

Error refusal(DnsRcode rcode, std::string_view doing, std::string_view name) {
  const bool busy = rcode == DnsRcode::kServFail;
  const bool denied = rcode == DnsRcode::kRefused || rcode == DnsRcode::kNotAuth;
  return fail(busy     ? ErrorCode::kUnavailable
              : denied ? ErrorCode::kDenied
                       : ErrorCode::kInvalid,
              "{} {}: the DNS server answers {}", doing, name, dns_rcode_text(rcode));
}

}  // namespace

Result<DnsAnswer> SignedDnsZone::ask(const SignedDnsMessage& question, const std::string& name) {
  const Span wait(timeout_.value / static_cast<std::int64_t>(kWays.size()));
  std::optional<Error> fault;
  bool by_tcp = question.wire.size() > kDatagramBytesMax;
  for (const DnsLink::Way way : kWays) {
    if (by_tcp && way == DnsLink::Way::kUdp) {
      continue;
    }
    Result<std::string> wire = link_.exchange(question.wire, way, wait);
    if (!wire) {
      fault = std::move(wire).error();
      continue;
    }
    // Over UDP a bad answer may be somebody else's: the server is asked once more.
    Result<DnsAnswer> answer = read_dns_answer(*wire, question, name, key_);
    if (!answer) {
      fault = std::move(answer).error();
    } else if (!answer->truncated) {
      return answer;
    } else {
      fault = Error(ErrorCode::kUnavailable, "a truncated DNS answer");
      by_tcp = true;
    }
  }
  return *fault;
}

Result<DnsRecords> SignedDnsZone::look(const std::string& name) {
  DnsRecords records;
  for (const DnsType type : kDnsTypes) {
    TRY_ASSIGN(const SignedDnsMessage question, dns_question(name, type, key_));
    TRY_ASSIGN(const DnsAnswer answer, ask(question, name));
    if (answer.rcode != DnsRcode::kNoError && answer.rcode != DnsRcode::kNxDomain) {
      return refusal(answer.rcode, "asking about", name);
    }
    if (!answer.authoritative) {
      return fail(ErrorCode::kInvalid, "the DNS server is not the one that holds {}", name);
    }
    records.insert(answer.records.begin(), answer.records.end());
  }
  return records;
}

Result<DnsZone::Replaced> SignedDnsZone::replace(const std::string& name, const DnsRecords& from,
                                                 const DnsRecords& to, std::uint64_t ttl) {
  TRY_ASSIGN(const SignedDnsMessage update, dns_replacement(zone_, name, from, to, ttl, key_));
  TRY_ASSIGN(const DnsAnswer answer, ask(update, name));
  if (answer.rcode == DnsRcode::kNoError) {
    return Replaced::kReplaced;
  }
  if (answer.rcode == DnsRcode::kNxDomain || answer.rcode == DnsRcode::kYxDomain ||
      answer.rcode == DnsRcode::kYxRrset || answer.rcode == DnsRcode::kNxRrset) {
    return Replaced::kOtherwise;
  }
  return refusal(answer.rcode, "updating", name);
}

}  // namespace tocsin
