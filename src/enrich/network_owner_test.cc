#include "enrich/network_owner.h"

#include <gtest/gtest.h>

namespace tocsin {
namespace {

IpAddress ip(std::string_view text) {
  return *parse_ip(text);
}

TEST(NetworkOwnerTable, FindsTheRangeThatHoldsTheAddress) {
  BadLines bad;
  const auto table = NetworkOwnerTable::parse(
      {"192.0.2.0,192.0.2.127,64500,\"Example, Inc.\"\n192.0.2.128,192.0.2.255,64501,Second\n",
       "2001:db8::,2001:db8::ffff,64502,Six\n"},
      bad);
  EXPECT_EQ(bad.count(), 0U);
  EXPECT_EQ(table->size(), 3U);
  EXPECT_EQ(table->find(ip("192.0.2.127"))->number, 64500U);
  EXPECT_EQ(table->find(ip("192.0.2.0"))->name, "Example, Inc.");
  EXPECT_EQ(table->find(ip("192.0.2.128"))->name, "Second");
  EXPECT_EQ(table->find(ip("2001:db8::1"))->number, 64502U);
  EXPECT_FALSE(table->find(ip("192.0.3.0")).has_value());
  EXPECT_FALSE(table->find(ip("192.0.1.255")).has_value());
  EXPECT_FALSE(table->find(ip("2001:db8::1:0")).has_value());
}

TEST(NetworkOwnerTable, InOverlapsTheRangeThatStartsLaterWins) {
  BadLines bad;
  const auto table =
      NetworkOwnerTable::parse({"10.0.0.0,10.0.0.255,1,A\n10.0.0.128,10.0.1.255,2,B\n"}, bad);
  EXPECT_EQ(table->find(ip("10.0.0.127"))->number, 1U);
  EXPECT_EQ(table->find(ip("10.0.0.128"))->number, 2U);
  EXPECT_EQ(table->find(ip("10.0.1.255"))->number, 2U);
}

TEST(NetworkOwnerTable, BadLinesAreNotedAndLeftOut) {
  BadLines bad;
  const auto table = NetworkOwnerTable::parse(
      {"x,192.0.2.1,1,A\n192.0.2.9,192.0.2.1,1,A\n192.0.2.1,2001:db8::,1,A\n192.0.2.1\n"
       "192.0.2.1,192.0.2.2,big,A\n192.0.2.1,192.0.2.2,-4,A\n192.0.2.5,192.0.2.5,7\n"},
      bad);
  EXPECT_EQ(bad.count(), 6U);
  EXPECT_EQ(bad.kept()[5].line, 6U);
  EXPECT_EQ(table->size(), 1U);
  EXPECT_EQ(table->find(ip("192.0.2.5"))->name, "");
}

TEST(NetworkOwnerTable, EmptyTableKnowsNothing) {
  BadLines bad;
  const auto table = NetworkOwnerTable::parse({""}, bad);
  EXPECT_FALSE(table->find(ip("192.0.2.1")).has_value());
  EXPECT_FALSE(table->find(ip("::1")).has_value());
}

}  // namespace
}  // namespace tocsin
