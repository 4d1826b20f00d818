#include "enrich/enricher.h"

#include <fstream>

#include <gtest/gtest.h>

#include "model/catalog.h"
#include "model/ecs_fields.h"
#include "testing/temp_directory.h"

namespace tocsin {
namespace {

std::shared_ptr<const RecordBatch> one_record() {
  auto records = std::make_shared<RecordBatch>();
  const std::uint32_t origin = records->add_origin({"test", "", ""});
  EXPECT_TRUE(records->add(origin, Micros(0), "raw"));
  return records;
}

std::shared_ptr<const EnrichTables> tables_of(std::string_view owners, std::string_view threats) {
  BadLines bad;
  auto tables = std::make_shared<EnrichTables>();
  tables->owner = NetworkOwnerTable::parse({owners}, bad);
  tables->threats.push_back(ThreatList::parse({.name = "bad-hosts", .path = ""}, threats, bad));
  EXPECT_EQ(bad.count(), 0U);
  return tables;
}

class EnricherTest : public testing::Test {
 protected:
  // The event with these two addresses after enrichment.
  EventBatch enriched(std::string_view source, std::string_view destination = "") {
    EventBatch events(one_record());
    events.begin_event(0);
    if (!source.empty()) {
      events.add_text(fields::source_ip, source);
    }
    if (!destination.empty()) {
      events.add_text(fields::destination_ip, destination);
    }
    enricher_.begin_batch();
    enricher_.enrich_last(events);
    return events;
  }

  Metrics metrics_;
  Published<EnrichTables> tables_;
  Enricher enricher_{tables_, metrics_};
};

TEST_F(EnricherTest, ScopeIsToldWithoutAnyTable) {
  EXPECT_EQ(enriched("10.1.2.3").text(0, fields::source_scope), "private");
  EXPECT_EQ(enriched("8.8.8.8").text(0, fields::source_scope), "public");
  EXPECT_EQ(enriched("", "::1").text(0, fields::destination_scope), "loopback");
  EXPECT_EQ(enriched("8.8.8.8").find(0, fields::source_as_number), nullptr);
}

TEST_F(EnricherTest, EventWithoutAddressStaysAsItIs) {
  EXPECT_EQ(enriched("").fields(0).size(), 0U);
}

TEST_F(EnricherTest, OwnerAndThreatListsAreAddedForBothEnds) {
  tables_.publish(tables_of("203.0.113.0,203.0.113.255,64500,Example\n", "203.0.113.7\n"));
  const EventBatch source = enriched("203.0.113.7");
  EXPECT_EQ(source.find(0, fields::source_as_number)->as_int(), 64500);
  EXPECT_EQ(source.text(0, fields::source_as_name), "Example");
  EXPECT_EQ(source.text(0, fields::threat_list), "bad-hosts");
  EXPECT_EQ(source.text(0, fields::threat_indicator_ip), "203.0.113.7");
  const EventBatch destination = enriched("10.0.0.1", "203.0.113.7");
  EXPECT_EQ(destination.find(0, fields::destination_as_number)->as_int(), 64500);
  EXPECT_EQ(destination.find(0, fields::source_as_number), nullptr);
  EXPECT_EQ(destination.text(0, fields::threat_list), "bad-hosts");
}

TEST_F(EnricherTest, WhatTheRecordToldIsNotToldTwice) {
  tables_.publish(tables_of("203.0.113.0,203.0.113.255,64500,Example\n", ""));
  EventBatch events(one_record());
  events.begin_event(0);
  events.add_text(fields::source_ip, "203.0.113.7");
  events.add(fields::source_as_number, Value::integer(1));
  enricher_.begin_batch();
  enricher_.enrich_last(events);
  EXPECT_EQ(events.find(0, fields::source_as_number)->as_int(), 1);
  EXPECT_EQ(events.find(0, fields::source_as_name), nullptr);
}

TEST_F(EnricherTest, AClientBehindATrustedProxyIsTheSource) {
  const auto client_of = [this](std::string_view peer, std::vector<std::string_view> hops) {
    EventBatch events(one_record());
    events.begin_event(0);
    events.add_text(fields::source_ip, peer);
    for (const std::string_view hop : hops) {
      events.add_text(fields::network_forwarded_ip, hop);
    }
    enricher_.begin_batch();
    enricher_.enrich_last(events);
    const std::string_view proxy = events.text(0, fields::network_proxy_ip);
    return std::string(events.text(0, fields::source_ip)) + (proxy.empty() ? "" : " via ") +
           std::string(proxy);
  };
  EXPECT_EQ(client_of("203.0.113.1", {"198.51.100.9"}), "203.0.113.1");  // nobody is trusted
  auto tables = std::make_shared<EnrichTables>();
  tables->proxies = TrustedProxies({"203.0.113.0/28"});
  tables_.publish(std::move(tables));
  EXPECT_EQ(client_of("203.0.113.1", {"198.51.100.9"}), "198.51.100.9 via 203.0.113.1");
  EXPECT_EQ(client_of("203.0.113.1", {"192.0.2.66", "198.51.100.9"}),
            "198.51.100.9 via 203.0.113.1");
  EXPECT_EQ(client_of("198.51.100.9", {"192.0.2.66"}), "198.51.100.9");
  EXPECT_EQ(client_of("203.0.113.1", {}), "203.0.113.1");
  // A chain that is longer than anything real: its end is what counts.
  std::vector<std::string_view> hops(100, "192.0.2.66");
  hops.push_back("198.51.100.9");
  EXPECT_EQ(client_of("203.0.113.1", hops), "198.51.100.9 via 203.0.113.1");
}

TEST_F(EnricherTest, NewTablesCountFromTheNextBatchOnAndOldEventsStayReadable) {
  tables_.publish(tables_of("203.0.113.0,203.0.113.255,64500,Old\n", "203.0.113.7\n"));
  const EventBatch before = enriched("203.0.113.7");
  tables_.publish(tables_of("203.0.113.0,203.0.113.255,64501,New\n", "203.0.113.8\n"));
  const EventBatch after = enriched("203.0.113.7");
  EXPECT_EQ(before.text(0, fields::source_as_name), "Old");
  EXPECT_EQ(after.text(0, fields::source_as_name), "New");
  EXPECT_EQ(after.find(0, fields::threat_list), nullptr);
}

TEST(LoadEnrichTables, MissingFilesTurnTheirFeaturesOff) {
  PosixFileSystem files;
  Log log;
  const auto tables =
      load_enrich_tables(files,
                         {.country_mmdb = "/nonexistent/country.mmdb",
                          .owner_csvs = {"/nonexistent/asn.csv"},
                          .threats = {{.name = "gone", .path = "/nonexistent/list.txt"}}},
                         log);
  EXPECT_EQ(tables->country, nullptr);
  EXPECT_EQ(tables->owner, nullptr);
  EXPECT_TRUE(tables->threats.empty());
}

TEST(LoadEnrichTables, FileThatVanishedKeepsTheListAsItWas) {
  PosixFileSystem files;
  Log log;
  TempDirectory directory;
  const std::string path = directory.path() + "/list.txt";
  ASSERT_TRUE(write_file_atomically(files, path, "203.0.113.7\n").has_value());
  const EnrichFiles from{
      .country_mmdb = "", .owner_csvs = {}, .threats = {{.name = "list", .path = path}}};
  const auto first = load_enrich_tables(files, from, log);
  ASSERT_TRUE(files.remove(path).has_value());
  const auto second = load_enrich_tables(files, from, log, first.get());
  ASSERT_EQ(second->threats.size(), 1U);
  EXPECT_TRUE(second->threats[0]->contains(*parse_ip("203.0.113.7")));
}

TEST(CountryTable, FileThatIsNoBaseIsRefused) {
  PosixFileSystem files;
  TempDirectory directory;
  const std::string path = directory.path() + "/country.mmdb";
  ASSERT_TRUE(write_file_atomically(files, path, "this is no base").has_value());
  const auto table = CountryTable::open(path);
  ASSERT_FALSE(table.has_value());
  EXPECT_EQ(table.error().code(), ErrorCode::kCorrupt);
}

TEST(CountryTable, KnowsCountriesAndSurvivesEveryKindOfAddress) {
  const std::string path = std::string(TOCSIN_SOURCE_DIR) + "/build/deps/geo/country.mmdb";
  if (!std::ifstream(path)) {
    GTEST_SKIP() << "skipped: no country table";
  }
  const auto table = CountryTable::open(path);
  ASSERT_TRUE(table.has_value()) << table.error().full_text();
  EXPECT_EQ((*table)->find(*parse_ip("8.8.8.8")).size(), 2U);
  EXPECT_EQ((*table)->find(*parse_ip("10.0.0.1")), "");
  for (const auto* any : {"2001:4860:4860::8888", "::1", "::", "255.255.255.255", "0.0.0.0"}) {
    EXPECT_LE((*table)->find(*parse_ip(any)).size(), 2U) << any;
  }
}

}  // namespace
}  // namespace tocsin
