#include "enforce/dns/dns_record.h"

#include <algorithm>
#include <vector>

#include "base/fail.h"
#include "base/ip.h"
#include "base/text.h"

namespace tocsin {
namespace {

constexpr std::size_t kNameBytesMax = 253;
constexpr std::size_t kLabelBytesMax = 63;
constexpr std::size_t kRecordsShown = 8;

bool is_label(std::string_view label) {
  return !label.empty() && label.size() <= kLabelBytesMax && std::ranges::all_of(label, [](char c) {
    return is_digit(c) || (c >= 'a' && c <= 'z') || c == '-' || c == '_';
  });
}

std::optional<std::string> canonical_data(DnsType type, std::string_view text) {
  if (type == DnsType::kCname) {
    return canonical_dns_name(text);
  }
  const std::optional<IpAddress> address = parse_ip(text);
  if (!address || address->is_v4() != (type == DnsType::kA)) {
    return std::nullopt;
  }
  return ip_text(*address);
}

}  // namespace

std::string_view dns_type_name(DnsType type) {
  switch (type) {
    case DnsType::kA:
      return "A";
    case DnsType::kAaaa:
      return "AAAA";
    case DnsType::kCname:
      return "CNAME";
  }
  return "";
}

std::optional<std::string> canonical_dns_name(std::string_view text) {
  std::string name = to_lower(text);
  if (name.ends_with('.')) {
    name.pop_back();
  }
  if (name.size() > kNameBytesMax || !std::ranges::all_of(split(name, '.'), is_label)) {
    return std::nullopt;
  }
  return name + ".";
}

bool is_within_zone(std::string_view name, std::string_view zone) {
  return name == zone || (name.size() > zone.size() && name.ends_with(zone) &&
                          name[name.size() - zone.size() - 1] == '.');
}

bool has_type(const DnsRecords& records, DnsType type) {
  return std::ranges::any_of(records,
                             [type](const DnsRecord& record) { return record.type == type; });
}

Result<DnsRecord> parse_dns_record(std::string_view text) {
  const std::string_view line = trim(text);
  const std::size_t space = std::min(line.find(' '), line.size());
  for (const DnsType type : kDnsTypes) {
    if (!equals_ignore_case(line.substr(0, space), dns_type_name(type))) {
      continue;
    }
    if (const auto data = canonical_data(type, trim(line.substr(space)))) {
      return DnsRecord{type, *data};
    }
  }
  return fail(ErrorCode::kInvalid,
              "\"{}\" is no record such as A 203.0.113.10, AAAA 2001:db8::10 or CNAME cdn.example",
              text);
}

std::string dns_records_text(const DnsRecords& records) {
  std::vector<std::string> shown;
  for (const DnsRecord& record : records) {
    if (shown.size() == kRecordsShown) {
      shown.emplace_back("…");
      break;
    }
    shown.push_back(fmt::format("{} {}", dns_type_name(record.type), record.data));
  }
  return shown.empty() ? "nothing" : fmt::format("{}", fmt::join(shown, ", "));
}

}  // namespace tocsin
