#include "base/ip.h"

#include <gtest/gtest.h>

namespace tocsin {
namespace {

TEST(Ip, WritesWhatItReadInCanonicalForm) {
  const struct {
    const char* text;
    const char* canonical;
  } kCases[] = {
      {"1.2.3.4", "1.2.3.4"},
      {"255.255.255.255", "255.255.255.255"},
      {"::1", "::1"},
      {"2001:DB8:0:0:0:0:0:1", "2001:db8::1"},
      {"::ffff:10.0.0.1", "10.0.0.1"},
  };
  for (const auto& c : kCases) {
    const auto ip = parse_ip(c.text);
    ASSERT_TRUE(ip.has_value()) << c.text;
    EXPECT_EQ(ip_text(*ip), c.canonical);
  }
}

TEST(Ip, RefusesWhatOnlyLooksLikeAnAddress) {
  for (const char* text : {"", "1", "1.2.3", "1.2.3.4.5", "256.1.1.1", "01.2.3.4", "1.2.3.4 ",
                           "[::1]", "fe80::1%eth0", ":::", "12345::", "1.2.3.-4"}) {
    EXPECT_FALSE(parse_ip(text).has_value()) << text;
  }
  EXPECT_FALSE(parse_ip(std::string_view("::1\0x", 5)).has_value());
}

TEST(Ip, LenientReadingDropsPortAndZone) {
  EXPECT_EQ(ip_text(*parse_ip_lenient("[2001:db8::1]:443")), "2001:db8::1");
  EXPECT_EQ(ip_text(*parse_ip_lenient("1.2.3.4:80")), "1.2.3.4");
  EXPECT_EQ(ip_text(*parse_ip_lenient(" fe80::1%eth0 ")), "fe80::1");
  EXPECT_FALSE(parse_ip_lenient("[::1").has_value());
  EXPECT_FALSE(parse_ip_lenient("unix:").has_value());
}

TEST(IpNetwork, KnowsItsEndsAndMembers) {
  const auto net = parse_network("192.168.4.0/22");
  ASSERT_TRUE(net.has_value());
  EXPECT_EQ(network_text(*net), "192.168.4.0/22");
  EXPECT_EQ(ip_text(net->last()), "192.168.7.255");
  EXPECT_TRUE(net->contains(*parse_ip("192.168.6.1")));
  EXPECT_FALSE(net->contains(*parse_ip("192.168.8.0")));
  EXPECT_FALSE(net->contains(*parse_ip("2001:db8::1")));
  EXPECT_TRUE(parse_network("::/0")->contains(*parse_ip("8.8.8.8")));
  EXPECT_EQ(ip_text(parse_network("2001:db8::/32")->last()),
            "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff");
  EXPECT_EQ(parse_network("10.1.2.3")->prefix_bits, 128U);
}

TEST(IpNetwork, RefusesHostBitsAndBadLengths) {
  for (const char* text : {"10.0.0.1/8", "10.0.0.0/33", "::/129", "10.0.0.0/", "10.0.0.0/-1",
                           "10.0.0.0/8x", "2001:db8::1/64"}) {
    EXPECT_FALSE(parse_network(text).has_value()) << text;
  }
}

TEST(Ip, ScopesFollowTheSpecialPurposeRegistries) {
  const struct {
    const char* text;
    IpScope scope;
  } kCases[] = {
      {"8.8.8.8", IpScope::kPublic},         {"10.1.2.3", IpScope::kPrivate},
      {"100.64.0.1", IpScope::kPrivate},     {"127.0.0.1", IpScope::kLoopback},
      {"::1", IpScope::kLoopback},           {"169.254.1.1", IpScope::kLinkLocal},
      {"fe80::1", IpScope::kLinkLocal},      {"203.0.113.7", IpScope::kReserved},
      {"2606:4700::1111", IpScope::kPublic}, {"fd00::1", IpScope::kPrivate},
  };
  for (const auto& c : kCases) {
    EXPECT_EQ(ip_scope(*parse_ip(c.text)), c.scope) << c.text;
  }
}

}  // namespace
}  // namespace tocsin
