#include "respond/guard/machine_networks.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include "base/text.h"

namespace tocsin {
namespace {

constexpr std::uint64_t kFileBytesMax = 4U << 20U;
constexpr std::size_t kAddressesMax = 1'000;
constexpr std::uint32_t kRouteGateway = 0x2;  // RTF_GATEWAY

std::optional<std::uint64_t> parse_hex(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value, 16);
  if (fault != std::errc() || end != text.data() + text.size()) {
    return std::nullopt;
  }
  return value;
}

std::vector<std::string_view> words_of(std::string_view line) {
  std::vector<std::string_view> words;
  std::size_t at = 0;
  while (at < line.size()) {
    while (at < line.size() && is_space(line[at])) {
      ++at;
    }
    const std::size_t start = at;
    while (at < line.size() && !is_space(line[at])) {
      ++at;
    }
    if (at > start) {
      words.push_back(line.substr(start, at - start));
    }
  }
  return words;
}

void add_once(std::vector<IpAddress>& to, const IpAddress& address) {
  if (to.size() < kAddressesMax && std::ranges::find(to, address) == to.end()) {
    to.push_back(address);
  }
}

// Files of /proc tell no size.
std::string read_to_end(FileSystem& files, const std::string& path) {
  std::string text;
  const Result<std::unique_ptr<File>> file = files.open(path, OpenMode::kRead);
  std::array<char, 16'384> piece{};
  while (file && text.size() < kFileBytesMax) {
    const Result<std::size_t> got = (*file)->read_at(text.size(), piece);
    if (!got || *got == 0) {
      break;
    }
    text.append(piece.data(), *got);
  }
  return text;
}

std::uint32_t swap_bytes(std::uint32_t v) {
  return v << 24U | (v & 0xFF00U) << 8U | (v >> 8U & 0xFF00U) | v >> 24U;
}

}  // namespace

// Iface Destination Gateway Flags …; addresses are the bytes of the wire read as a little-endian
// number in hexadecimal.
std::vector<IpAddress> gateways_in_route(std::string_view text) {
  std::vector<IpAddress> gateways;
  for (const std::string_view line : split(text, '\n')) {
    const std::vector<std::string_view> words = words_of(line);
    if (words.size() < 4 || words[2].size() != 8) {
      continue;
    }
    const auto gateway = parse_hex(words[2]);
    const auto flags = parse_hex(words[3]);
    if (gateway && flags && *gateway != 0 && (*flags & kRouteGateway) != 0) {
      add_once(gateways, IpAddress::from_v4(swap_bytes(static_cast<std::uint32_t>(*gateway))));
    }
  }
  return gateways;
}

// Destination prefix source prefix next-hop metric references use flags interface.
std::vector<IpAddress> gateways_in_ipv6_route(std::string_view text) {
  std::vector<IpAddress> gateways;
  for (const std::string_view line : split(text, '\n')) {
    const std::vector<std::string_view> words = words_of(line);
    if (words.size() < 9 || words[4].size() != 32) {
      continue;
    }
    const auto high = parse_hex(words[4].substr(0, 16));
    const auto low = parse_hex(words[4].substr(16));
    const auto flags = parse_hex(words[8]);
    if (high && low && flags && (*high | *low) != 0 && (*flags & kRouteGateway) != 0) {
      add_once(gateways, IpAddress{*high, *low});
    }
  }
  return gateways;
}

std::vector<IpAddress> dns_servers_in(std::string_view text) {
  std::vector<IpAddress> servers;
  for (const std::string_view line : split(text, '\n')) {
    const std::vector<std::string_view> words = words_of(line);
    if (words.size() < 2 || words[0] != "nameserver") {
      continue;
    }
    if (const std::optional<IpAddress> address = parse_ip_lenient(words[1])) {
      add_once(servers, *address);
    }
  }
  return servers;
}

MachineNetworks read_machine_networks(FileSystem& files, const std::string& root) {
  const auto text = [&](std::string_view path) {
    return read_to_end(files, root + std::string(path));
  };
  MachineNetworks machine;
  machine.gateways = gateways_in_route(text("/proc/net/route"));
  for (const IpAddress& address : gateways_in_ipv6_route(text("/proc/net/ipv6_route"))) {
    add_once(machine.gateways, address);
  }
  machine.dns_servers = dns_servers_in(text("/etc/resolv.conf"));
  return machine;
}

}  // namespace tocsin
