#include "enrich/threat_list.h"

#include <gtest/gtest.h>

#include "base/rng.h"

namespace tocsin {
namespace {

IpAddress ip(std::string_view text) {
  return *parse_ip(text);
}

std::shared_ptr<const ThreatList> plain(std::string_view text, BadLines& bad) {
  return ThreatList::parse({.name = "test", .path = "", .form = ThreatListForm::kPlain}, text, bad);
}

TEST(ThreatList, PlainListHoldsItsAddressesAndNetworksOnly) {
  BadLines bad;
  const auto list = plain(
      "# a comment\n"
      "203.0.113.7\n"
      "198.51.100.0/24 ; with a comment\r\n"
      "\n"
      "2001:db8::1\n"
      "2001:db8:5::/48\n"
      "203.0.113.7\n",
      bad);
  EXPECT_EQ(bad.count(), 0U);
  EXPECT_EQ(list->size(), 4U);
  for (const auto* in :
       {"203.0.113.7", "198.51.100.0", "198.51.100.255", "2001:db8::1", "2001:db8:5:ffff::9"}) {
    EXPECT_TRUE(list->contains(ip(in))) << in;
  }
  for (const auto* out : {"203.0.113.6", "203.0.113.8", "198.51.99.255", "198.51.101.0",
                          "2001:db8::2", "2001:db8:6::", "0.0.0.0", "::"}) {
    EXPECT_FALSE(list->contains(ip(out))) << out;
  }
}

TEST(ThreatList, BadLinesAreNamedAndGoodOnesKept) {
  BadLines bad;
  const auto list = plain("203.0.113.7\nnonsense\n10.0.0.0/33\n203.0.113.9/24\n203.0.113.8\n", bad);
  EXPECT_EQ(list->size(), 2U);
  ASSERT_EQ(bad.count(), 3U);
  EXPECT_EQ(bad.kept()[0].line, 2U);
  EXPECT_EQ(bad.kept()[0].reason, "\"nonsense\" is no address or network");
  EXPECT_EQ(bad.kept()[1].line, 3U);
  EXPECT_EQ(bad.kept()[2].line, 4U);
}

TEST(ThreatList, NetworksThatWouldBlameTheWorldAreRefused) {
  BadLines bad;
  const auto list = plain("0.0.0.0/0\n::/0\n128.0.0.0/1\n", bad);
  EXPECT_EQ(list->size(), 0U);
  EXPECT_EQ(bad.count(), 3U);
  EXPECT_FALSE(list->contains(ip("8.8.8.8")));
}

TEST(ThreatList, IpsumFormKeepsAddressesOnEnoughLists) {
  BadLines bad;
  const auto list = ThreatList::parse(
      {.name = "ipsum", .path = "", .form = ThreatListForm::kIpsum, .count_min = 3},
      "# head\n203.0.113.1\t9\n203.0.113.2\t3\n203.0.113.3\t2\n203.0.113.4\n", bad);
  EXPECT_TRUE(list->contains(ip("203.0.113.1")));
  EXPECT_TRUE(list->contains(ip("203.0.113.2")));
  EXPECT_FALSE(list->contains(ip("203.0.113.3")));
  ASSERT_EQ(bad.count(), 1U);
  EXPECT_EQ(bad.kept()[0].line, 5U);
}

TEST(ThreatList, CsvFormTakesTheColumnAndSkipsTheHeader) {
  BadLines bad;
  const auto list = ThreatList::parse(
      {.name = "csv", .path = "", .form = ThreatListForm::kCsv, .csv_column = 2},
      "first_seen,\"what, exactly\",ip\n2026-11-01,\"scan, ssh\",203.0.113.5\n2026-11-02,x\n", bad);
  EXPECT_TRUE(list->contains(ip("203.0.113.5")));
  ASSERT_EQ(bad.count(), 1U);
  EXPECT_EQ(bad.kept()[0].line, 3U);
}

TEST(ThreatList, AgreesWithTheSlowWayOnRandomLists) {
  Rng rng(7);
  for (int round = 0; round < 50; ++round) {
    std::string text;
    std::vector<IpNetwork> networks;
    for (int i = 0; i < 60; ++i) {
      const auto bits = static_cast<unsigned>(20 + rng.next() % 13);
      const auto raw = static_cast<std::uint32_t>(0x0A000000U | (rng.next() & 0xFFFFFU));
      const std::uint32_t base = bits == 32 ? raw : raw & ~(0xFFFFFFFFU >> bits);
      networks.push_back({IpAddress::from_v4(base), 96 + bits});
      text += network_text(networks.back()) + "\n";
    }
    BadLines bad;
    const auto list = plain(text, bad);
    ASSERT_EQ(bad.count(), 0U);
    for (int i = 0; i < 2'000; ++i) {
      const auto address =
          IpAddress::from_v4(static_cast<std::uint32_t>(0x0A000000U | (rng.next() & 0xFFFFFU)));
      bool expected = false;
      for (const IpNetwork& network : networks) {
        expected = expected || network.contains(address);
      }
      ASSERT_EQ(list->contains(address), expected) << ip_text(address);
    }
  }
}

TEST(ThreatListForm, UnknownNameIsRefusedWithTheChoices) {
  const auto form = threat_list_form("excel");
  ASSERT_FALSE(form.has_value());
  EXPECT_NE(form.error().text().find("\"excel\""), std::string::npos);
}

}  // namespace
}  // namespace tocsin
