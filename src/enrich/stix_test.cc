#include "enrich/stix.h"

#include <gtest/gtest.h>

#include "base/time_text.h"
#include "enrich/stix_pattern.h"
#include "enrich/threat_format.h"

namespace tocsin {
namespace {

TEST(StixPattern, ReadsComparisonsOfOneValue) {
  const struct {
    const char* pattern;
    std::vector<std::pair<IndicatorKind, std::string>> wanted;
  } kCases[] = {
      {"[ipv4-addr:value = '203.0.113.7']", {{IndicatorKind::kAddress, "203.0.113.7"}}},
      {"[ipv4-addr:value ISSUBSET '203.0.113.0/24']",
       {{IndicatorKind::kAddress, "203.0.113.0/24"}}},
      {"[ipv6-addr:value='2001:db8::1' OR domain-name:value = 'evil.example']",
       {{IndicatorKind::kAddress, "2001:db8::1"}, {IndicatorKind::kDomain, "evil.example"}}},
      {"[url:value = 'http://e.example/it\\'s'] OR [file:hashes.'SHA-256' = 'ab']",
       {{IndicatorKind::kUrl, "http://e.example/it's"}, {IndicatorKind::kHash, "ab"}}},
      {"([file:hashes.MD5 IN ('aa', 'bb')])",
       {{IndicatorKind::kHash, "aa"}, {IndicatorKind::kHash, "bb"}}},
      {"[(domain-name:value = 'a.example')]", {{IndicatorKind::kDomain, "a.example"}}},
      {"[network-traffic:extensions.'http-request-ext'.request_header.'User-Agent' = 'Bot/1']",
       {{IndicatorKind::kAgent, "Bot/1"}}},
      {"[network-traffic:extensions.'http-request-ext'.request_header.'User-Agent' LIKE "
       "'%sqlmap%']",
       {{IndicatorKind::kAgent, "*sqlmap*"}}},
      {"[network-traffic:dst_ref.value = '203.0.113.9']",
       {{IndicatorKind::kAddress, "203.0.113.9"}}},
  };
  for (const auto& c : kCases) {
    const auto pattern = parse_stix_pattern(c.pattern);
    ASSERT_TRUE(pattern.has_value()) << c.pattern << ": " << pattern.error().text();
    ASSERT_EQ(pattern->terms.size(), c.wanted.size()) << c.pattern;
    for (std::size_t i = 0; i < c.wanted.size(); ++i) {
      EXPECT_EQ(pattern->terms[i].kind, c.wanted[i].first) << c.pattern;
      EXPECT_EQ(pattern->terms[i].text, c.wanted[i].second) << c.pattern;
    }
  }
}

TEST(StixPattern, RefusesWhatOneValueCannotSatisfy) {
  for (const auto* pattern : {
           "[ipv4-addr:value = '203.0.113.7' AND url:value = 'http://e.example/']",
           "[ipv4-addr:value = '1.2.3.4'] AND [url:value = 'http://e.example/']",
           "[ipv4-addr:value = '1.2.3.4'] FOLLOWEDBY [ipv4-addr:value = '1.2.3.5']",
           "[ipv4-addr:value = '1.2.3.4'] WITHIN 5 SECONDS",
           "[ipv4-addr:value = '1.2.3.4'] REPEATS 5 TIMES",
           "[NOT ipv4-addr:value = '1.2.3.4']",
           "[ipv4-addr:value != '1.2.3.4']",
           "[ipv4-addr:value NOT = '1.2.3.4']",
           "[url:value MATCHES '^http']",
           "[domain-name:value LIKE '%.example']",
           "[ipv4-addr:value = '1.2.3.4'",
           "[ipv4-addr:value = '1.2.3.4]",
           "ipv4-addr:value = '1.2.3.4'",
           "[ipv4-addr:value = 5]",
           "[value = '1.2.3.4']",
           "((((((((((((((((((((((((",
           "",
       }) {
    const auto parsed = parse_stix_pattern(pattern);
    EXPECT_FALSE(parsed.has_value()) << pattern;
  }
}

std::string indicator(const std::string& id, const std::string& pattern,
                      const std::string& more = "") {
  return R"({"type":"indicator","spec_version":"2.1","id":"indicator--)" + id +
         R"(","pattern_type":"stix","pattern":")" + pattern + "\"" + more + "}";
}

std::string bundle(const std::vector<std::string>& objects) {
  std::string text = R"({"type":"bundle","id":"bundle--1","objects":[)";
  for (const std::string& object : objects) {
    text += (text.back() == '[' ? "" : ",") + object;
  }
  return text + "]}";
}

std::shared_ptr<const ThreatList> read(const std::string& text, BadLines& bad) {
  ThreatFormatOptions options;
  options.format = ThreatFormat::kStix;
  const auto list = parse_threat_list(options, {.name = "s"}, text, bad);
  EXPECT_TRUE(list.has_value()) << list.error().text();
  return list.value_or(nullptr);
}

constexpr const char* kAddress = "[ipv4-addr:value = '203.0.113.7']";
const IpAddress kListed = *parse_ip("203.0.113.7");

TEST(Stix, IndicatorKeepsItsTimesConfidenceNameAndReference) {
  BadLines bad;
  const auto list = read(
      bundle(
          {indicator("1", kAddress,
                     R"(,"name":"C2","confidence":85,"valid_from":"2026-01-01T00:00:00Z",)"
                     R"("valid_until":"2026-06-01T00:00:00.000Z",)"
                     R"("external_references":[{"source_name":"x","url":"https://r.example/"}])"),
           R"({"type":"malware","id":"malware--1"})"}),
      bad);
  EXPECT_EQ(bad.count(), 0U);
  const ThreatHit hit = list->find_address(kListed, *parse_iso_time("2026-03-01"));
  ASSERT_TRUE(hit);
  EXPECT_EQ(hit.detail->confidence, 85);
  EXPECT_EQ(hit.detail->label, "C2");
  EXPECT_EQ(hit.detail->reference, "https://r.example/");
  EXPECT_FALSE(list->find_address(kListed, *parse_iso_time("2025-12-31")));
  EXPECT_FALSE(list->find_address(kListed, *parse_iso_time("2026-06-01")));
}

TEST(Stix, RevokedAndBenignIndicatorsAreLeftOutAndTheNewestVersionCounts) {
  BadLines bad;
  const auto list = read(
      bundle({indicator("1", kAddress, R"(,"modified":"2026-01-01T00:00:00Z","confidence":10)"),
              indicator("1", kAddress, R"(,"modified":"2026-02-01T00:00:00Z","confidence":20)"),
              indicator("2", "[domain-name:value = 'gone.example']", R"(,"revoked":true)"),
              indicator("3", "[domain-name:value = 'good.example']",
                        R"(,"indicator_types":["benign"])")}),
      bad);
  EXPECT_EQ(bad.count(), 0U);
  EXPECT_EQ(list->size(), 1U);
  EXPECT_EQ(list->find_address(kListed, {}).detail->confidence, 20);
}

TEST(Stix, WhatIsNotUnderstoodIsCountedWithItsPlaceAndTheRestKept) {
  BadLines bad;
  const auto list =
      read(bundle({indicator("1", "[a:b = 'x' AND c:d = 'y']"),
                   indicator("2", "[file:name = 'x.exe' OR ipv4-addr:value = '203.0.113.7']"),
                   indicator("3", "rule x {}", R"(,"pattern_type":"yara")"),
                   indicator("4", "[ipv4-addr:value = '0.0.0.0/0']"), R"("text")"}),
           bad);
  EXPECT_TRUE(list->find_address(kListed, {}));
  EXPECT_EQ(list->size(), 1U);
  ASSERT_EQ(bad.count(), 4U);
  EXPECT_EQ(bad.kept()[0].line, 1U);
  EXPECT_NE(bad.kept()[1].reason.find("file:name is not matched"), std::string::npos);
  EXPECT_EQ(bad.kept()[3].line, 4U);
  EXPECT_NE(bad.kept()[3].reason.find("too wide"), std::string::npos);
}

TEST(Stix, TextThatIsNoBundleIsNoList) {
  for (const auto* text : {"", "[]", "{", "null", "<html>"}) {
    BadLines bad;
    ThreatListBuilder list({}, bad);
    EXPECT_EQ(read_stix(text, list).error().code(), ErrorCode::kCorrupt) << text;
  }
}

TEST(StixCollection, TakesNewVersionsAndForgetsRevokedOnes) {
  StixCollection collection;
  ASSERT_TRUE(
      collection.take(bundle({indicator("1", kAddress, R"(,"modified":"2026-01-01T00:00:00Z")"),
                              indicator("2", "[domain-name:value = 'evil.example']")}),
                      1 << 20U));
  const auto page = collection.take(
      R"({"more":true,"next":"abc","objects":[)" +
          indicator("1", kAddress, R"(,"modified":"2026-02-01T00:00:00Z","revoked":true)") + "]}",
      1 << 20U);
  ASSERT_TRUE(page.has_value());
  EXPECT_TRUE(page->more);
  EXPECT_EQ(page->next, "abc");
  BadLines bad;
  const auto list = read(collection.bundle(), bad);
  EXPECT_EQ(list->size(), 1U);
  EXPECT_TRUE(list->find_domain("evil.example", {}));
}

TEST(StixCollection, IsBounded) {
  StixCollection collection;
  const auto taken = collection.take(bundle({indicator("1", kAddress)}), 50);
  ASSERT_FALSE(taken.has_value());
  EXPECT_EQ(taken.error().code(), ErrorCode::kTooLarge);
}

}  // namespace
}  // namespace tocsin
