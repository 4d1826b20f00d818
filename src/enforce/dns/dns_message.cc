// Prerequisites and updates are records with a class of their own (RFC 2136, 2.4 and 2.5):
//   class IN,   TTL 0, data     the record set holds these
//   class NONE, TTL 0, no data  there is no such record set
//   class ANY,  TTL 0, no data  (update) the record set is removed
//   class IN,   TTL,   data     (update) the record is added
#include "enforce/dns/dns_message.h"

#include <memory>

#include <ldns/ldns.h>

#include "base/fail.h"

namespace tocsin {
namespace {

constexpr std::uint16_t kFudgeSeconds = 300;
constexpr std::size_t kTsigMac = 3;
constexpr std::size_t kTsigError = 5;
constexpr std::size_t kTsigFields = 7;

// What may not stand beside a CNAME and is usual; signatures and NSEC may.
constexpr std::array kUsualTypes = {LDNS_RR_TYPE_MX,    LDNS_RR_TYPE_TXT,   LDNS_RR_TYPE_SRV,
                                    LDNS_RR_TYPE_NS,    LDNS_RR_TYPE_CAA,   LDNS_RR_TYPE_HTTPS,
                                    LDNS_RR_TYPE_SVCB,  LDNS_RR_TYPE_NAPTR, LDNS_RR_TYPE_PTR,
                                    LDNS_RR_TYPE_SSHFP, LDNS_RR_TYPE_TLSA,  LDNS_RR_TYPE_DNAME,
                                    LDNS_RR_TYPE_LOC,   LDNS_RR_TYPE_URI,   LDNS_RR_TYPE_HINFO};

struct Free {
  void operator()(ldns_pkt* packet) const { ldns_pkt_free(packet); }
  void operator()(ldns_rdf* data) const { ldns_rdf_deep_free(data); }
  void operator()(ldns_rr* record) const { ldns_rr_free(record); }
  void operator()(ldns_rr_list* records) const { ldns_rr_list_deep_free(records); }
  void operator()(std::uint8_t* bytes) const { LDNS_FREE(bytes); }
  void operator()(char* text) const { LDNS_FREE(text); }
};
using Packet = std::unique_ptr<ldns_pkt, Free>;
using Data = std::unique_ptr<ldns_rdf, Free>;
using Record = std::unique_ptr<ldns_rr, Free>;
using Records = std::unique_ptr<ldns_rr_list, Free>;

ldns_rr_type wire_type(DnsType type) {
  switch (type) {
    case DnsType::kA:
      return LDNS_RR_TYPE_A;
    case DnsType::kAaaa:
      return LDNS_RR_TYPE_AAAA;
    case DnsType::kCname:
      return LDNS_RR_TYPE_CNAME;
  }
  return LDNS_RR_TYPE_NULL;
}

Error no_memory() {
  return Error(ErrorCode::kExhausted, "no memory for a DNS message");
}

Result<Data> name_data(const std::string& name) {
  Data data(ldns_dname_new_frm_str(name.c_str()));
  if (data == nullptr) {
    return fail(ErrorCode::kInvalid, "{} is no DNS name", name);
  }
  return data;
}

std::string lower_text(const ldns_rdf* data) {
  const std::unique_ptr<char, Free> text(data == nullptr ? nullptr : ldns_rdf2str(data));
  std::string lower = text == nullptr ? std::string() : std::string(text.get());
  for (char& c : lower) {
    c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return lower;
}

// The records of one section of an update, all at one name.
class SectionList {
 public:
  explicit SectionList(const std::string& name) : name_(name), list_(ldns_rr_list_new()) {}

  Status add_empty(ldns_rr_type type, ldns_rr_class klass) {
    TRY_ASSIGN(Data owner, name_data(name_));
    Record record(ldns_rr_new());
    if (record == nullptr) {
      return no_memory();
    }
    ldns_rr_set_owner(record.get(), owner.release());
    ldns_rr_set_type(record.get(), type);
    ldns_rr_set_class(record.get(), klass);
    ldns_rr_set_ttl(record.get(), 0);
    return push(std::move(record));
  }

  Status add(const DnsRecord& record, std::uint64_t ttl) {
    const std::string text =
        fmt::format("{} {} IN {} {}", name_, ttl, dns_type_name(record.type), record.data);
    ldns_rr* read = nullptr;
    if (ldns_rr_new_frm_str(&read, text.c_str(), 0, nullptr, nullptr) != LDNS_STATUS_OK) {
      return fail(ErrorCode::kInvalid, "{} is no DNS record", text);
    }
    return push(Record(read));
  }

  const ldns_rr_list* get() const { return list_.get(); }

 private:
  Status push(Record record) {
    if (list_ == nullptr || !ldns_rr_list_push_rr(list_.get(), record.get())) {
      return no_memory();
    }
    static_cast<void>(record.release());
    return {};
  }

  const std::string& name_;
  Records list_;
};

Result<SignedDnsMessage> sign(Packet packet, const TsigKey& key) {
  ldns_pkt_set_random_id(packet.get());
  const ldns_status signed_ =
      ldns_pkt_tsig_sign(packet.get(), key.name.c_str(), key.secret.c_str(), kFudgeSeconds,
                         (key.algorithm + ".").c_str(), nullptr);
  if (signed_ != LDNS_STATUS_OK) {
    return fail(ErrorCode::kInvalid, "signing with the key {}: {}", key.name,
                ldns_get_errorstr_by_id(signed_));
  }
  std::uint8_t* bytes = nullptr;
  std::size_t size = 0;
  const ldns_status written = ldns_pkt2wire(&bytes, packet.get(), &size);
  const std::unique_ptr<std::uint8_t, Free> owned(bytes);
  const ldns_rdf* mac = ldns_rr_rdf(ldns_pkt_tsig(packet.get()), kTsigMac);
  if (written != LDNS_STATUS_OK || mac == nullptr) {
    return fail(ErrorCode::kInvalid, "a DNS message: {}", ldns_get_errorstr_by_id(written));
  }
  SignedDnsMessage message;
  message.wire.assign(bytes, bytes + size);
  message.mac.assign(ldns_rdf_data(mac), ldns_rdf_data(mac) + ldns_rdf_size(mac));
  message.id = ldns_pkt_id(packet.get());
  return message;
}

Status add_prerequisites(SectionList& section, const DnsRecords& from, const DnsRecords& to) {
  for (const DnsRecord& record : from) {
    TRY(section.add(record, 0));
  }
  for (const DnsType type : kDnsTypes) {
    if (!has_type(from, type)) {
      TRY(section.add_empty(wire_type(type), LDNS_RR_CLASS_NONE));
    }
  }
  if (has_type(to, DnsType::kCname)) {
    for (const ldns_rr_type type : kUsualTypes) {
      TRY(section.add_empty(type, LDNS_RR_CLASS_NONE));
    }
  }
  return {};
}

// What the server says about our key, unsigned as it must be then.
std::string_view key_fault(ldns_pkt* packet) {
  const ldns_rr* tsig = ldns_pkt_tsig(packet);
  const ldns_rdf* error = tsig == nullptr || ldns_rr_rd_count(tsig) < kTsigFields
                              ? nullptr
                              : ldns_rr_rdf(tsig, kTsigError);
  switch (error == nullptr ? 0 : ldns_rdf2native_int16(error)) {
    case 16:
      return "BADSIG: it has another secret";
    case 17:
      return "BADKEY: it does not know the key";
    case 18:
      return "BADTIME: its clock differs by more than 5 minutes";
    case 22:
      return "BADTRUNC";
    default:
      return "";
  }
}

Status check_signature(ldns_pkt* packet, std::string_view wire, const SignedDnsMessage& question,
                       const TsigKey& key) {
  if (const std::string_view fault = key_fault(packet); !fault.empty()) {
    return fail(ErrorCode::kDenied, "the DNS server refuses the key {} ({})", key.name, fault);
  }
  const ldns_rr* tsig = ldns_pkt_tsig(packet);
  const std::string rcode = dns_rcode_text(static_cast<DnsRcode>(ldns_pkt_get_rcode(packet)));
  if (tsig == nullptr || ldns_rr_rd_count(tsig) < kTsigFields) {
    return fail(ErrorCode::kDenied, "an answer ({}) without a signature", rcode);
  }
  const Data mac(
      ldns_rdf_new_frm_data(LDNS_RDF_TYPE_INT16_DATA, question.mac.size(), question.mac.data()));
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(wire.data());
  if (mac == nullptr || lower_text(ldns_rr_owner(tsig)) != key.name ||
      lower_text(ldns_rr_rdf(tsig, 0)) != key.algorithm + "." ||
      !ldns_pkt_tsig_verify(packet, bytes, wire.size(), key.name.c_str(), key.secret.c_str(),
                            mac.get())) {
    return fail(ErrorCode::kDenied, "an answer ({}) whose signature is not the key {}'s", rcode,
                key.name);
  }
  return {};
}

void read_records(const ldns_pkt* packet, const std::string& name, DnsRecords& out) {
  const ldns_rr_list* answers = ldns_pkt_answer(packet);
  for (std::size_t at = 0; at < ldns_rr_list_rr_count(answers); ++at) {
    const ldns_rr* record = ldns_rr_list_rr(answers, at);
    for (const DnsType type : kDnsTypes) {
      if (ldns_rr_get_type(record) == wire_type(type) && ldns_rr_rd_count(record) == 1 &&
          ldns_rr_get_class(record) == LDNS_RR_CLASS_IN &&
          lower_text(ldns_rr_owner(record)) == name) {
        out.insert({type, lower_text(ldns_rr_rdf(record, 0))});
      }
    }
  }
}

}  // namespace

Result<SignedDnsMessage> dns_question(const std::string& name, DnsType type, const TsigKey& key) {
  TRY_ASSIGN(Data owner, name_data(name));
  Packet packet(ldns_pkt_query_new(owner.get(), wire_type(type), LDNS_RR_CLASS_IN, 0));
  if (packet == nullptr) {
    return no_memory();
  }
  static_cast<void>(owner.release());
  return sign(std::move(packet), key);
}

Result<SignedDnsMessage> dns_replacement(const std::string& zone, const std::string& name,
                                         const DnsRecords& from, const DnsRecords& to,
                                         std::uint64_t ttl, const TsigKey& key) {
  SectionList prerequisites(name);
  TRY(add_prerequisites(prerequisites, from, to));
  SectionList updates(name);
  for (const DnsType type : kDnsTypes) {
    if (has_type(from, type)) {
      TRY(updates.add_empty(wire_type(type), LDNS_RR_CLASS_ANY));
    }
  }
  for (const DnsRecord& record : to) {
    TRY(updates.add(record, ttl));
  }
  TRY_ASSIGN(Data owner, name_data(zone));
  const Records none(ldns_rr_list_new());
  Packet packet(ldns_update_pkt_new(owner.get(), LDNS_RR_CLASS_IN, prerequisites.get(),
                                    updates.get(), none.get()));
  if (packet == nullptr) {
    return no_memory();
  }
  static_cast<void>(owner.release());
  return sign(std::move(packet), key);
}

std::string dns_rcode_text(DnsRcode rcode) {
  static constexpr std::array<std::string_view, 11> kNames = {
      "NOERROR",  "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP", "REFUSED",
      "YXDOMAIN", "YXRRSET", "NXRRSET",  "NOTAUTH",  "NOTZONE"};
  const auto number = static_cast<std::size_t>(rcode);
  return number < kNames.size() ? std::string(kNames[number]) : fmt::format("RCODE {}", number);
}

Result<DnsAnswer> read_dns_answer(std::string_view wire, const SignedDnsMessage& question,
                                  const std::string& name, const TsigKey& key) {
  ldns_pkt* read = nullptr;
  const ldns_status status =
      ldns_wire2pkt(&read, reinterpret_cast<const std::uint8_t*>(wire.data()), wire.size());
  const Packet packet(read);
  if (status != LDNS_STATUS_OK || packet == nullptr) {
    return fail(ErrorCode::kInvalid, "an answer that is no DNS message: {}",
                ldns_get_errorstr_by_id(status));
  }
  if (!ldns_pkt_qr(read) || ldns_pkt_id(read) != question.id) {
    return Error(ErrorCode::kInvalid, "a DNS message that answers another question");
  }
  TRY(check_signature(read, wire, question, key));
  DnsAnswer answer;
  answer.rcode = static_cast<DnsRcode>(ldns_pkt_get_rcode(read));
  answer.authoritative = ldns_pkt_aa(read);
  answer.truncated = ldns_pkt_tc(read);
  read_records(read, name, answer.records);
  return answer;
}

}  // namespace tocsin
