// The models new-value, rare, travel, silence and beacon, from events to findings.
#include <gtest/gtest.h>

#include "base/rng.h"
#include "detect/baseline/test_stream.h"

namespace tocsin {
namespace {

std::vector<TestField> login(std::string_view user, std::string_view country) {
  return {{"user.name", text(user)}, {"source.geo.country_iso_code", text(country)}};
}

TEST(NewValue, ACountryThatAUserNeverCameFromIsReportedOnce) {
  TestStream stream(
      "{model: new-value, field: source.geo.country_iso_code, group-by: [user.name]}");
  for (double day = 0; day < 30; ++day) {
    stream.send(day * kDay, login("alice", "DE"));
    stream.send(day * kDay + 60, login("alice", static_cast<int>(day) % 10 == 0 ? "FR" : "DE"));
    stream.send(day * kDay + 90, login("bob", "US"));
  }
  ASSERT_TRUE(stream.findings.empty()) << stream.findings[0].sentence;
  stream.send(31 * kDay, login("alice", "RU"));
  ASSERT_EQ(stream.findings.size(), 1U);
  const Finding& finding = stream.findings[0];
  EXPECT_EQ(finding.key[0].value, "alice");
  EXPECT_NE(finding.sentence.find("source.geo.country_iso_code \"RU\" for the first time"),
            std::string::npos)
      << finding.sentence;
  ASSERT_EQ(finding.baseline->usual.size(), 2U);
  EXPECT_EQ(finding.baseline->usual[0].value, "DE");
  stream.send(31 * kDay + 5, login("alice", "RU"));
  stream.send(31 * kDay + 6, login("carol", "RU"));
  EXPECT_EQ(stream.findings.size(), 1U) << "a new key is no new value";
}

TEST(NewValue, WhileItLearnsAndForKeysOfEverNewValuesItIsSilent) {
  TestStream stream("{model: new-value, field: port, group-by: [user.name], warm-up: 7d}");
  stream.send(0, {{"user.name", text("a")}, {"port", integer(1)}}, 50);
  stream.send(5 * kDay, {{"user.name", text("a")}, {"port", integer(2)}});
  for (int i = 0; i < 500; ++i) {
    stream.send(6 * kDay + i * 600, {{"user.name", text("b")}, {"port", integer(i)}});
  }
  EXPECT_TRUE(stream.findings.empty());
  EXPECT_GT(stream.d.metrics.total("tocsin_detect_monitor_evicted_values_total"), 0U);
}

TEST(NewValue, AValueThatExpiredIsNewAgain) {
  TestStream stream("{model: new-value, field: port, group-by: [user.name], expire: 30d}");
  stream.send(0, {{"user.name", text("a")}, {"port", integer(22)}});
  for (double day = 0; day < 45; day += 0.25) {
    stream.send(1 + day * kDay, {{"user.name", text("a")}, {"port", integer(80)}});
  }
  stream.send(45 * kDay, {{"user.name", text("a")}, {"port", integer(22)}});
  EXPECT_EQ(stream.findings.size(), 1U);
}

TEST(Rare, AValueThatMakesUpHardlyAnyEventsIsReported) {
  TestStream stream("{model: rare, field: process.name, group-by: [host.name], share: 0.001}");
  for (double day = 0; day < 10; ++day) {
    stream.send(day * kDay, {{"host.name", text("web1")}, {"process.name", text("nginx")}}, 400);
    stream.send(day * kDay, {{"host.name", text("web1")}, {"process.name", text("cron")}}, 20);
  }
  ASSERT_TRUE(stream.findings.empty());
  stream.send(10 * kDay, {{"host.name", text("web1")}, {"process.name", text("nc")}}, 2);
  ASSERT_EQ(stream.findings.size(), 1U) << "held off";
  EXPECT_NE(
      stream.findings[0].sentence.find("process.name \"nc\" in 1 of 4,201 events on host web1"),
      std::string::npos)
      << stream.findings[0].sentence;
}

std::vector<TestField> from(std::string_view user, std::string_view country, std::string_view ip,
                            std::string_view owner = {}) {
  std::vector<TestField> fields = login(user, country);
  fields.push_back({"source.ip", text(ip)});
  if (!owner.empty()) {
    fields.push_back({"source.as.organization.name", text(owner)});
  }
  return fields;
}

TEST(Travel, FasterThanAnybodyTravelsIsReported) {
  TestStream stream(
      "{model: travel, group-by: [user.name], "
      "except: {networks: [198.51.100.0/24, 8.8.8.0/24], owners: [example vpn]}}");
  stream.send(0, from("alice", "DE", "93.184.216.34"));
  stream.send(60, from("alice", "FR", "93.184.216.35"));  // neighbours touch
  stream.send(120, from("alice", "JP", "10.0.0.1"));      // not public
  stream.send(180, from("alice", "JP", "8.8.8.8"));       // excepted network
  stream.send(240, from("alice", "JP", "1.1.1.1", "Example VPN Ltd"));
  stream.send(300, from("alice", "XX", "1.1.1.1"));  // no such country
  ASSERT_TRUE(stream.findings.empty()) << stream.findings[0].sentence;
  stream.send(40 * 60, from("alice", "JP", "1.1.1.1"));
  ASSERT_EQ(stream.findings.size(), 1U);
  const Finding& finding = stream.findings[0];
  EXPECT_NE(finding.sentence.find("in FR and 39m later in JP for user alice"), std::string::npos)
      << finding.sentence;
  EXPECT_GT(finding.baseline->observed, 5'000);
  EXPECT_EQ(finding.baseline->unit, "km/h");
  stream.send(50 * 60, from("alice", "FR", "93.184.216.34"));
  EXPECT_EQ(stream.findings.size(), 1U) << "held off";
}

TEST(Travel, AFlightIsNoFinding) {
  TestStream stream("{model: travel, group-by: [user.name]}");
  stream.send(0, from("alice", "DE", "93.184.216.34"));
  stream.send(13 * kHour, from("alice", "JP", "1.1.1.1"));
  EXPECT_TRUE(stream.findings.empty());
}

TEST(Travel, ExactPlacesAreReadAsTheyAreWritten) {
  for (const char* tokyo : {"35.7,139.7", "POINT (139.7 35.7)", "{\"lon\":139.7,\"lat\":35.7}",
                            "{\"lat\":35.7,\"lon\":139.7}", "[139.7,35.7]"}) {
    TestStream stream("{model: travel, group-by: [user.name]}");
    stream.send(0, {{"user.name", text("a")}, {"source.geo.location", text("48.1,11.6")}});
    stream.send(kHour, {{"user.name", text("a")}, {"source.geo.location", text(tokyo)}});
    ASSERT_EQ(stream.findings.size(), 1U) << tokyo;
    EXPECT_NEAR(stream.findings[0].baseline->observed, 9'300, 150) << tokyo;
  }
}

TEST(Travel, AnAddressThatManyKeysUseForAWeekSaysNothing) {
  TestStream stream("{model: travel, group-by: [user.name]}");
  for (double day = 0; day < 8; ++day) {
    for (int i = 0; i < 6; ++i) {
      const std::string user = "user" + std::to_string(i);
      stream.send(day * kDay + i, from(user, "US", "93.184.216.34"));
    }
  }
  stream.send(8 * kDay, from("user1", "DE", "1.1.1.1"));
  stream.send(8 * kDay + 600, from("user1", "US", "93.184.216.34"));
  EXPECT_TRUE(stream.findings.empty()) << stream.findings[0].sentence;
}

TEST(Silence, ASourceThatStoppedIsNoticedByTheClock) {
  TestStream stream("{model: silence, group-by: [tocsin.source], noun: records}");
  Rng rng(1);
  for (double t = 0; t < 3 * kDay; t += 20 + static_cast<double>(rng.below(60))) {
    stream.send(t, {{"host.name", text("a")}});
  }
  ASSERT_TRUE(stream.findings.empty());
  stream.tick(3 * kDay + 10 * 60);
  EXPECT_TRUE(stream.findings.empty()) << "shorter than quiet";
  stream.tick(3 * kDay + 40 * 60);
  ASSERT_EQ(stream.findings.size(), 1U);
  EXPECT_NE(stream.findings[0].sentence.find("no records of source test for 4"), std::string::npos)
      << stream.findings[0].sentence;
  stream.tick(3 * kDay + 80 * 60);
  EXPECT_EQ(stream.findings.size(), 1U) << "told once";
}

TEST(Silence, NightsAreNoSilence) {
  TestStream stream("{model: silence, group-by: [host.name]}");
  // One host by day only, one always, so that the stream goes on.
  for (double t = 0; t < 21 * kDay; t += 120) {
    const bool by_day = static_cast<int>(t / kHour) % 24 >= 8;
    std::vector<TestEvent> events;
    events.push_back(
        {{{"event.action", text("login")}, {"host.name", text("b")}}, TestStream::at(t)});
    if (by_day && t < 20 * kDay + 12 * kHour) {
      events.push_back(
          {{{"event.action", text("login")}, {"host.name", text("a")}}, TestStream::at(t)});
    }
    stream.send_all(events);
  }
  std::size_t early = 0;
  std::size_t late = 0;
  for (const Finding& finding : stream.findings) {
    (finding.time < TestStream::at(7 * kDay) ? early : late) += 1;
  }
  EXPECT_LE(early, 2U) << "while the nights are learned";
  ASSERT_EQ(late, 1U);
  EXPECT_EQ(stream.findings.back().key[0].value, "a");
}

TEST(Beacon, ARegularVisitorIsReportedAndAPersonIsNot) {
  TestStream stream("{model: beacon, group-by: [source.ip, destination.ip], jitter: 0.1}");
  Rng rng(9);
  double human = 0;
  for (int i = 0; i < 60; ++i) {
    const double shake = static_cast<double>(rng.below(4)) - 2;
    if (i != 30) {  // one beat is missed
      stream.send(i * 60.0 + shake,
                  {{"source.ip", text("10.0.0.5")}, {"destination.ip", text("203.0.113.9")}});
    }
    human += 10 + static_cast<double>(rng.below(300));
    stream.send(human, {{"source.ip", text("10.0.0.6")}, {"destination.ip", text("203.0.113.9")}});
  }
  ASSERT_EQ(stream.findings.size(), 1U);
  EXPECT_EQ(stream.findings[0].key[0].value, "10.0.0.5");
  EXPECT_NE(stream.findings[0].sentence.find("at intervals of"), std::string::npos)
      << stream.findings[0].sentence;
  EXPECT_NE(stream.findings[0].sentence.find(" to 203.0.113.9"), std::string::npos);
  EXPECT_GE(stream.findings[0].baseline->history.size(), 20U);
}

}  // namespace
}  // namespace tocsin
