// IP addresses and networks. IPv4 is kept as IPv4-mapped IPv6, so one comparison serves both;
// a v4-mapped text ("::ffff:1.2.3.4") is the IPv4 address it means.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tocsin {

struct IpAddress {
  std::uint64_t high = 0;  // network byte order read as a big-endian number
  std::uint64_t low = 0;

  bool is_v4() const { return high == 0 && (low >> 32U) == 0xFFFFU; }
  std::uint32_t v4() const { return static_cast<std::uint32_t>(low); }
  static IpAddress from_v4(std::uint32_t address) { return {0, 0xFFFF'0000'0000ULL | address}; }
  static IpAddress from_bytes(const std::array<unsigned char, 16>& bytes);
  std::array<unsigned char, 16> bytes() const;

  auto operator<=>(const IpAddress&) const = default;
};

// Strict: "010.1.1.1", "1.2.3", "[::1]", "fe80::1%eth0" and surrounding spaces are refused.
std::optional<IpAddress> parse_ip(std::string_view text);
// Canonical text (RFC 5952 for IPv6).
std::string ip_text(const IpAddress& address);
// What a log may write: "[::1]:443", "1.2.3.4:80", "fe80::1%eth0"; the port and zone are dropped.
std::optional<IpAddress> parse_ip_lenient(std::string_view text);

struct IpNetwork {
  IpAddress base;            // host bits are zero
  unsigned prefix_bits = 0;  // 0..128, of the mapped form: an IPv4 /24 is 120 here

  bool contains(const IpAddress& address) const;
  IpAddress first() const { return base; }
  IpAddress last() const;
  auto operator<=>(const IpNetwork&) const = default;
};

// The network of that size around an address; bits above 128 are 128.
IpNetwork network_around(const IpAddress& address, unsigned prefix_bits);
// "10.0.0.0/8", "2001:db8::/32" or a bare address. Host bits must be zero.
std::optional<IpNetwork> parse_network(std::string_view text);
std::string network_text(const IpNetwork& network);

enum class IpScope : std::uint8_t { kPublic, kPrivate, kLoopback, kLinkLocal, kReserved };
// By the IANA special-purpose registries (RFC 6890 and later entries).
IpScope ip_scope(const IpAddress& address);
std::string_view ip_scope_name(IpScope scope);

}  // namespace tocsin
