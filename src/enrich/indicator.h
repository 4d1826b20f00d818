// Indicator: one thing that a threat list calls bad, in normal form, and what the list says of it.
//
// Both sides of a comparison go through the normal_… functions here: what a list says when it is
// read, what an event says when it is looked up. So the two can never disagree.
// Values; pure functions.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

#include "base/ip.h"
#include "base/time.h"

namespace tocsin {

enum class IndicatorKind : std::uint8_t { kAddress, kDomain, kUrl, kHash, kAgent };
inline constexpr std::size_t kIndicatorKinds = 5;
std::string_view indicator_kind_name(IndicatorKind kind);  // "address", "domain", "url", …
std::optional<IndicatorKind> parse_indicator_kind(std::string_view name);

inline constexpr std::uint8_t kConfidenceMax = 100;
// ECS's words for STIX's numbers (STIX 2.1 appendix A): None, Low, Medium, High.
std::string_view confidence_word(std::uint8_t confidence);

struct IndicatorDetail {
  std::uint8_t confidence = 50;  // 0–100
  Micros from{std::numeric_limits<std::int64_t>::min()};
  Micros until{std::numeric_limits<std::int64_t>::max()};  // exclusive
  std::string label;                                       // what it is, for people
  std::string reference;                                   // where to read more

  bool covers(Micros time) const { return from <= time && time < until; }
  bool operator==(const IndicatorDetail&) const = default;
};

struct Indicator {
  IndicatorKind kind = IndicatorKind::kAddress;
  IpNetwork network;  // kAddress
  std::string value;  // the other kinds: normal form; a hash's bytes
  IndicatorDetail detail;
};

// A domain in lower case, without the last dot, labels that are not ASCII as Punycode (RFC 3492).
// Nothing for what is no domain: an address, an empty or long label. One label is fine here.
std::optional<std::string> normal_domain(std::string_view text);
// "HTTP://Evil.Example:80/a%2db?q#f" is "evil.example/a-b?q": http and https alike, no user, no
// default port, no fragment. Other schemes stay in front. Nothing without "://" and a host.
std::optional<std::string> normal_url(std::string_view text);
// Bytes of an MD5, SHA-1, SHA-256 or SHA-512 written in hexadecimal.
std::optional<std::string> normal_hash(std::string_view text);
// Lower case, trimmed, at most kAgentBytesMax bytes.
std::string normal_agent(std::string_view text);

inline constexpr std::size_t kDomainBytesMax = 253;
inline constexpr std::size_t kUrlBytesMax = 2'048;
inline constexpr std::size_t kAgentBytesMax = 512;

// One text of one kind as an indicator; the error says why it is none: no such thing, or so wide
// that it would call half the world bad (a network above /8 or /16, a domain of one label, a user
// agent pattern with fewer than 4 bytes in a row).
struct IndicatorText {
  std::optional<Indicator> indicator;
  std::string reason;  // when there is none
};
IndicatorText read_indicator(IndicatorKind kind, std::string_view text);
// The kind that a bare text is: an address, a URL, a hash, a domain; a user agent only when named.
std::optional<IndicatorKind> guess_kind(std::string_view text);

// An indicator as people write it; hashes in hexadecimal.
std::string indicator_text(IndicatorKind kind, std::string_view value);
// One address without "/32".
std::string indicator_text(const IpNetwork& network);

}  // namespace tocsin
