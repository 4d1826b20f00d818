// Real logs, when they are there: nothing may stay undecoded.
#include <array>
#include <cstdlib>
#include <fstream>
#include <map>

#include <gtest/gtest.h>

#include "decode/test_event.h"

namespace tocsin {
namespace {

std::vector<std::string> lines_of(const std::string& name, std::size_t most) {
  std::ifstream file(std::string(TOCSIN_SOURCE_DIR) + "/../shared/data/" + name);
  std::vector<std::string> lines;
  std::string line;
  while (lines.size() < most && std::getline(file, line)) {
    lines.push_back(line);
  }
  return lines;
}

struct Case {
  std::string file;
  std::string dataset_prefix;
};

class SharedData : public testing::TestWithParam<Case> {};

TEST_P(SharedData, EveryLineIsDecoded) {
  const auto lines = lines_of(GetParam().file, 20'000);
  if (lines.empty()) {
    GTEST_SKIP() << "skipped: no shared data";
  }
  decode_test::Bench bench;
  std::map<std::string, int> datasets;
  for (const auto& event : bench.decode_all(lines)) {
    ++datasets[event.dataset];
    EXPECT_TRUE(event.dataset.starts_with(GetParam().dataset_prefix))
        << event.dataset << ": " << event["message"] << " " << event["error.message"];
    EXPECT_FALSE(event.has("tocsin.time_text")) << event["tocsin.time_text"];
  }
  EXPECT_EQ(datasets.count("undecoded"), 0U);
}

INSTANTIATE_TEST_SUITE_P(, SharedData,
                         testing::Values(Case{"auth/elastic_auth.log", "linux."},
                                         Case{"web/elastic_apache_logs.log", "web.access"},
                                         Case{"cloud/cloudtrail_invictus.ndjson", "aws.cloudtrail"},
                                         Case{"zeek/zeek_conn_apt29.json", "zeek.conn"},
                                         Case{"zeek/zeek_ssl_apt29.json", "zeek.ssl"},
                                         Case{"suricata/suricata_eve_1500.json", "suricata.eve"},
                                         Case{"suricata/suricata_eve_alerts_800.json",
                                              "suricata.eve"}),
                         [](const auto& test) {
                           std::string name = test.param.file.substr(test.param.file.find('/') + 1);
                           for (char& c : name) {
                             c = std::isalnum(static_cast<unsigned char>(c)) != 0 ? c : '_';
                           }
                           return name;
                         });

TEST(SharedAuthLog, EveryLineOfAKnownProgramHasACategory) {
  const auto lines = lines_of("auth/elastic_auth.log", 20'000);
  if (lines.empty()) {
    GTEST_SKIP() << "skipped: no shared data";
  }
  decode_test::Bench bench;
  std::map<std::string, int> without;
  std::map<std::string, int> failures;
  std::map<std::string, int> unknown_users;
  const auto events = bench.decode_all(lines);
  for (const auto& event : events) {
    if (!event.has("event.category")) {
      ++without[event["process.name"] + ": " + event["message"]];
    }
    if (event["event.action"] == "login" && event["event.outcome"] == "failure") {
      ++failures[event["source.ip"]];
    }
    if (event["event.reason"] == "invalid user" && event["event.outcome"] == "failure") {
      ++unknown_users[event["source.ip"]];
    }
  }
  EXPECT_EQ(failures["24.151.103.17"], 157);
  EXPECT_EQ(unknown_users["34.204.227.175"], 86);
  EXPECT_EQ(unknown_users["91.197.232.109"], 58);
  for (const auto& [message, count] : without) {
    EXPECT_TRUE(message.starts_with("systemd-logind")) << count << " " << message;
  }
}

}  // namespace
}  // namespace tocsin
