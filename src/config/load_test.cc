#include "config/load.h"

#include <algorithm>
#include <fstream>
#include <sstream>

#include <gtest/gtest.h>

#include "config/section.h"

namespace tocsin {
namespace {

TEST(Settings, AnEmptyFileGivesTheDefaults) {
  const auto settings = parse_settings("", "tocsin.yaml");
  ASSERT_TRUE(settings.has_value());
  EXPECT_EQ(settings->listen, "127.0.0.1:7117");
  EXPECT_EQ(settings->journal.retention, span_s(365 * kSecondsInDay));
}

TEST(Settings, EverySectionIsRead) {
  const auto settings = parse_settings(R"(
listen: 0.0.0.0:8443
data: /srv/tocsin
tls: {certificate: a.pem, private_key: b.pem}
http: {body_bytes_max: 8MiB, metrics_public: true}
journal: {retention: 30d}
index: {hot_rows_max: 5000}
detect: {rules: [a, b], shipped_rules: false, lateness: 1m}
enrich:
  threat_lists:
    - {file: /lists/ipsum.txt, format: ipsum, count_min: 5}
decode: {login_paths: /enter}
sources:
  - {type: file, path: "/var/log/*.log", start: end, time_zone: "-05:30"}
  - {type: syslog_udp, listen: "0.0.0.0:5514"}
)",
                                       "tocsin.yaml");
  ASSERT_TRUE(settings.has_value()) << settings.error().text();
  EXPECT_EQ(settings->http.body_bytes_max, 8 * kMiB);
  EXPECT_TRUE(settings->http.metrics_public);
  EXPECT_EQ(settings->detect.rule_paths, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(settings->enrich.threat_lists.at(0).name, "ipsum.txt");
  EXPECT_EQ(settings->enrich.threat_lists.at(0).count_min, 5U);
  EXPECT_EQ(settings->decode.login_paths, std::vector<std::string>{"/enter"});
  ASSERT_EQ(settings->sources.size(), 2U);
  EXPECT_FALSE(settings->sources[0].from_beginning);
  EXPECT_EQ(settings->sources[0].zone_offset_minutes, -330);
  EXPECT_EQ(settings->sources[1].kind, SourceKind::kSyslogUdp);
}

TEST(Settings, ThreatListsTellWhereTheyComeFrom) {
  const auto settings = parse_settings(R"(
enrich:
  threat_lists:
    - {url: "https://lists.example/a/bad.csv", columns: {value: ioc, kind: type}, format: csv}
    - name: sharing
      taxii: https://taxii.example/api/collections/1/
      confidence_min: 60
      refresh: 10m
      secret: {username: reader, file: /etc/tocsin/taxii.secret}
    - {misp: "https://feed.example/osint/", expire_after: 90d, retro_match: false}
  retro_match: {look_back: 7d, findings_max: 50}
)",
                                       "tocsin.yaml");
  ASSERT_TRUE(settings.has_value()) << settings.error().text();
  const auto& lists = settings->enrich.threat_lists;
  ASSERT_EQ(lists.size(), 3U);
  EXPECT_EQ(lists[0].name, "bad.csv");
  EXPECT_EQ(lists[0].origin, ThreatOrigin::kUrl);
  EXPECT_EQ(lists[0].columns.kind, "type");
  EXPECT_EQ(lists[1].format, "stix");
  EXPECT_EQ(lists[1].confidence_min, 60U);
  EXPECT_EQ(lists[1].secret.file, "/etc/tocsin/taxii.secret");
  EXPECT_EQ(lists[2].name, "osint");
  EXPECT_EQ(lists[2].format, "misp");
  EXPECT_FALSE(lists[2].retro_match);
  EXPECT_EQ(settings->enrich.retro_match.findings_max, 50U);
}

TEST(Settings, MistakesInThreatListsAreNamed) {
  const auto message = [](const std::string& list) {
    const auto settings =
        parse_settings("enrich:\n  threat_lists:\n    - " + list + "\n", "tocsin.yaml");
    return settings ? std::string() : settings.error().text();
  };
  EXPECT_NE(message("{name: a}").find("needs one of \"file\""), std::string::npos);
  EXPECT_NE(message("{file: /a, url: \"https://b/\"}").find("needs one of"), std::string::npos);
  EXPECT_NE(message("{taxii: /local}").find("https:// or http://"), std::string::npos);
  EXPECT_NE(message("{file: /a, name: ../x}").find("letters, digits"), std::string::npos);
  EXPECT_NE(message("{file: /a, secret: {username: u}}").find("\"environment\""),
            std::string::npos);
  EXPECT_NE(message("{file: /x/a}\n    - {file: /y/a}").find("another list's name"),
            std::string::npos);
  EXPECT_EQ(message("{file: \"/x/a b?.txt\"}"), "");
}

TEST(Settings, EachMistakeIsNamedWithItsPlace) {
  const struct {
    const char* yaml;
    const char* message;
  } kCases[] = {
      {"listne: x\n", "t.yaml:1:1: \"listne\" is not a setting; did you mean \"listen\"?"},
      {"http:\n  connections_max: many\n",
       "t.yaml:2:20: \"http.connections_max\" is \"many\", must be a whole number from 1 to "
       "100000"},
      {"journal: {retention: 5}\n", "\"journal.retention\" is \"5\", must be a time span"},
      {"http: {metrics_public: yes}\n",
       "\"http.metrics_public\" is \"yes\", must be true or false"},
      {"http: 3\n", "\"http\" must be a mapping"},
      {"sources: [{path: a}]\n", "needs \"type\""},
      {"sources: [{type: syslog_tcp}]\n", "needs \"listen\""},
      {"sources: [{type: files, path: a}]\n", "must be one of: file, syslog_udp"},
      {"tls: {certificate: a}\n", "needs both"},
      {"log: {level: loud}\n", "must be one of: debug, info, warning, error"},
      {"listen: [1]\n", "must be a text, not a list"},
      {"sources: {type: file}\n", "must be a list"},
  };
  for (const auto& c : kCases) {
    const auto settings = parse_settings(c.yaml, "t.yaml");
    ASSERT_FALSE(settings.has_value()) << c.yaml;
    EXPECT_NE(settings.error().text().find(c.message), std::string::npos)
        << settings.error().text() << "\nexpected: " << c.message;
  }
}

TEST(Settings, AllMistakesAreReportedAtOnce) {
  const auto settings = parse_settings("lisen: 1\nhttp: {threads: 0}\nfoo: 2\n", "t.yaml");
  ASSERT_FALSE(settings.has_value());
  EXPECT_EQ(std::count(settings.error().text().begin(), settings.error().text().end(), '\n'), 2);
}

// Every key of the documented example is a setting, and its value is allowed.
TEST(Settings, TheDocumentedExampleIsValid) {
  std::ifstream page(TOCSIN_SOURCE_DIR "/docs/configuration.md");
  std::stringstream text;
  text << page.rdbuf();
  const std::string all = text.str();
  const std::size_t begin = all.find("```yaml\n");
  ASSERT_NE(begin, std::string::npos);
  const std::size_t end = all.find("```", begin + 8);
  const auto settings = parse_settings(all.substr(begin + 8, end - begin - 8), "configuration.md");
  ASSERT_TRUE(settings.has_value()) << settings.error().text();
  const Settings defaults;
  EXPECT_EQ(settings->listen, defaults.listen);
  EXPECT_EQ(settings->index.hot_bytes_max, defaults.index.hot_bytes_max);
  EXPECT_EQ(settings->journal.free_bytes_min, defaults.journal.free_bytes_min);
  EXPECT_EQ(settings->sources.size(), 5U);
}

TEST(ParseBytes, WantsWholeNumbersAndKnownUnits) {
  EXPECT_EQ(parse_bytes("64MiB"), 64 * kMiB);
  EXPECT_EQ(parse_bytes("1 GiB"), kGiB);
  EXPECT_EQ(parse_bytes("12"), 12U);
  for (const char* text : {"", "MiB", "1.5MiB", "-1", "5MB", "99999999999999TiB"}) {
    EXPECT_FALSE(parse_bytes(text).has_value()) << text;
  }
}

}  // namespace
}  // namespace tocsin
