#include "enrich/enricher.h"

#include <fstream>

#include <gtest/gtest.h>

#include "base/time_text.h"
#include "enrich/threat_format.h"
#include "enrich/threat_matching.h"
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
  tables->threats.push_back(parse_threat_list({}, {.name = "bad-hosts"}, threats, bad).value());
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
  const auto tables = load_enrich_tables(
      files, {.country_mmdb = "/nonexistent/country.mmdb", .owner_csvs = {"/nonexistent/asn.csv"}},
      log);
  EXPECT_EQ(tables->country, nullptr);
  EXPECT_EQ(tables->owner, nullptr);
  EXPECT_TRUE(tables->threats.empty());
}

TEST(LoadEnrichTables, ThreatListsStayAsTheyWere) {
  PosixFileSystem files;
  Log log;
  const auto before = tables_of("", "203.0.113.7\n");
  const auto after = load_enrich_tables(files, {}, log, before.get());
  ASSERT_EQ(after->threats.size(), 1U);
  EXPECT_EQ(after->threats[0], before->threats[0]);
}

// What a list of every kind adds to one event.
class ThreatFieldsTest : public EnricherTest {
 protected:
  void SetUp() override {
    BadLines bad;
    auto tables = std::make_shared<EnrichTables>();
    ThreatFormatOptions csv;
    csv.format = ThreatFormat::kCsv;
    csv.csv = {.value = "v", .kind = "k", .confidence = "c", .until = "u", .label = "l"};
    tables->threats.push_back(parse_threat_list(csv, {.name = "mixed"},
                                                "v,k,c,u,l\n"
                                                "evil.example,domain,80,,Command server\n"
                                                "http://bad.example/a?id=1,url,20,,\n"
                                                "900150983cd24fb0d6963f7d28e17f72,md5,50,,\n"
                                                "*sqlmap*,user-agent,50,,\n"
                                                "203.0.113.7,ip,50,2026-01-01,\n",
                                                bad)
                                  .value());
    EXPECT_EQ(bad.count(), 0U);
    tables_.publish(tables);
  }

  EventBatch enriched(const std::vector<std::pair<FieldId, std::string_view>>& fields,
                      Micros time = Micros(0)) {
    EventBatch events(one_record());
    events.begin_event(0).time = time;
    for (const auto& [id, text] : fields) {
      events.add_text(id, text);
    }
    enricher_.begin_batch();
    enricher_.enrich_last(events);
    return events;
  }
};

TEST_F(ThreatFieldsTest, DomainsAreMatchedInEveryFieldThatHoldsThem) {
  for (const FieldId field : {fields::dns_question_name, fields::url_domain,
                              fields::destination_domain, fields::tls_server_name}) {
    const EventBatch events = enriched({{field, "WWW.Evil.Example."}});
    EXPECT_EQ(events.text(0, fields::threat_list), "mixed");
    EXPECT_EQ(events.text(0, fields::threat_indicator_type), "domain-name");
    EXPECT_EQ(events.text(0, fields::threat_indicator_domain), "evil.example");
    EXPECT_EQ(events.text(0, fields::threat_indicator_name), "evil.example");
    EXPECT_EQ(events.text(0, fields::threat_confidence), "High");
    EXPECT_EQ(events.text(0, fields::threat_indicator_description), "Command server");
    EXPECT_EQ(events.text(0, fields::threat_matched_atomic), "WWW.Evil.Example.");
    EXPECT_EQ(events.text(0, fields::threat_matched_field), kKnownFields[field.value].name);
  }
  EXPECT_EQ(enriched({{fields::dns_question_name, "good.example"}}).fields(0).size(), 1U);
}

TEST_F(ThreatFieldsTest, UrlsAreMatchedWholeAndInParts) {
  const EventBatch whole = enriched({{fields::url_full, "https://BAD.example:443/a?id=1#x"}});
  EXPECT_EQ(whole.text(0, fields::threat_indicator_url), "bad.example/a?id=1");
  EXPECT_EQ(whole.text(0, fields::threat_confidence), "Low");
  const EventBatch parts = enriched(
      {{fields::url_domain, "bad.example"}, {fields::url_path, "/a"}, {fields::url_query, "id=1"}});
  EXPECT_EQ(parts.text(0, fields::threat_indicator_type), "url");
  EXPECT_EQ(parts.text(0, fields::threat_matched_field), "url.path");
}

TEST_F(ThreatFieldsTest, UrlsAreFoundHoweverTheirHostIsWritten) {
  for (const std::string_view url : {"http://bad.example/a?id=1", "http://u:p@bad.example/a?id=1",
                                     "http://bad.example:80/a?id=1", "HTTPS://Bad.Example./a?id=1",
                                     "http://BAD.example:443@bad.example/a?id=1"}) {
    const EventBatch events = enriched({{fields::url_full, url}});
    EXPECT_EQ(events.text(0, fields::threat_indicator_url), "bad.example/a?id=1") << url;
  }
  for (const std::string_view url : {"http://good.example/a?id=1", "://", "http://", "x://?",
                                     "http://bad.example.good.example/a?id=1"}) {
    EXPECT_EQ(enriched({{fields::url_full, url}}).find(0, fields::threat_list), nullptr) << url;
  }
}

TEST_F(ThreatFieldsTest, HashesAreMatchedAloneAndInSysmonsList) {
  const EventBatch alone = enriched({{fields::file_hash_md5, "900150983CD24FB0D6963F7D28E17F72"}});
  EXPECT_EQ(alone.text(0, fields::threat_indicator_md5), "900150983cd24fb0d6963f7d28e17f72");
  const EventBatch list = enriched(
      {{fields::windows_hashes,
        "SHA1=A9993E364706816ABA3E25717850C26C9CD0D89D,MD5=900150983CD24FB0D6963F7D28E17F72"}});
  EXPECT_EQ(list.text(0, fields::threat_indicator_type), "file");
  const EventBatch imphash =
      enriched({{fields::windows_hashes, "IMPHASH=900150983CD24FB0D6963F7D28E17F72"}});
  EXPECT_EQ(imphash.find(0, fields::threat_list), nullptr);
}

TEST_F(ThreatFieldsTest, AgentsAreMatchedAndAListIsNamedOnce) {
  const EventBatch events = enriched({{fields::user_agent, "sqlmap/1.7 (https://sqlmap.org)"},
                                      {fields::url_domain, "evil.example"}});
  std::size_t lists = 0;
  std::size_t types = 0;
  for (const Field& field : events.fields(0)) {
    lists += field.id == fields::threat_list ? 1U : 0U;
    types += field.id == fields::threat_indicator_type ? 1U : 0U;
  }
  EXPECT_EQ(lists, 1U);
  EXPECT_EQ(types, 2U);
}

TEST_F(ThreatFieldsTest, ExpiredEntriesDoNotMatchByTheTimeOfTheEvent) {
  const Micros before = *parse_iso_time("2025-12-31");
  const Micros after = *parse_iso_time("2026-01-01");
  EXPECT_EQ(enriched({{fields::source_ip, "203.0.113.7"}}, before).text(0, fields::threat_list),
            "mixed");
  EXPECT_EQ(enriched({{fields::source_ip, "203.0.113.7"}}, after).find(0, fields::threat_list),
            nullptr);
}

TEST_F(ThreatFieldsTest, AnEventWithTooManyHitsIsBoundedAndTheRestCounted) {
  std::vector<std::pair<FieldId, std::string_view>> many(
      40, {fields::dns_question_name, "evil.example"});
  const EventBatch events = enriched(many);
  EXPECT_LT(events.fields(0).size(), 40 + ThreatMatching::kHitsMax * 8);
  EXPECT_EQ(metrics_.total("tocsin_enrich_threat_hits_dropped_total"),
            40 - ThreatMatching::kHitsMax);
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
