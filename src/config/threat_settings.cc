#include "config/threat_settings.h"

#include <algorithm>
#include <array>

namespace tocsin {
namespace {

constexpr Span kYears = span_s(100LL * 366 * kSecondsInDay);
constexpr std::size_t kNameBytesMax = 64;

// Becomes part of file names and of addresses.
bool is_name(std::string_view name) {
  return !name.empty() && name.size() <= kNameBytesMax && name.front() != '.' &&
         std::ranges::all_of(name, [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  c == '-' || c == '_' || c == '.';
         });
}

std::string name_of(std::string location) {
  while (location.ends_with('/')) {
    location.pop_back();
  }
  std::string name = location.substr(location.rfind('/') + 1, kNameBytesMax);
  std::ranges::replace_if(name, [](char c) { return !is_name({&c, 1}) && c != '.'; }, '-');
  return name;
}

void read_location(Section& item, ThreatListSettings& list) {
  static constexpr std::array<std::pair<std::string_view, ThreatOrigin>, 4> kOrigins = {
      {{"file", ThreatOrigin::kFile},
       {"url", ThreatOrigin::kUrl},
       {"taxii", ThreatOrigin::kTaxii},
       {"misp", ThreatOrigin::kMisp}}};
  int named = 0;
  for (const auto& [key, origin] : kOrigins) {
    std::string location;
    item.text(key, location);
    if (!location.empty()) {
      list.origin = origin;
      list.location = std::move(location);
      ++named;
    }
  }
  if (named != 1) {
    item.problem("needs one of \"file\", \"url\", \"taxii\" and \"misp\"");
  }
  const bool http = list.location.starts_with("https://") || list.location.starts_with("http://");
  if ((list.origin == ThreatOrigin::kUrl || list.origin == ThreatOrigin::kTaxii) && !http) {
    item.problem("needs an address that begins with https:// or http://");
  }
}

void read_columns(Section section, ThreatColumnSettings& columns) {
  section.text("value", columns.value);
  section.text("kind", columns.kind);
  section.text("confidence", columns.confidence);
  section.text("valid_until", columns.valid_until);
  section.text("label", columns.label);
  section.text("reference", columns.reference);
  section.finish();
}

void read_secret(Section section, ThreatSecretSettings& secret) {
  section.text("username", secret.username);
  section.text("header", secret.header);
  section.text("file", secret.file);
  section.text("environment", secret.environment);
  if (section.present() && secret.file.empty() == secret.environment.empty()) {
    section.problem("needs one of \"file\" and \"environment\"");
  }
  section.finish();
}

}  // namespace

ThreatListSettings read_threat_list(Section& item) {
  static constexpr std::array<std::string_view, 5> kFormats = {"plain", "csv", "ipsum", "stix",
                                                               "misp"};
  static constexpr std::array<std::string_view, 5> kKinds = {"address", "domain", "url", "hash",
                                                             "user_agent"};
  ThreatListSettings list;
  item.text("name", list.name);
  read_location(item, list);
  if (list.origin == ThreatOrigin::kTaxii) {
    list.format = "stix";
  } else if (list.origin == ThreatOrigin::kMisp) {
    list.format = "misp";
  } else {
    item.word("format", kFormats, list.format);
  }
  item.word("kind", kKinds, list.kind);
  item.number("column", 1, 256, list.column);
  read_columns(item.section("columns"), list.columns);
  item.number("count_min", 1, 1'000, list.count_min);
  item.flag("only_to_ids", list.only_to_ids);
  item.number("confidence", 0, 100, list.confidence);
  item.number("confidence_min", 0, 100, list.confidence_min);
  item.span("expire_after", Span(0), kYears, list.expire_after);
  if (list.origin == ThreatOrigin::kFile) {
    list.refresh = span_s(60);  // only a look at the file
  }
  item.span("refresh", span_s(1), span_s(30 * kSecondsInDay), list.refresh);
  item.span("timeout", span_s(1), span_s(3'600), list.timeout);
  item.bytes("bytes_max", kKiB, kGiB, list.bytes_max);
  item.text("ca_file", list.ca_file);
  read_secret(item.section("secret"), list.secret);
  item.flag("retro_match", list.retro_match);
  if (list.name.empty()) {
    list.name = name_of(list.location);
  }
  if (!is_name(list.name)) {
    item.problem_at("name", "must be made of letters, digits, '-', '_' and '.', at most 64");
  }
  return list;
}

}  // namespace tocsin
