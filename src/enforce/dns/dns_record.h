// A DNS name and the records that Tocsin may set at it: A, AAAA and CNAME, in one written form
// each, so that what a server answers can be compared with what a person configured. Values.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "base/result.h"

namespace tocsin {

enum class DnsType : std::uint8_t { kA, kAaaa, kCname };
inline constexpr std::array kDnsTypes = {DnsType::kA, DnsType::kAaaa, DnsType::kCname};
std::string_view dns_type_name(DnsType type);

// Lower case with the dot at its end: letters, digits, - and _ in labels of 1 to 63, 253 in all.
std::optional<std::string> canonical_dns_name(std::string_view text);
// Both canonical; the zone's own name is within it.
bool is_within_zone(std::string_view name, std::string_view zone);

struct DnsRecord {
  DnsType type = DnsType::kA;
  std::string data;  // an address, or a canonical name
  auto operator<=>(const DnsRecord&) const = default;
};

// Of one name; without its times to live.
using DnsRecords = std::set<DnsRecord>;
bool has_type(const DnsRecords& records, DnsType type);

// "A 203.0.113.10", "CNAME shop.cdn.example".
Result<DnsRecord> parse_dns_record(std::string_view text);
// "A 203.0.113.10, A 203.0.113.11"; "nothing" when empty.
std::string dns_records_text(const DnsRecords& records);

}  // namespace tocsin
