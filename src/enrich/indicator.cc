#include "enrich/indicator.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/encoding.h"
#include "base/text.h"
#include "enrich/agent_patterns.h"
#include "enrich/domain_name.h"

namespace tocsin {
namespace {

constexpr std::array<std::string_view, kIndicatorKinds> kKindNames = {"address", "domain", "url",
                                                                      "hash", "user_agent"};
constexpr unsigned kV4PrefixMin = 96 + 8;  // of the mapped form
constexpr unsigned kV6PrefixMin = 16;
constexpr std::size_t kShownBytesMax = 64;
constexpr std::uint8_t kConfidenceMedium = 30;  // STIX 2.1 appendix A
constexpr std::uint8_t kConfidenceHigh = 70;

std::string_view shown(std::string_view text) {
  return text.substr(0, kShownBytesMax);
}

bool is_unreserved(unsigned char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '.' || c == '_' || c == '~';
}

// RFC 3986 6.2.2: escapes of unreserved characters are undone, the others in upper case.
std::string normal_escapes(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = text[i] == '%' ? hex_decode(text.substr(i + 1, 2)) : std::nullopt;
    if (!byte || byte->size() != 1) {
      out += text[i];
      continue;
    }
    const auto decoded = static_cast<unsigned char>(byte->front());
    out += is_unreserved(decoded) ? std::string(1, byte->front())
                                  : fmt::format("%{:02X}", unsigned{decoded});
    i += 2;
  }
  return out;
}

std::optional<std::string> normal_host(std::string_view host) {
  if (host.starts_with('[') && host.ends_with(']')) {
    const auto address = parse_ip(host.substr(1, host.size() - 2));
    return address ? std::optional("[" + ip_text(*address) + "]") : std::nullopt;
  }
  if (const auto address = parse_ip(host)) {
    return ip_text(*address);
  }
  return normal_domain(host);
}

std::string_view default_port(std::string_view scheme) {
  if (scheme == "https") {
    return "443";
  }
  return scheme == "http" ? "80" : "";
}

IndicatorText refused(std::string reason) {
  return {std::nullopt, std::move(reason)};
}

IndicatorText of_value(IndicatorKind kind, std::optional<std::string> value, std::string_view text,
                       std::string_view what) {
  if (!value) {
    return refused(fmt::format("\"{}\" is no {}", shown(text), what));
  }
  Indicator indicator;
  indicator.kind = kind;
  indicator.value = std::move(*value);
  return {std::move(indicator), {}};
}

IndicatorText read_network(std::string_view text) {
  const auto network = parse_network(text);
  if (!network) {
    return refused(fmt::format("\"{}\" is no address or network", shown(text)));
  }
  if (network->prefix_bits < (network->base.is_v4() ? kV4PrefixMin : kV6PrefixMin)) {
    return refused(fmt::format("{} is too wide to be a threat", shown(text)));
  }
  Indicator indicator;
  indicator.network = *network;
  return {std::move(indicator), {}};
}

IndicatorText read_domain(std::string_view text) {
  IndicatorText read =
      of_value(IndicatorKind::kDomain,
               normal_domain(text.starts_with("*.") ? text.substr(2) : text), text, "domain");
  if (read.indicator && read.indicator->value.find('.') == std::string::npos) {
    return refused(fmt::format("{} is too wide to be a threat", shown(text)));
  }
  return read;
}

IndicatorText read_agent(std::string_view text) {
  std::string agent = normal_agent(text);
  if (!is_agent_worth_listing(agent)) {
    return refused(fmt::format("\"{}\" would match nearly every user agent", shown(text)));
  }
  return of_value(IndicatorKind::kAgent, std::move(agent), text, "user agent");
}

}  // namespace

std::string_view indicator_kind_name(IndicatorKind kind) {
  return kKindNames[static_cast<std::size_t>(kind)];
}

std::optional<IndicatorKind> parse_indicator_kind(std::string_view name) {
  const auto found = std::ranges::find(kKindNames, name);
  if (found == kKindNames.end()) {
    return std::nullopt;
  }
  return static_cast<IndicatorKind>(found - kKindNames.begin());
}

std::string_view confidence_word(std::uint8_t confidence) {
  if (confidence == 0) {
    return "None";
  }
  if (confidence < kConfidenceMedium) {
    return "Low";
  }
  return confidence < kConfidenceHigh ? "Medium" : "High";
}

std::optional<std::string> normal_url(std::string_view text) {
  text = trim(text);
  const std::size_t scheme_end = text.find("://");
  if (scheme_end == std::string_view::npos || scheme_end == 0 || text.size() > kUrlBytesMax) {
    return std::nullopt;
  }
  const std::string scheme = to_lower(text.substr(0, scheme_end));
  std::string_view rest = text.substr(scheme_end + 3);
  rest = rest.substr(0, rest.find('#'));
  const std::size_t authority_end = std::min(rest.find_first_of("/?"), rest.size());
  std::string_view authority = rest.substr(0, authority_end);
  if (const std::size_t user = authority.rfind('@'); user != std::string_view::npos) {
    authority.remove_prefix(user + 1);
  }
  std::string_view port;
  const std::size_t colon = authority.rfind(':');
  if (colon != std::string_view::npos && authority.find(']', colon) == std::string_view::npos) {
    port = authority.substr(colon + 1);
    authority = authority.substr(0, colon);
  }
  const auto host = normal_host(authority);
  if (!host || !std::ranges::all_of(port, is_digit)) {
    return std::nullopt;
  }
  std::string out = default_port(scheme).empty() ? scheme + "://" + *host : *host;
  if (!port.empty() && port != default_port(scheme)) {
    out += fmt::format(":{}", port);
  }
  const std::string_view path = rest.substr(authority_end);
  return out + (path.starts_with('/') ? "" : "/") + normal_escapes(path);
}

std::optional<std::string> normal_hash(std::string_view text) {
  constexpr std::array<std::size_t, 4> kDigits = {32, 40, 64, 128};
  text = trim(text);
  if (std::ranges::find(kDigits, text.size()) == kDigits.end()) {
    return std::nullopt;
  }
  return hex_decode(text);
}

std::string normal_agent(std::string_view text) {
  return to_lower(trim(text).substr(0, kAgentBytesMax));
}

IndicatorText read_indicator(IndicatorKind kind, std::string_view text) {
  switch (kind) {
    case IndicatorKind::kAddress:
      return read_network(text);
    case IndicatorKind::kDomain:
      return read_domain(text);
    case IndicatorKind::kUrl:
      return of_value(kind, normal_url(text), text, "URL");
    case IndicatorKind::kHash:
      return of_value(kind, normal_hash(text), text, "MD5, SHA-1, SHA-256 or SHA-512");
    case IndicatorKind::kAgent:
      return read_agent(text);
  }
  return {};
}

std::optional<IndicatorKind> guess_kind(std::string_view text) {
  if (parse_network(text)) {
    return IndicatorKind::kAddress;
  }
  if (text.find("://") != std::string_view::npos) {
    return normal_url(text) ? std::optional(IndicatorKind::kUrl) : std::nullopt;
  }
  if (normal_hash(text)) {
    return IndicatorKind::kHash;
  }
  if (text.find('.') != std::string_view::npos && read_domain(text).indicator) {
    return IndicatorKind::kDomain;
  }
  return std::nullopt;
}

std::string indicator_text(IndicatorKind kind, std::string_view value) {
  return kind == IndicatorKind::kHash ? hex_encode(value) : std::string(value);
}

std::string indicator_text(const IpNetwork& network) {
  constexpr unsigned kWhole = 128;
  return network.prefix_bits == kWhole ? ip_text(network.base) : network_text(network);
}

}  // namespace tocsin
