#include "enrich/threat_list.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "base/encoding.h"
#include "base/rng.h"
#include "base/time_text.h"
#include "enrich/threat_format.h"

namespace tocsin {
namespace {

IpAddress ip(std::string_view text) {
  return *parse_ip(text);
}

constexpr std::optional<Micros> kWhenever;
constexpr std::string_view kSha256 =
    "2CF24DBA5FB0A30E26E83B2AC5B9E29E1B161E5C1FA7425E73043362938B9824";

std::shared_ptr<const ThreatList> read(const ThreatFormatOptions& options, std::string_view text,
                                       BadLines& bad, ThreatListTerms terms = {}) {
  terms.name = "test";
  terms.seed = 7;
  auto list = parse_threat_list(options, terms, text, bad);
  EXPECT_TRUE(list.has_value()) << list.error().full_text();
  return list ? *list : ThreatListBuilder(terms, bad).finish();
}

std::shared_ptr<const ThreatList> plain(std::string_view text, BadLines& bad) {
  return read({}, text, bad);
}

bool holds(const ThreatList& list, std::string_view address) {
  return static_cast<bool>(list.find_address(ip(address), kWhenever));
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
      "203.0.113.7;again\n",
      bad);
  EXPECT_EQ(bad.count(), 0U);
  EXPECT_EQ(list->size(), 4U);
  for (const auto* in :
       {"203.0.113.7", "198.51.100.0", "198.51.100.255", "2001:db8::1", "2001:db8:5:ffff::9"}) {
    EXPECT_TRUE(holds(*list, in)) << in;
  }
  for (const auto* out : {"203.0.113.6", "203.0.113.8", "198.51.99.255", "198.51.101.0",
                          "2001:db8::2", "2001:db8:6::", "0.0.0.0", "::"}) {
    EXPECT_FALSE(holds(*list, out)) << out;
  }
}

TEST(ThreatList, PlainListHoldsEveryKindThatCanBeRecognised) {
  BadLines bad;
  const auto list = plain("203.0.113.7\nEvil.Example.\nhttp://bad.example/x#frag ; why\n" +
                              std::string(kSha256) + "\n0.0.0.0 hosts.example # hosts file\n",
                          bad);
  EXPECT_EQ(bad.count(), 0U) << bad.kept()[0].reason;
  EXPECT_EQ(list->count(IndicatorKind::kAddress), 1U);
  EXPECT_EQ(list->count(IndicatorKind::kDomain), 2U);
  EXPECT_EQ(list->count(IndicatorKind::kUrl), 1U);
  EXPECT_EQ(list->count(IndicatorKind::kHash), 1U);
  EXPECT_TRUE(list->find_domain("hosts.example", kWhenever));
  EXPECT_TRUE(list->find_hash(*normal_hash(kSha256), kWhenever));
}

TEST(ThreatList, BadLinesAreNamedAndGoodOnesKept) {
  BadLines bad;
  const auto list = plain("203.0.113.7\nnonsense\n10.0.0.0/33\n203.0.113.9/24\n203.0.113.8\n", bad);
  EXPECT_EQ(list->size(), 2U);
  ASSERT_EQ(bad.count(), 3U);
  EXPECT_EQ(bad.kept()[0].line, 2U);
  EXPECT_EQ(bad.kept()[0].reason, "\"nonsense\" is no address, network, domain, URL or hash");
  EXPECT_EQ(bad.kept()[1].line, 3U);
  EXPECT_EQ(bad.kept()[2].line, 4U);
}

TEST(ThreatList, EntriesThatWouldBlameTheWorldAreRefused) {
  BadLines bad;
  ThreatFormatOptions agents;
  agents.kind = IndicatorKind::kAgent;
  EXPECT_EQ(plain("0.0.0.0/0\n::/0\n128.0.0.0/1\n", bad)->size(), 0U);
  EXPECT_EQ(bad.count(), 3U);
  EXPECT_EQ(read(agents, "*\n*a*b*\n***\n", bad)->size(), 0U);
  EXPECT_EQ(bad.count(), 6U);
  ThreatFormatOptions domains;
  domains.kind = IndicatorKind::kDomain;
  EXPECT_EQ(read(domains, "com\n*.net\nlocalhost\n", bad)->size(), 0U);
  EXPECT_EQ(bad.count(), 9U);
}

TEST(ThreatList, DomainsCoverWhatIsBelowThem) {
  BadLines bad;
  const auto list = plain(
      "evil.example\nb\xc3\xbc"
      "cher.example\n",
      bad);
  EXPECT_EQ(bad.count(), 0U);
  EXPECT_EQ(list->find_domain("a.b.evil.example", kWhenever).listed, "evil.example");
  EXPECT_TRUE(list->find_domain("evil.example", kWhenever));
  EXPECT_FALSE(list->find_domain("notevil.example", kWhenever));
  EXPECT_FALSE(list->find_domain("example", kWhenever));
  EXPECT_TRUE(list->find_domain("www.xn--bcher-kva.example", kWhenever));
}

TEST(ThreatList, UrlWithoutQueryCoversAnyQueryAndOneWithQueryOnlyItsOwn) {
  BadLines bad;
  const auto list = plain("https://A.example/x\nhttp://b.example/y?id=1\n", bad);
  EXPECT_TRUE(list->find_url(*normal_url("http://a.example:80/x?z=2"), kWhenever));
  EXPECT_TRUE(list->find_url(*normal_url("http://b.example/y?id=1"), kWhenever));
  EXPECT_FALSE(list->find_url(*normal_url("http://b.example/y?id=2"), kWhenever));
  EXPECT_FALSE(list->find_url(*normal_url("http://b.example/y"), kWhenever));
  EXPECT_FALSE(list->find_url(*normal_url("http://a.example/x/y"), kWhenever));
}

TEST(ThreatList, AgentsMatchWholeOrByPattern) {
  BadLines bad;
  ThreatFormatOptions agents;
  agents.kind = IndicatorKind::kAgent;
  const auto list = read(agents, "EvilBot/1.0 (x; y)\n*sqlmap*\nMozilla*BadThing\n", bad);
  EXPECT_EQ(bad.count(), 0U);
  EXPECT_EQ(list->count(IndicatorKind::kAgent), 3U);
  for (const auto* in : {"EvilBot/1.0 (x; y)", "evilbot/1.0 (X; y)", "sqlmap/1.7", "x SQLMAP y",
                         "Mozilla/5.0 BadThing"}) {
    EXPECT_TRUE(list->find_agent(normal_agent(in), kWhenever)) << in;
  }
  for (const auto* out : {"EvilBot/1.0", "sqlma", "Mozilla/5.0 BadThings", "x Mozilla BadThing"}) {
    EXPECT_FALSE(list->find_agent(normal_agent(out), kWhenever)) << out;
  }
}

TEST(ThreatList, EntriesCountOnlyWhileTheyAreValid) {
  BadLines bad;
  ThreatListBuilder builder({.name = "test"}, bad);
  Indicator indicator = *read_indicator(IndicatorKind::kAddress, "203.0.113.7").indicator;
  indicator.detail.from = Micros(1'000);
  indicator.detail.until = Micros(2'000);
  builder.add(indicator, 1);
  const auto list = builder.finish();
  EXPECT_FALSE(list->find_address(ip("203.0.113.7"), Micros(999)));
  EXPECT_TRUE(list->find_address(ip("203.0.113.7"), Micros(1'000)));
  EXPECT_TRUE(list->find_address(ip("203.0.113.7"), Micros(1'999)));
  EXPECT_FALSE(list->find_address(ip("203.0.113.7"), Micros(2'000)));
  EXPECT_TRUE(list->find_address(ip("203.0.113.7"), kWhenever));
}

TEST(ThreatList, AnExpiredNetworkDoesNotHideAWiderOne) {
  BadLines bad;
  ThreatListBuilder builder({.name = "test"}, bad);
  Indicator narrow = *read_indicator(IndicatorKind::kAddress, "198.51.100.0/28").indicator;
  narrow.detail.until = Micros(10);
  Indicator wide = *read_indicator(IndicatorKind::kAddress, "198.51.100.0/24").indicator;
  wide.detail.label = "wide";
  builder.add(narrow, 1);
  builder.add(wide, 2);
  const auto list = builder.finish();
  EXPECT_EQ(list->find_address(ip("198.51.100.3"), Micros(5)).detail->label, "");
  EXPECT_EQ(list->find_address(ip("198.51.100.3"), Micros(20)).detail->label, "wide");
}

TEST(ThreatList, OfAnEntryListedTwiceTheLongerValidAndSurerOneCounts) {
  BadLines bad;
  ThreatListBuilder builder({.name = "test"}, bad);
  for (const auto& [confidence, until] :
       std::vector<std::pair<int, std::int64_t>>{{90, 100}, {40, 200}, {60, 200}, {99, 150}}) {
    for (const auto kind : {IndicatorKind::kAddress, IndicatorKind::kDomain}) {
      Indicator indicator =
          *read_indicator(kind, kind == IndicatorKind::kAddress ? "203.0.113.7" : "evil.example")
               .indicator;
      indicator.detail.confidence = static_cast<std::uint8_t>(confidence);
      indicator.detail.until = Micros(until);
      builder.add(indicator, 1);
    }
  }
  const auto list = builder.finish();
  EXPECT_EQ(list->size(), 2U);
  EXPECT_EQ(list->find_address(ip("203.0.113.7"), Micros(1)).detail->confidence, 60);
  EXPECT_EQ(list->find_domain("evil.example", Micros(1)).detail->confidence, 60);
}

TEST(ThreatList, EntriesTheListIsTooUnsureOfAreLeftOutAndCounted) {
  BadLines bad;
  ThreatFormatOptions csv;
  csv.format = ThreatFormat::kCsv;
  csv.csv = {.value = "ioc", .confidence = "sure"};
  ThreatListTerms terms;
  terms.confidence_min = 60;
  const auto list = read(csv, "ioc,sure\n203.0.113.1,59\n203.0.113.2,60\n", bad, terms);
  EXPECT_EQ(list->size(), 1U);
  EXPECT_TRUE(holds(*list, "203.0.113.2"));
  EXPECT_EQ(bad.count(), 0U);
}

TEST(ThreatList, IpsumFormKeepsAddressesOnEnoughLists) {
  BadLines bad;
  const auto list =
      read({.format = ThreatFormat::kIpsum, .count_min = 3},
           "# head\n203.0.113.1\t9\n203.0.113.2\t3\n203.0.113.3\t2\n203.0.113.4\n", bad);
  EXPECT_TRUE(holds(*list, "203.0.113.1"));
  EXPECT_TRUE(holds(*list, "203.0.113.2"));
  EXPECT_FALSE(holds(*list, "203.0.113.3"));
  ASSERT_EQ(bad.count(), 1U);
  EXPECT_EQ(bad.kept()[0].line, 5U);
}

TEST(ThreatList, CsvFormTakesTheColumnAndSkipsTheHeader) {
  BadLines bad;
  const auto list = read(
      {.format = ThreatFormat::kCsv, .csv_column = 2},
      "first_seen,\"what, exactly\",ip\n2026-11-01,\"scan, ssh\",203.0.113.5\n2026-11-02,x\n", bad);
  EXPECT_TRUE(holds(*list, "203.0.113.5"));
  ASSERT_EQ(bad.count(), 1U);
  EXPECT_EQ(bad.kept()[0].line, 3U);
}

TEST(ThreatList, CsvColumnsAreFoundByNameAlsoInACommentedHeader) {
  BadLines bad;
  ThreatFormatOptions csv;
  csv.format = ThreatFormat::kCsv;
  csv.csv = {.value = "ioc_value",
             .kind = "ioc_type",
             .confidence = "confidence_level",
             .until = "gone",
             .label = "malware",
             .reference = "reference"};
  const auto list =
      read(csv,
           "# a feed\n"
           "# \"ioc_value\", \"ioc_type\", \"gone\", \"malware\", "
           "\"confidence_level\", \"reference\"\n"
           "\"203.0.113.5:8080\", \"ip:port\", \"2026-12-01 00:00:00\", \"Bot, big\", "
           "\"75\", \"https://r.example/1\"\n"
           "\"evil.example\", \"domain\", \"\", \"\", \"\", \"\"\n"
           "\"x\", \"btc_address\", \"\", \"\", \"\", \"\"\n",
           bad);
  const ThreatHit hit = list->find_address(ip("203.0.113.5"), kWhenever);
  ASSERT_TRUE(hit);
  EXPECT_EQ(hit.detail->confidence, 75);
  EXPECT_EQ(hit.detail->label, "Bot, big");
  EXPECT_EQ(hit.detail->reference, "https://r.example/1");
  EXPECT_EQ(hit.detail->until, *parse_iso_time("2026-12-01"));
  EXPECT_EQ(list->find_domain("evil.example", kWhenever).detail->confidence, 50);
  ASSERT_EQ(bad.count(), 1U);
  EXPECT_EQ(bad.kept()[0].line, 5U);
  EXPECT_NE(bad.kept()[0].reason.find("btc_address"), std::string::npos);
}

TEST(ThreatList, CsvWithoutTheNamedColumnIsNoList) {
  BadLines bad;
  ThreatFormatOptions csv;
  csv.format = ThreatFormat::kCsv;
  csv.csv.value = "ioc";
  const auto list = parse_threat_list(csv, {}, "a,b\n203.0.113.5,x\n", bad);
  ASSERT_FALSE(list.has_value());
  EXPECT_EQ(list.error().code(), ErrorCode::kCorrupt);
  EXPECT_NE(list.error().text().find("\"ioc\""), std::string::npos);
}

TEST(ThreatList, KeysAreTheSameFromReadingToReading) {
  BadLines bad;
  const auto keys = [](const ThreatList& list) {
    std::vector<std::uint64_t> all;
    list.for_each_key([&all](std::uint64_t key) { all.push_back(key); });
    std::ranges::sort(all);
    return all;
  };
  const auto a = plain("203.0.113.7\nevil.example\n198.51.100.0/24\n", bad);
  const auto b = plain("198.51.100.0/24\nEVIL.example\n203.0.113.7\n", bad);
  EXPECT_EQ(keys(*a), keys(*b));
  EXPECT_EQ(keys(*a).size(), 3U);
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
      ASSERT_EQ(static_cast<bool>(list->find_address(address, kWhenever)), expected)
          << ip_text(address);
    }
  }
}

TEST(ThreatList, AMillionAddressesTakeTenMegabytes) {
  BadLines bad;
  ThreatListBuilder builder({.name = "big", .seed = 3}, bad);
  const IndicatorDetail detail = builder.detail();
  for (std::uint32_t i = 1; i <= 1'000'000; ++i) {
    Indicator indicator;
    indicator.network = {IpAddress::from_v4(0x0B000000U + i * 7), 128};
    indicator.detail = detail;
    builder.add(indicator, i);
  }
  const auto list = builder.finish();
  EXPECT_EQ(list->size(), 1'000'000U);
  EXPECT_LE(list->memory_bytes(), 10U << 20U);
}

TEST(ThreatFormat, UnknownNameIsRefusedWithTheChoices) {
  const auto format = threat_format("excel");
  ASSERT_FALSE(format.has_value());
  EXPECT_NE(format.error().text().find("\"excel\""), std::string::npos);
}

}  // namespace
}  // namespace tocsin
