#include "decode/decoder.h"

#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

#include "decode/formats.h"
#include "decode/test_event.h"

namespace tocsin {
namespace {

using decode_test::Bench;
using decode_test::Seen;

constexpr std::string_view kAccess =
    "203.0.113.7 - - [23/Nov/2026:14:00:00 +0000] \"GET /enter HTTP/1.1\" 401 1 \"-\" \"x\"";
constexpr std::string_view kSshd =
    "Nov 23 13:06:56 web1 sshd[11]: Failed password for root from 203.0.113.7 port 51022 ssh2";

DecodeOptionsOf with(DecodeOptions options) {
  return [options](const Origin&) { return options; };
}

TEST(Decoder, HintTriesItsFormatFirstAndNamesTheServer) {
  Bench bench;
  EXPECT_EQ(bench.decode(kAccess, "http:shop", "nginx.access").dataset, "nginx.access");
  EXPECT_EQ(bench.decode(kAccess, "file:/var/log/apache2/access.log").dataset, "apache.access");
  EXPECT_EQ(bench.decode(kAccess, "http:shop").dataset, "web.access");
  EXPECT_EQ(bench.decode(kSshd, "http:shop", "nginx.access").dataset, "linux.auth");
}

TEST(Decoder, ConfiguredFormatIsTheOnlyOneTried) {
  DecodeOptions options;
  options.format = "syslog";
  Bench bench(with(options));
  EXPECT_EQ(bench.decode(kSshd).dataset, "linux.auth");
  const Seen other = bench.decode(kAccess);
  EXPECT_EQ(other.dataset, "undecoded");
  EXPECT_EQ(other["message"], kAccess);
  EXPECT_EQ(other["error.message"], "not in the format that this source is set to");
}

TEST(Decoder, FormatTextKeepsEveryLineAsItIs) {
  DecodeOptions options;
  options.format = "text";
  Bench bench(with(options));
  const Seen event = bench.decode(kSshd);
  EXPECT_EQ(event.dataset, "undecoded");
  EXPECT_EQ(event["message"], kSshd);
  EXPECT_FALSE(event.has("error.message"));
}

TEST(Decoder, DatasetOverrideHoldsForWhatWasDecoded) {
  DecodeOptions options;
  options.dataset = "shop.access";
  Bench bench(with(options));
  EXPECT_EQ(bench.decode(kAccess).dataset, "shop.access");
  EXPECT_EQ(bench.decode("???").dataset, "undecoded");
}

TEST(Decoder, ConfiguredLogInPathsAreLogIns) {
  DecodeOptions options;
  options.log_in_paths = {"/ent*"};
  Bench bench(with(options));
  EXPECT_EQ(bench.decode(kAccess)["event.category"], "authentication|web");
  EXPECT_EQ(Bench().decode(kAccess)["event.category"], "web");
}

TEST(Decoder, AssumedYearAndZoneOfTheSourceAreUsed) {
  DecodeOptions options;
  options.assumed_year = 2017;
  options.utc_offset_minutes = 120;
  Bench bench(with(options));
  EXPECT_EQ(iso_time(bench.decode(kSshd).time), "2017-11-23T11:06:56.000000Z");
}

TEST(Decoder, SourcesOverTheLimitAreStillDecoded) {
  DecodeLimits limits;
  limits.sources_max = 2;
  Bench bench({}, limits);
  for (int i = 0; i < 10; ++i) {
    EXPECT_EQ(bench.decode(kSshd, "source" + std::to_string(i)).dataset, "linux.auth");
  }
}

TEST(Decoder, UndecodedRecordsAreCountedPerSource) {
  Bench bench;
  bench.decode("what?", "http:shop");
  EXPECT_EQ(bench.metrics().total("tocsin_decode_undecoded_total"), 1U);
  EXPECT_NE(bench.metrics().text().find("source=\"http:shop\""), std::string::npos);
}

// The order in which formats are tried must not matter: each golden line is accepted by one format
// at most, so the memory of what worked last cannot change what an event becomes.
TEST(Formats, AreDisjointOnEveryGoldenLine) {
  const auto root = std::filesystem::path(TOCSIN_SOURCE_DIR) / "tests" / "golden" / "decode";
  std::size_t lines = 0;
  for (const auto& entry : std::filesystem::directory_iterator(root)) {
    std::ifstream file(entry.path() / "input.log");
    for (std::string line; std::getline(file, line);) {
      ++lines;
      std::string accepted;
      for (const Format& format : formats()) {
        DecodeOptions options;
        options.format = std::string(format.name);
        if (Bench(with(options)).decode(line).dataset != "undecoded") {
          accepted += (accepted.empty() ? "" : "+") + std::string(format.name);
        }
      }
      EXPECT_EQ(accepted.find('+'), std::string::npos) << accepted << ": " << line;
    }
  }
  EXPECT_GT(lines, 150U);
}

TEST(Formats, NamesOfDatasetsFindTheirFormat) {
  EXPECT_EQ(find_format("nginx.access")->name, "access");
  EXPECT_EQ(find_format("linux.auth")->name, "syslog");
  EXPECT_EQ(find_format("logfmt")->name, "logfmt");
  EXPECT_EQ(find_format("unheard-of"), nullptr);
}

// The promise of the vocabulary: one question finds a failed log-in whoever wrote it.
TEST(OneRule, CoversAFailedLogInWhoeverWroteIt) {
  Bench bench;
  for (const std::string_view line :
       {std::string_view("Nov 23 13:06:56 web1 sshd[11]: Failed password for bob from 203.0.113.7 "
                         "port 51022 ssh2"),
        std::string_view("2026-11-23T14:00:00.123Z - Login failed for user: bob from 203.0.113.7"),
        std::string_view("2026-11-23 14:00:00,123 - Event: Authentication Attempt, Details: User: "
                         "bob, IP: 203.0.113.7, Status: Failed"),
        std::string_view("{\"event\":\"authn_login_fail:bob\",\"source_ip\":\"203.0.113.7\"}"),
        std::string_view("{\"msg\":\"login failed\",\"user\":\"bob\",\"ip\":\"203.0.113.7\"}"),
        std::string_view("level=warn msg=\"login failed\" user=bob ip=203.0.113.7"),
        std::string_view("203.0.113.7 - bob [23/Nov/2026:14:00:00 +0000] \"POST /login HTTP/1.1\" "
                         "401 1 \"-\" \"x\""),
        std::string_view("{\"EventID\":4625,\"Channel\":\"Security\",\"TargetUserName\":\"bob\","
                         "\"IpAddress\":\"203.0.113.7\"}")}) {
    const Seen event = bench.decode(line);
    EXPECT_TRUE(event["event.category"].starts_with("authentication")) << line;
    EXPECT_EQ(event["event.outcome"], "failure") << line;
    EXPECT_EQ(event["event.action"], "login") << line;
    EXPECT_EQ(event["user.name"], "bob") << line;
    EXPECT_EQ(event["source.ip"], "203.0.113.7") << line;
  }
}

}  // namespace
}  // namespace tocsin
