#include "respond/guard/machine_networks.h"

#include <gtest/gtest.h>

#include "respond/guard/never_block.h"
#include "testing/temp_directory.h"

namespace tocsin {
namespace {

constexpr std::string_view kRoute =
    "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n"
    "eth0\t00000000\t0171A8C0\t0003\t0\t0\t0\t00000000\t0\t0\t0\n"
    "eth0\t0071A8C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0\n"
    "eth1\t00000000\t017100CB\t0003\t0\t0\t100\t00000000\t0\t0\t0\n";
constexpr std::string_view kRoute6 =
    "00000000000000000000000000000000 00 00000000000000000000000000000000 00 "
    "20010db8000000000000000000000001 00000400 00000001 00000000 00000003     eth0\n"
    "20010db8000000000000000000000000 40 00000000000000000000000000000000 00 "
    "00000000000000000000000000000000 00000100 00000001 00000000 00000001     eth0\n";

TEST(MachineNetworksTest, ReadsGatewaysAndNameServers) {
  const auto v4 = gateways_in_route(kRoute);
  ASSERT_EQ(v4.size(), 2U);
  EXPECT_EQ(ip_text(v4[0]), "192.168.113.1");
  EXPECT_EQ(ip_text(v4[1]), "203.0.113.1");
  const auto v6 = gateways_in_ipv6_route(kRoute6);
  ASSERT_EQ(v6.size(), 1U);
  EXPECT_EQ(ip_text(v6[0]), "2001:db8::1");
  const auto dns = dns_servers_in(
      "# made by dhcp\nsearch example.org\nnameserver 203.0.113.53\nnameserver\tfe80::1%eth0\n"
      "nameserver 203.0.113.53\nnameserver nonsense\n");
  ASSERT_EQ(dns.size(), 2U);
  EXPECT_EQ(ip_text(dns[0]), "203.0.113.53");
  EXPECT_EQ(ip_text(dns[1]), "fe80::1");
}

TEST(MachineNetworksTest, GarbageGivesNothing) {
  for (const std::string_view text : {"", "\n\n", "eth0", "eth0 00000000 0171A8C 0003",
                                      "eth0 0 0171A8C0ZZ 3", "eth0 00000000 0171A8CZ 0003"}) {
    EXPECT_TRUE(gateways_in_route(text).empty());
    EXPECT_TRUE(gateways_in_ipv6_route(text).empty());
    EXPECT_TRUE(dns_servers_in(text).empty());
  }
  PosixFileSystem files;
  EXPECT_TRUE(read_machine_networks(files, "/nowhere").gateways.empty());
}

TEST(MachineNetworksTest, ReadsTheFilesOfAMachine) {
  TempDirectory root;
  PosixFileSystem files;
  ASSERT_TRUE(files.create_directories(root / "proc/net"));
  ASSERT_TRUE(files.create_directories(root / "etc"));
  ASSERT_TRUE(write_file_atomically(files, root / "proc/net/route", kRoute));
  ASSERT_TRUE(write_file_atomically(files, root / "etc/resolv.conf", "nameserver 9.9.9.9\n"));
  const MachineNetworks machine = read_machine_networks(files, root / "");
  EXPECT_EQ(machine.gateways.size(), 2U);
  EXPECT_EQ(machine.dns_servers.size(), 1U);
}

// Files of /proc tell that they are empty; this machine's own must be read all the same.
TEST(MachineNetworksTest, ProtectsTheGatewayOfThisVeryMachine) {
  PosixFileSystem files;
  const MachineNetworks machine = read_machine_networks(files);
  if (machine.gateways.empty() && machine.dns_servers.empty()) {
    GTEST_SKIP() << "skipped: this machine has neither gateway nor DNS server";
  }
  RespondSettings settings;
  settings.protect_private = false;
  NeverBlock list(settings, {}, files);
  ASSERT_TRUE(list.load());
  for (const IpAddress& address : machine.gateways) {
    const Judgement judgement =
        list.judge(DecisionTarget{ScopeKind::kAddress, ip_text(address), {address, 128}});
    EXPECT_EQ(judgement.word, Word::kRefuse);
    EXPECT_EQ(judgement.why, "it is the gateway of this machine");
  }
}

}  // namespace
}  // namespace tocsin
