// The gateways and DNS servers of this machine, from /proc/net/route, /proc/net/ipv6_route and
// /etc/resolv.conf. Parsing is pure and forgiving: other programs write these files.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/ip.h"
#include "sys/file_system.h"

namespace tocsin {

std::vector<IpAddress> gateways_in_route(std::string_view text);       // /proc/net/route
std::vector<IpAddress> gateways_in_ipv6_route(std::string_view text);  // /proc/net/ipv6_route
std::vector<IpAddress> dns_servers_in(std::string_view text);          // resolv.conf

struct MachineNetworks {
  std::vector<IpAddress> gateways;
  std::vector<IpAddress> dns_servers;
};
// A file that is not there gives nothing. `root` is "" but in tests.
MachineNetworks read_machine_networks(FileSystem& files, const std::string& root = "");

}  // namespace tocsin
