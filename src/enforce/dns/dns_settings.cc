#include "enforce/dns/dns_settings.h"

#include <algorithm>
#include <array>

#include "base/encoding.h"
#include "base/fail.h"
#include "base/text.h"
#include "config/section.h"

namespace tocsin {
namespace {

constexpr std::uint64_t kFileBytesMax = 1U << 20U;
constexpr std::uint64_t kSecretFileBytesMax = 4'096;
constexpr std::size_t kSecretBytesMin = 16;
constexpr std::size_t kWordBytesMax = 200;
constexpr std::uint64_t kTtlMax = 86'400;

void read_name(Section& item, std::string_view key, std::string& out) {
  std::string text;
  item.text(key, text);
  const std::optional<std::string> name = canonical_dns_name(text);
  if (!name) {
    item.problem_at(key, fmt::format("is \"{}\": must be a name such as www.example.org", text));
    return;
  }
  out = *name;
}

void read_secret(Section& item, FileSystem& files, TsigKey& key) {
  std::string path;
  item.text("secret_file", path);
  if (path.empty()) {
    item.problem("needs \"secret_file\": a file with the secret in base64");
    return;
  }
  const Result<std::string> text = read_file(files, path, kSecretFileBytesMax);
  if (!text) {
    item.problem_at("secret_file", text.error().full_text());
    return;
  }
  key.secret = trim(*text);
  const std::optional<std::string> bytes = base64_decode(key.secret);
  if (!bytes || bytes->size() < kSecretBytesMin) {
    item.problem_at("secret_file",
                    fmt::format("{} must hold at least {} bytes in base64, and nothing else", path,
                                kSecretBytesMin));
  }
}

void read_key(Section section, FileSystem& files, TsigKey& key) {
  static constexpr std::array<std::string_view, 2> kAlgorithms = {"hmac-sha256", "hmac-sha512"};
  read_name(section, "name", key.name);
  section.word("algorithm", kAlgorithms, key.algorithm);
  read_secret(section, files, key);
  section.finish();
}

void read_records(Section& item, std::string_view key, DnsRecords& out) {
  std::vector<std::string> texts;
  item.texts(key, texts);
  for (const std::string& text : texts) {
    Result<DnsRecord> record = parse_dns_record(text);
    if (!record) {
      item.problem_at(key, record.error().text());
    } else {
      out.insert(std::move(*record));
    }
  }
  if (texts.empty()) {
    item.problem(fmt::format("needs \"{}\": records such as A 203.0.113.10", key));
  }
  if (out.size() > DnsSettings::kRecordsMax) {
    item.problem_at(key, fmt::format("has over {} records", DnsSettings::kRecordsMax));
  }
  if (has_type(out, DnsType::kCname) && out.size() > 1) {
    item.problem_at(key, "has a CNAME beside other records: a CNAME stands alone");
  }
}

void read_movable(Section& item, DnsSettings& settings) {
  MovableName name;
  read_name(item, "name", name.name);
  item.text("when", name.when);
  item.number("ttl", 1, kTtlMax, name.ttl);
  read_records(item, "normal", name.normal);
  read_records(item, "moved", name.moved);
  if (name.when.empty() || name.when.size() > kWordBytesMax) {
    item.problem("needs \"when\": the word that a decision's redirect_to says, such as cdn");
  }
  if (!settings.zone.empty() && !is_within_zone(name.name, settings.zone)) {
    item.problem_at("name",
                    fmt::format("is {}, which is not in the zone {}", name.name, settings.zone));
  }
  const bool to_cname =
      has_type(name.normal, DnsType::kCname) || has_type(name.moved, DnsType::kCname);
  if (name.name == settings.zone && to_cname) {
    item.problem_at("name", "is the zone itself, which cannot be a CNAME");
  }
  if (!name.normal.empty() && name.normal == name.moved) {
    item.problem_at("moved", "is the same as normal");
  }
  if (std::ranges::any_of(settings.names,
                          [&](const MovableName& other) { return other.name == name.name; })) {
    item.problem_at("name", fmt::format("is {} twice", name.name));
  }
  settings.names.push_back(std::move(name));
}

void read_all(Section& root, FileSystem& files, DnsSettings& settings) {
  std::string server;
  root.text("server", server);
  const std::optional<DnsEndpoint> endpoint = parse_dns_endpoint(server);
  if (!endpoint) {
    root.problem_at("server", fmt::format("is \"{}\": must be an address, such as 192.0.2.53 or "
                                          "[2001:db8::53]:5353",
                                          server));
  }
  settings.server = endpoint.value_or(DnsEndpoint());
  read_name(root, "zone", settings.zone);
  read_key(root.section("key"), files, settings.key);
  root.span("timeout", span_ms(100), span_s(30), settings.timeout);
  root.span("look_every", span_s(1), span_s(3'600), settings.look_every);
  root.each("names", [&](Section& item) {
    if (settings.names.size() < DnsSettings::kNamesMax) {
      read_movable(item, settings);
    } else {
      item.problem(fmt::format("is over {} names", DnsSettings::kNamesMax));
    }
    item.finish();
  });
  if (settings.names.empty()) {
    root.problem("needs \"names\": what may be moved");
  }
  root.finish();
}

}  // namespace

std::optional<DnsEndpoint> parse_dns_endpoint(std::string_view text) {
  DnsEndpoint endpoint;
  if (const auto address = parse_ip(text)) {
    endpoint.address = *address;
    return endpoint;
  }
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) {
    return std::nullopt;
  }
  std::string_view host = text.substr(0, colon);
  const bool bracketed = host.starts_with('[') && host.ends_with(']');
  if (bracketed) {
    host = host.substr(1, host.size() - 2);
  }
  const auto address = parse_ip(host);
  const auto port = parse_int(text.substr(colon + 1));
  if (!address || bracketed == address->is_v4() || !port || *port < 1 || *port > 65'535) {
    return std::nullopt;
  }
  endpoint.address = *address;
  endpoint.port = static_cast<std::uint16_t>(*port);
  return endpoint;
}

Result<DnsSettings> parse_dns_settings(std::string_view text, const std::string& file_name,
                                       FileSystem& files) {
  TRY_ASSIGN(const YamlFile file, YamlFile::parse(text, file_name));
  if (file.documents().size() != 1) {
    return fail(ErrorCode::kInvalid, "{}: one document is expected, there are {}", file_name,
                file.documents().size());
  }
  DnsSettings settings;
  std::vector<std::string> problems;
  Section root(file, file.documents()[0].root, "", problems);
  read_all(root, files, settings);
  if (!problems.empty()) {
    return fail(ErrorCode::kInvalid, "{}", fmt::join(problems, "\n"));
  }
  return settings;
}

Result<DnsSettings> load_dns_settings(FileSystem& files, const std::string& path) {
  TRY_ASSIGN(const std::string text, read_file(files, path, kFileBytesMax));
  return parse_dns_settings(text, path, files);
}

}  // namespace tocsin
