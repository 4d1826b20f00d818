#include "base/ip.h"

#include <cstring>

#include <arpa/inet.h>
#include <fmt/format.h>

#include "base/text.h"

namespace tocsin {
namespace {

std::optional<std::uint32_t> parse_v4(std::string_view text) {
  std::uint32_t address = 0;
  std::size_t at = 0;
  for (int part = 0; part < 4; ++part) {
    if (part > 0) {
      if (at >= text.size() || text[at] != '.') {
        return std::nullopt;
      }
      ++at;
    }
    std::uint32_t value = 0;
    const std::size_t start = at;
    while (at < text.size() && is_digit(text[at]) && at - start < 3) {
      value = value * 10 + static_cast<std::uint32_t>(text[at] - '0');
      ++at;
    }
    const std::size_t digits = at - start;
    if (digits == 0 || value > 255 || (digits > 1 && text[start] == '0')) {
      return std::nullopt;
    }
    address = address << 8U | value;
  }
  if (at != text.size()) {
    return std::nullopt;
  }
  return address;
}

struct SpecialRange {
  std::string_view network;
  IpScope scope;
};

constexpr std::array<SpecialRange, 21> kSpecialRanges = {{
    {"10.0.0.0/8", IpScope::kPrivate},      {"172.16.0.0/12", IpScope::kPrivate},
    {"192.168.0.0/16", IpScope::kPrivate},  {"100.64.0.0/10", IpScope::kPrivate},
    {"fc00::/7", IpScope::kPrivate},        {"127.0.0.0/8", IpScope::kLoopback},
    {"::1/128", IpScope::kLoopback},        {"169.254.0.0/16", IpScope::kLinkLocal},
    {"fe80::/10", IpScope::kLinkLocal},     {"0.0.0.0/8", IpScope::kReserved},
    {"192.0.0.0/24", IpScope::kReserved},   {"192.0.2.0/24", IpScope::kReserved},
    {"198.18.0.0/15", IpScope::kReserved},  {"198.51.100.0/24", IpScope::kReserved},
    {"203.0.113.0/24", IpScope::kReserved}, {"224.0.0.0/4", IpScope::kReserved},
    {"240.0.0.0/4", IpScope::kReserved},    {"::/128", IpScope::kReserved},
    {"2001:db8::/32", IpScope::kReserved},  {"ff00::/8", IpScope::kReserved},
    {"100::/64", IpScope::kReserved},
}};

}  // namespace

IpAddress IpAddress::from_bytes(const std::array<unsigned char, 16>& bytes) {
  IpAddress address;
  for (std::size_t i = 0; i < 8; ++i) {
    address.high = address.high << 8U | bytes[i];
    address.low = address.low << 8U | bytes[i + 8];
  }
  return address;
}

std::array<unsigned char, 16> IpAddress::bytes() const {
  std::array<unsigned char, 16> out{};
  for (std::size_t i = 0; i < 8; ++i) {
    out[i] = static_cast<unsigned char>(high >> (56 - 8 * i));
    out[i + 8] = static_cast<unsigned char>(low >> (56 - 8 * i));
  }
  return out;
}

std::optional<IpAddress> parse_ip(std::string_view text) {
  if (text.size() < 2 || text.size() > 45) {
    return std::nullopt;
  }
  if (text.find(':') == std::string_view::npos) {
    const auto v4 = parse_v4(text);
    return v4 ? std::optional(IpAddress::from_v4(*v4)) : std::nullopt;
  }
  std::array<char, 48> terminated{};
  std::memcpy(terminated.data(), text.data(), text.size());
  if (std::strlen(terminated.data()) != text.size()) {
    return std::nullopt;
  }
  std::array<unsigned char, 16> bytes{};
  if (inet_pton(AF_INET6, terminated.data(), bytes.data()) != 1) {
    return std::nullopt;
  }
  return IpAddress::from_bytes(bytes);
}

std::string ip_text(const IpAddress& address) {
  if (address.is_v4()) {
    const std::uint32_t v4 = address.v4();
    return fmt::format("{}.{}.{}.{}", v4 >> 24U, v4 >> 16U & 255U, v4 >> 8U & 255U, v4 & 255U);
  }
  std::array<char, INET6_ADDRSTRLEN> text{};
  const auto bytes = address.bytes();
  inet_ntop(AF_INET6, bytes.data(), text.data(), text.size());
  return text.data();
}

std::optional<IpAddress> parse_ip_lenient(std::string_view text) {
  text = trim(text);
  if (!text.empty() && text.front() == '[') {
    const std::size_t close = text.find(']');
    if (close == std::string_view::npos) {
      return std::nullopt;
    }
    text = text.substr(1, close - 1);
  } else if (const std::size_t colon = text.find(':');
             colon != std::string_view::npos &&
             text.find(':', colon + 1) == std::string_view::npos) {
    text = text.substr(0, colon);
  }
  return parse_ip(text.substr(0, text.find('%')));
}

IpNetwork network_around(const IpAddress& address, unsigned prefix_bits) {
  prefix_bits = std::min(prefix_bits, 128U);
  IpNetwork network{address, prefix_bits};
  const auto mask = [](unsigned bits) { return bits == 0 ? 0 : ~std::uint64_t{0} << (64 - bits); };
  network.base.high &= mask(std::min(prefix_bits, 64U));
  network.base.low &= prefix_bits > 64 ? mask(prefix_bits - 64) : 0;
  return network;
}

bool IpNetwork::contains(const IpAddress& address) const {
  return network_around(address, prefix_bits).base == base;
}

IpAddress IpNetwork::last() const {
  IpAddress end = base;
  end.high |= prefix_bits >= 64 ? 0 : ~std::uint64_t{0} >> prefix_bits;
  if (prefix_bits <= 64) {
    end.low = ~std::uint64_t{0};
  } else if (prefix_bits < 128) {
    end.low |= ~std::uint64_t{0} >> (prefix_bits - 64);
  }
  return end;
}

std::optional<IpNetwork> parse_network(std::string_view text) {
  const std::size_t slash = text.find('/');
  const auto address = parse_ip(text.substr(0, slash));
  if (!address) {
    return std::nullopt;
  }
  if (slash == std::string_view::npos) {
    return IpNetwork{*address, 128};
  }
  const std::string_view digits = text.substr(slash + 1);
  const auto bits = parse_int(digits);
  const bool v4 = address->is_v4() && text.find(':') == std::string_view::npos;
  if (!bits || digits.size() > 3 || !is_digit(digits[0]) || *bits > (v4 ? 32 : 128)) {
    return std::nullopt;
  }
  const unsigned prefix_bits = static_cast<unsigned>(*bits) + (v4 ? 96U : 0U);
  const IpNetwork network = network_around(*address, prefix_bits);
  return network.base == *address ? std::optional(network) : std::nullopt;
}

std::string network_text(const IpNetwork& network) {
  const bool v4 = network.base.is_v4() && network.prefix_bits >= 96;
  return fmt::format("{}/{}", ip_text(network.base), network.prefix_bits - (v4 ? 96U : 0U));
}

IpScope ip_scope(const IpAddress& address) {
  static const auto kNetworks = [] {
    std::array<IpNetwork, kSpecialRanges.size()> networks{};
    for (std::size_t i = 0; i < kSpecialRanges.size(); ++i) {
      networks[i] = *parse_network(kSpecialRanges[i].network);
    }
    return networks;
  }();
  for (std::size_t i = 0; i < kNetworks.size(); ++i) {
    if (kNetworks[i].contains(address)) {
      return kSpecialRanges[i].scope;
    }
  }
  return IpScope::kPublic;
}

std::string_view ip_scope_name(IpScope scope) {
  switch (scope) {
    case IpScope::kPublic:
      return "public";
    case IpScope::kPrivate:
      return "private";
    case IpScope::kLoopback:
      return "loopback";
    case IpScope::kLinkLocal:
      return "link_local";
    case IpScope::kReserved:
      return "reserved";
  }
  return "unknown";
}

}  // namespace tocsin
