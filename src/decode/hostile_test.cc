// What bad input gets: one event a record, limits that hold, truncations that are named.
#include <gtest/gtest.h>

#include "base/rng.h"
#include "base/utf8.h"
#include "decode/formats.h"
#include "decode/test_event.h"

namespace tocsin {
namespace {

using decode_test::Bench;
using decode_test::Seen;

TEST(HostileInput, BinaryAndNulsAreKeptAsValidUtf8) {
  Bench bench;
  const Seen event = bench.decode(std::string_view("\x00\xff\xfe\x80 binary\x00", 12));
  EXPECT_EQ(event.dataset, "undecoded");
  EXPECT_TRUE(is_valid_utf8(event["message"]));
  EXPECT_NE(event["message"].find("binary"), std::string::npos);
  EXPECT_EQ(bench.metrics().total("tocsin_decode_utf8_repaired_total"), 1U);
}

TEST(HostileInput, InvalidUtf8DoesNotHideAJsonEvent) {
  Bench bench;
  const Seen event =
      bench.decode("{\"msg\":\"login failed\",\"user\":\"bob\",\"agent\":\"\xff\xc3\"}");
  EXPECT_EQ(event["event.outcome"], "failure");
  EXPECT_EQ(event["user.name"], "bob");
  EXPECT_TRUE(is_valid_utf8(event["agent"]));
}

TEST(HostileInput, InvalidUtf8DoesNotHideAnAccessLine) {
  Bench bench;
  const Seen event = bench.decode(
      "203.0.113.7 - - [23/Nov/2026:14:00:00 +0000] \"GET /\xff HTTP/1.1\" 404 1 \"-\" \"\xc3\"");
  EXPECT_EQ(event.dataset, "web.access");
  EXPECT_EQ(event["source.ip"], "203.0.113.7");
}

TEST(HostileInput, DeepJsonIsCutAtTheLimitAndTheRestKept) {
  Bench bench;
  std::string text = "{\"user\":\"bob\",\"deep\":";
  for (int i = 0; i < 10'000; ++i) {
    text += "{\"a\":";
  }
  text += "1";
  text += std::string(10'000, '}');
  text += ",\"after\":\"x\"}";
  const Seen event = bench.decode(text);
  EXPECT_EQ(event["user.name"], "bob");
  EXPECT_EQ(event["after"], "x");
  EXPECT_NE(event["tocsin.truncated"].find("depth"), std::string::npos);
}

TEST(HostileInput, UnclosedDeepJsonIsUndecodedWithTheReason) {
  Bench bench;
  const Seen event = bench.decode(std::string(10'000, '['));
  EXPECT_EQ(event.dataset, "undecoded");
  const Seen object = bench.decode("{\"a\":" + std::string(10'000, '['));
  EXPECT_EQ(object.dataset, "undecoded");
  EXPECT_NE(object["error.message"], "");
}

TEST(HostileInput, ManyKeysAreCutButKnownFieldsStillPass) {
  Bench bench;
  std::string text = "{";
  for (int i = 0; i < 100'000; ++i) {
    text += "\"k" + std::to_string(i % 600) + "\":" + std::to_string(i) + ",";
  }
  text += "\"z\":1}";
  const Seen event = bench.decode(text);
  EXPECT_LE(event.fields.size(), 512U + 128U);
  EXPECT_NE(event["tocsin.truncated"].find("fields"), std::string::npos);

  std::string flood = "{";
  for (int i = 0; i < 1'000; ++i) {
    flood += "\"k" + std::to_string(i) + "\":1,";
  }
  flood += "\"user\":\"bob\",\"ip\":\"203.0.113.7\",\"event\":\"login_failed\"}";
  const Seen login = bench.decode(flood);
  EXPECT_EQ(login["user.name"], "bob");
  EXPECT_EQ(login["source.ip"], "203.0.113.7");
  EXPECT_EQ(login["event.outcome"], "failure");
}

TEST(HostileInput, LongValueIsCutAtACharacterBoundary) {
  Bench bench;
  std::string value;
  while (value.size() < 1'000'000) {
    value += "\xC3\xA9";
  }
  const Seen event = bench.decode("{\"msg\":\"x\",\"big\":\"" + value + "\"}");
  EXPECT_LE(event["big"].size(), 32U * 1024);
  EXPECT_TRUE(is_valid_utf8(event["big"]));
  EXPECT_NE(event["tocsin.truncated"].find("value"), std::string::npos);
  const Seen text = bench.decode(std::string(1'000'000, 'x'));
  EXPECT_EQ(text.dataset, "undecoded");
  EXPECT_EQ(text["message"].size(), 32U * 1024);
}

TEST(HostileInput, CutsInsideFieldsKeepCharactersWhole) {
  Bench bench;
  std::string odd = "x";
  while (odd.size() < 600) {
    odd += "\xEF\xBF\xBD";
  }
  for (const std::string& line : {"level=" + odd + " msg=hello n=1",
                                  "2026-11-23T14:00:00Z - Login failed for user: " + odd}) {
    for (const auto& [name, value] : bench.decode(line).fields) {
      EXPECT_TRUE(is_valid_utf8(value)) << name;
    }
  }
}

TEST(HostileInput, HugeNumbersKeepTheirDigits) {
  Bench bench;
  const Seen event = bench.decode(
      "{\"a\":123456789012345678901234567890,\"b\":1e999,\"c\":-9223372036854775808,\"d\":-0.5}");
  EXPECT_EQ(event["a"], "123456789012345678901234567890");
  EXPECT_EQ(event["b"], "1e999");
  EXPECT_EQ(event["c"], "-9223372036854775808");
  EXPECT_EQ(event["d"], "-0.5");
}

TEST(HostileInput, EscapesAndHalfSurrogatesBecomeValidText) {
  Bench bench;
  const Seen event = bench.decode(R"({"a":"tab\tnl\nq\"bs\\sl\/","b":"\u00e9\ud83d\ude00",)"
                                  R"("c":"\ud83d x","d":"\u0000z","e\u0041":1})");
  EXPECT_EQ(event["a"], "tab\tnl\nq\"bs\\sl/");
  EXPECT_EQ(event["b"], "\xC3\xA9\xF0\x9F\x98\x80");
  EXPECT_EQ(event["c"], "\xEF\xBF\xBD x");
  EXPECT_EQ(event["d"], std::string("\0z", 2));
  EXPECT_EQ(event["eA"], "1");
}

TEST(HostileInput, DuplicateKeysAreAllSeenByRules) {
  Bench bench;
  const Seen event = bench.decode(R"({"user":"alice","user":"mallory","msg":"x"})");
  EXPECT_EQ(event["user.name"], "alice|mallory");
}

TEST(HostileInput, FieldNamesAreBoundedByTheCatalogue) {
  Bench bench;
  const std::string long_name(300, 'n');
  const Seen event = bench.decode("{\"" + long_name + "\":1,\"msg\":\"x\"}");
  EXPECT_EQ(event["message"], "x");
  EXPECT_NE(event["tocsin.truncated"].find("names"), std::string::npos);
  std::size_t names = 0;
  for (int record = 0; record < 60; ++record) {
    std::string text = "{\"user\":\"bob\"";
    for (int i = 0; i < 400; ++i) {
      text += ",\"r" + std::to_string(names++) + "\":1";
    }
    EXPECT_EQ(bench.decode(text + "}")["user.name"], "bob");
  }
  EXPECT_LE(bench.catalog().size(), FieldCatalog::kFieldsMax);
}

TEST(HostileInput, RandomMutationsOfRealLinesNeverBreakTheInvariants) {
  Rng rng(11);
  Bench bench;
  const std::vector<std::string> seeds = {
      "203.0.113.7 - - [23/Nov/2026:14:00:00 +0000] \"GET /a?b HTTP/1.1\" 200 12 \"-\" \"x\" \"y\"",
      "<86>1 2026-11-23T14:00:00Z web1 sshd 811 - [a@1 b=\"c\\\"d\"] Failed password for root from "
      "203.0.113.7 port 22 ssh2",
      "Nov 23 08:00:01 web1 sudo: alice : 3 incorrect password attempts ; TTY=pts/0 ; USER=root",
      "2026-11-23 14:00:00,123 - Event: Authentication Attempt, Details: User: johndoe, Status: "
      "Failed",
      R"({"level":30,"time":1795442400123,"req":{"url":"/x","a":[1,{"b":"\u00e9"}]},"msg":"ok"})",
      "level=info msg=\"a b\" user=bob n=1",
      "2026/11/23 14:00:00 [error] 8#8: *4 user \"x\": password mismatch, client: 1.2.3.4, host: "
      "\"h\"",
      "malicious_extraneous:bob,name,agent"};
  for (int round = 0; round < 20'000; ++round) {
    std::string text = seeds[rng.below(seeds.size())];
    for (std::uint64_t edits = 1 + rng.below(4); edits > 0 && !text.empty(); --edits) {
      const std::size_t at = rng.below(text.size());
      switch (rng.below(4)) {
        case 0:
          text[at] = static_cast<char>(rng.next());
          break;
        case 1:
          text.erase(at, 1 + rng.below(8));
          break;
        case 2:
          text.insert(at, text.substr(rng.below(text.size()), rng.below(20)));
          break;
        default:
          text.resize(at);
      }
    }
    const Seen event = bench.decode(text);
    ASSERT_FALSE(event.dataset.empty());
    for (const auto& [name, value] : event.fields) {
      ASSERT_TRUE(is_valid_utf8(value)) << name << " of " << text;
    }
  }
}

// What stands left of something that is no address may have been written by the client himself.
TEST(HostileInput, ForwardedChainsKeepOnlyWhatAProxyCanHaveWritten) {
  Bench bench;
  const std::pair<std::string, std::string> cases[] = {
      {"198.51.100.1, 10.0.0.1", "198.51.100.1|10.0.0.1"},
      {"192.0.2.66, unknown, 198.51.100.1", "198.51.100.1"},
      {"192.0.2.66, <script>, 198.51.100.1", "198.51.100.1"},
      {"nonsense, 198.51.100.1", "198.51.100.1"},
      {"198.51.100.1:4711, [2001:db8::1]:443", "198.51.100.1|2001:db8::1"},
      {"for=192.0.2.66;by=x, for=\\\"[2001:db8::1]:4711\\\";proto=https", "192.0.2.66|2001:db8::1"},
      {"192.0.2.66, unknown", ""},
  };
  for (const auto& [header, wanted] : cases) {
    const Seen event = bench.decode(
        "{\"remote_addr\":\"203.0.113.7\",\"request_method\":\"GET\",\"request_uri\":\"/\","
        "\"status\":\"200\",\"http_x_forwarded_for\":\"" +
        header + "\"}");
    EXPECT_EQ(event["network.forwarded_ip"], wanted) << header;
    EXPECT_EQ(event["source.ip"], "203.0.113.7");
  }
}

TEST(HostileInput, ASecondHeaderDoesNotLengthenTheChain) {
  Bench bench;
  const Seen event = bench.decode(
      "203.0.113.7 - - [23/Nov/2026:14:00:00 +0000] \"GET / HTTP/1.1\" 200 1 \"-\" \"x\" "
      "\"x, 198.51.100.9\" \"192.0.2.66\"");
  EXPECT_EQ(event["network.forwarded_ip"], "198.51.100.9");
}

}  // namespace
}  // namespace tocsin
