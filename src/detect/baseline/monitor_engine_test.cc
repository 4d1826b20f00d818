// Snapshots, replay, reload and training of all monitors.
#include "detect/baseline/monitor_engine.h"

#include <gtest/gtest.h>

#include "base/hash.h"
#include "base/rng.h"
#include "detect/baseline/distinct.h"
#include "detect/baseline/places.h"
#include "detect/baseline/test_stream.h"

namespace tocsin {
namespace {

constexpr std::array kMonitors = {
    "{model: level, group-by: [user.name], warm-up: 2h, min: 5, direction: both}",
    "{model: seasonal, group-by: [user.name], warm-up: 1d, min: 5, bucket: 1h}",
    "{model: level, measure: {distinct: source.ip}, warm-up: 2h, min: 5}",
    "{model: new-value, field: source.ip, group-by: [user.name], warm-up: 1d, sensitivity: high}",
    "{model: rare, field: source.ip, warm-up: 1d, share: 0.01}",
    "{model: travel, group-by: [user.name]}",
    "{model: series, group-by: [user.name], warm-up: 1d, direction: both, min: 1}",
    "{model: silence, group-by: [user.name]}",
    "{model: beacon, group-by: [user.name], min: 6}"};

// What happens at minute `i`: the same for every run.
void minute(TestStream& stream, int i) {
  Rng rng(static_cast<std::uint64_t>(i) * 77 + 5);
  const bool surge = i % 1'000 > 985;
  const std::string user = "u" + std::to_string(rng.below(3));
  const std::string ip = "203.0.113." + std::to_string(rng.below(surge ? 250 : 4));
  stream.send(i * 60.0,
              {{"user.name", text(user)},
               {"source.ip", text(ip)},
               {"source.geo.country_iso_code", text(surge ? "JP" : "DE")}},
              surge ? 40 : 1 + rng.below(4));
}

TEST(MonitorEngine, ARestartChangesNoFinding) {
  constexpr int kMinutes = 4'000;
  for (const char* monitor : kMonitors) {
    TestStream whole(monitor);
    TestStream broken(monitor);
    for (int i = 0; i < kMinutes; ++i) {
      minute(whole, i);
      minute(broken, i);
      if (i % 1'300 == 1'290 || i % 997 == 990) {
        broken.restart();
      }
    }
    ASSERT_EQ(whole.findings.size(), broken.findings.size()) << monitor;
    for (std::size_t i = 0; i < whole.findings.size(); ++i) {
      EXPECT_EQ(whole.findings[i].sentence, broken.findings[i].sentence) << monitor;
      EXPECT_EQ(whole.findings[i].seq, broken.findings[i].seq) << monitor;
    }
  }
}

TEST(MonitorEngine, ReplayDoesNotCountTwice) {
  TestStream stream(kMonitors[0]);
  const auto batch = stream.d.batch(std::vector<TestEvent>(
      10, TestEvent({{"event.action", text("login")}, {"user.name", text("a")}}, kMonday)));
  const auto hits = stream.d.hits(*batch);
  stream.engine->consume(*batch, hits, stream.findings);
  stream.restart();
  EXPECT_EQ(stream.engine->covered(), Seq(11));
  EXPECT_EQ(snapshot_covers(stream.engine->snapshot()), Seq(11));
  stream.engine->consume(*batch, hits, stream.findings);
  EXPECT_EQ(stream.engine->list()[0].events, 10U);
}

TEST(MonitorEngine, AReloadKeepsWhatDidNotChange) {
  TestStream stream(kMonitors[0]);
  for (int i = 0; i < 100; ++i) {
    minute(stream, i);
  }
  const std::uint64_t events = stream.engine->list()[0].events;
  stream.load(kMonitors[0]);
  stream.engine->adopt(stream.d.rules);
  EXPECT_EQ(stream.engine->list()[0].events, events);
  minute(stream, 100);
  EXPECT_GT(stream.engine->list()[0].events, events);
  stream.load(kMonitors[1]);
  stream.engine->adopt(stream.d.rules);
  EXPECT_EQ(stream.engine->list()[0].events, 0U) << "another text learns from the beginning";
}

TEST(MonitorEngine, DamagedStateIsRefusedWhole) {
  TestStream stream(kMonitors[0]);
  for (int i = 0; i < 50; ++i) {
    minute(stream, i);
  }
  const std::string good = stream.engine->snapshot();
  for (std::size_t at = 0; at < good.size(); at += 7) {
    std::string bad = good;
    bad[at] = static_cast<char>(bad[at] ^ 0x41);
    MonitorEngine fresh(stream.d.rules, stream.d.metrics, {});
    EXPECT_FALSE(fresh.restore(bad)) << at;
    EXPECT_FALSE(fresh.restore(std::string_view(good).substr(0, at)));
    EXPECT_EQ(fresh.list()[0].events, 0U);
    EXPECT_TRUE(fresh.restore(good));
  }
}

TEST(MonitorEngine, TrainingIsTakenWhereItReachesFurtherBack) {
  TestStream live(kMonitors[0]);
  TestStream trained(kMonitors[0]);
  for (int i = 0; i < 3'000; ++i) {
    minute(trained, i);
    if (i >= 2'900) {
      minute(live, i);
    }
  }
  const std::uint64_t events = trained.engine->list()[0].events;
  const auto in_step = [](Seq) { return Status(); };
  EXPECT_TRUE(live.engine->take_training(*trained.engine, in_step));
  EXPECT_EQ(live.engine->list()[0].events, events);
  const auto known = live.engine->show("Unusual", "u1", 5);
  ASSERT_TRUE(known);
  ASSERT_EQ(known->size(), 1U);
  EXPECT_FALSE((*known)[0].learning);
  TestStream shorter(kMonitors[0]);
  minute(shorter, 2'999);
  EXPECT_TRUE(live.engine->take_training(*shorter.engine, in_step));
  EXPECT_EQ(live.engine->list()[0].events, events);
}

TEST(MonitorEngine, AnUnknownMonitorIsSaidToBe) {
  TestStream stream(kMonitors[0]);
  const auto known = stream.engine->show("nothing", "", 5);
  ASSERT_FALSE(known);
  EXPECT_EQ(known.error().code(), ErrorCode::kNotFound);
}

TEST(MonitorEngine, TimesFromAnywhereDoNoHarm) {
  for (const char* monitor : kMonitors) {
    TestStream stream(monitor);
    Rng rng(3);
    for (int i = 0; i < 2'000; ++i) {
      const double second = (rng.unit() - 0.5) * 4e9;
      stream.send(second, {{"user.name", text("a")},
                           {"source.ip", text("1.1.1.1")},
                           {"source.geo.country_iso_code", text(i % 2 == 0 ? "DE" : "JP")}});
    }
    EXPECT_EQ(stream.engine->list()[0].keys, 1U) << monitor;
  }
}

TEST(DistinctCount, IsExactWhenSmallAndCloseWhenLarge) {
  DistinctCount count;
  Rng rng(1);
  for (int i = 1; i <= 50'000; ++i) {
    count.add(hash64(std::to_string(i)));
    count.add(hash64(std::to_string(1 + rng.below(static_cast<std::uint64_t>(i)))));
    if (i <= 64) {
      ASSERT_EQ(count.count(), i);
    }
  }
  EXPECT_NEAR(count.count(), 50'000, 5'000);
}

TEST(Places, CountriesAreAsFarApartAsTheyMustBe) {
  struct Case {
    const char* a;
    const char* b;
    double least;
    double most;
  };
  for (const Case& each : {Case{"DE", "FR", 0, 0}, Case{"US", "CA", 0, 0}, Case{"ES", "PT", 0, 0},
                           Case{"DE", "JP", 6'000, 8'500}, Case{"us", "ru", 0, 3'500},
                           Case{"BR", "AU", 8'000, 12'000}, Case{"GB", "IN", 4'000, 6'500}}) {
    const auto a = country_place(each.a);
    const auto b = country_place(each.b);
    ASSERT_TRUE(a && b);
    EXPECT_GE(distance_km(*a, *b), each.least) << each.a << each.b;
    EXPECT_LE(distance_km(*a, *b), each.most) << each.a << each.b;
  }
  for (const char* none : {"", "D", "DEU", "ZZ", "1"}) {
    EXPECT_FALSE(country_place(none)) << none;
  }
  for (const char* none : {"", "here", "91,0", "0,181", "1", "nan,nan", "--,--", "1..2,3"}) {
    EXPECT_FALSE(parse_place(none)) << none;
  }
}

}  // namespace
}  // namespace tocsin
