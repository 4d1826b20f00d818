// DnsSettings: the file that `tocsin enforce dns` reads: which server, which key, and which names
// move for which word (docs/enforcement.md). Every mistake is named with its place.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/ip.h"
#include "base/time.h"
#include "enforce/dns/dns_record.h"
#include "sys/file_system.h"

namespace tocsin {

struct DnsEndpoint {
  IpAddress address;
  std::uint16_t port = 53;
};
// "192.0.2.53", "192.0.2.53:5353", "2001:db8::53", "[2001:db8::53]:5353".
std::optional<DnsEndpoint> parse_dns_endpoint(std::string_view text);

struct TsigKey {
  std::string name;  // canonical
  std::string algorithm = "hmac-sha256";
  std::string secret;  // base64
};

struct MovableName {
  std::string name;  // canonical
  std::string when;  // what `redirect_to` of a decision says
  std::uint64_t ttl = 60;
  DnsRecords normal;
  DnsRecords moved;
};

struct DnsSettings {
  static constexpr std::size_t kNamesMax = 100;
  static constexpr std::size_t kRecordsMax = 32;  // of one state of a name

  DnsEndpoint server;
  std::string zone;  // canonical
  TsigKey key;
  Span timeout = span_s(3);  // of one question, all tries and TCP included
  Span look_every = span_s(30);
  std::vector<MovableName> names;
};

// `file_name` is what messages call the text; the secret is read from the file that it names.
Result<DnsSettings> parse_dns_settings(std::string_view text, const std::string& file_name,
                                       FileSystem& files);
Result<DnsSettings> load_dns_settings(FileSystem& files, const std::string& path);

}  // namespace tocsin
