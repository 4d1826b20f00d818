// The models level and seasonal, from events to findings.
#include <cmath>

#include <gtest/gtest.h>

#include "base/rng.h"
#include "detect/baseline/test_stream.h"

namespace tocsin {
namespace {

// About `mean` events in a bucket of five minutes: a sum of coin tosses.
std::size_t around(Rng& rng, double mean) {
  std::size_t n = 0;
  const auto tosses = static_cast<std::size_t>(mean * 4);
  for (std::size_t i = 0; i < tosses; ++i) {
    n += rng.chance(0.25) ? 1U : 0U;
  }
  return n;
}

std::vector<TestField> from_network(int number) {
  return {{"source.as.number", integer(number)}};
}

TEST(Level, ASurgeIsReportedWhileItsBucketIsOpenWithTheUsualRange) {
  TestStream stream("{model: level, group-by: [source.as.number], noun: log-ins, warm-up: 1d}");
  Rng rng(1);
  for (double t = 0; t < 3 * kDay; t += 300) {
    stream.send(t, from_network(64500), around(rng, 20));
  }
  ASSERT_TRUE(stream.findings.empty()) << stream.findings[0].sentence;
  stream.send(3 * kDay + 10, from_network(64500), 412);
  ASSERT_FALSE(stream.findings.empty());
  const Finding& first = stream.findings.front();
  EXPECT_LT(first.baseline->observed, 60) << "reported as soon as it is unusual";
  const Finding& last = stream.findings.back();
  ASSERT_NE(last.baseline, nullptr);
  EXPECT_GT(last.baseline->low, 1);
  EXPECT_LT(last.baseline->high, 60);
  EXPECT_EQ(last.baseline->unit, "log-ins");
  EXPECT_EQ(last.baseline->history.size(), 48U);
  for (const Baseline::Point& point : last.baseline->history) {
    EXPECT_LE(point.low, point.value);
    EXPECT_GE(point.high, point.value);
  }
  EXPECT_NE(last.sentence.find("log-ins in 5m"), std::string::npos) << last.sentence;
  EXPECT_NE(last.sentence.find("from network AS64500"), std::string::npos) << last.sentence;
  EXPECT_NE(last.sentence.find("usual is"), std::string::npos) << last.sentence;
  EXPECT_LT(stream.findings.size(), 6U) << "again only when it is twice as bad";
}

TEST(Level, OrdinaryNoiseIsNotReported) {
  TestStream stream("{model: level, group-by: [source.as.number], direction: both, warm-up: 1d}");
  Rng rng(2);
  for (double t = 0; t < 14 * kDay; t += 300) {
    stream.send(t, from_network(64500), around(rng, 20));
  }
  EXPECT_LE(stream.findings.size(), 1U);
}

TEST(Level, TooFewIsReportedByTheClockWithoutAnEventOfTheKey) {
  TestStream stream(
      "{model: level, group-by: [source.as.number], direction: low, warm-up: 1d, min: 10}");
  Rng rng(3);
  for (double t = 0; t < 2 * kDay; t += 300) {
    stream.send(t, from_network(1), around(rng, 40));
    stream.send(t + 1, from_network(2), 3);
  }
  ASSERT_TRUE(stream.findings.empty());
  for (double t = 2 * kDay; t < 2 * kDay + 900; t += 300) {
    stream.send(t, from_network(2), 3);
  }
  ASSERT_EQ(stream.findings.size(), 1U);
  EXPECT_EQ(stream.findings[0].key[0].value, "1");
  EXPECT_EQ(stream.findings[0].baseline->observed, 0);
}

TEST(Level, SmallNumbersPageNobody) {
  TestStream stream("{model: level, group-by: [source.as.number], min: 10, warm-up: 1h}");
  for (double t = 0; t < kDay; t += 300) {
    stream.send(t, from_network(1), 1);
  }
  stream.send(kDay + 1, from_network(1), 9);
  EXPECT_TRUE(stream.findings.empty());
}

TEST(Level, DistinctSumAndRatioAreMeasured) {
  TestStream distinct("{model: level, measure: {distinct: user.name}, warm-up: 1h, min: 10}");
  TestStream sum("{model: level, measure: {sum: source.bytes}, warm-up: 1h, min: 1000}");
  TestStream ratio("{model: level, measure: {ratio: failed}, warm-up: 1h, min: 20}",
                   "  a: {event.action: login}\n  failed: {event.outcome: failure}\n"
                   "  condition: a\n");
  Rng rng(4);
  for (double t = 0; t < kDay; t += 300) {
    for (int i = 0; i < 5; ++i) {
      const std::string name = "user" + std::to_string(i);
      distinct.send(t, {{"user.name", text(name)}}, 3);
    }
    sum.send(t, {{"source.bytes", integer(900 + static_cast<int>(rng.below(200)))}});
    ratio.send(t, {{"event.outcome", text("success")}}, 95 + rng.below(10));
    ratio.send(t, {{"event.outcome", text("failure")}}, 3 + rng.below(4));
  }
  for (TestStream* stream : {&distinct, &sum, &ratio}) {
    ASSERT_TRUE(stream->findings.empty()) << stream->findings[0].sentence;
  }
  for (int i = 0; i < 100; ++i) {
    const std::string name = "other" + std::to_string(i);
    distinct.send(kDay + 1, {{"user.name", text(name)}});
  }
  ASSERT_FALSE(distinct.findings.empty());
  EXPECT_NE(distinct.findings[0].sentence.find("different user.name"), std::string::npos);
  sum.send(kDay + 1, {{"source.bytes", text("50000")}});
  ASSERT_EQ(sum.findings.size(), 1U);
  EXPECT_EQ(sum.findings[0].baseline->observed, 50'000);
  ratio.send(kDay + 1, {{"event.outcome", text("failure")}}, 60);
  ratio.send(kDay + 2, {{"event.outcome", text("success")}}, 40);
  ratio.send(kDay + 700, {{"event.outcome", text("success")}}, 1);
  ASSERT_EQ(ratio.findings.size(), 1U);
  EXPECT_DOUBLE_EQ(ratio.findings[0].baseline->observed, 0.6);
}

TEST(Level, ValuesThatAreNoNumberAreCountedAndLeftOut) {
  TestStream stream("{model: level, measure: {sum: n}, warm-up: 1h, min: 0}");
  for (const Value& value : {text("x"), text("nan"), text("inf"), text("1e300"), text("-1e16"),
                             Value::real(std::nan("")), Value::real(HUGE_VAL)}) {
    stream.send(1, {{"n", value}});
  }
  EXPECT_EQ(stream.d.metrics.total("tocsin_detect_monitor_bad_values_total"), 7U);
  EXPECT_EQ(stream.engine->list()[0].events, 7U);
  EXPECT_EQ(stream.engine->list()[0].keys, 0U);
}

TEST(Level, AReportedFloodIsNotLearnedAtFullWeight) {
  TestStream stream("{model: level, warm-up: 1d, hold-off: 1h}");
  Rng rng(5);
  for (double t = 0; t < 3 * kDay; t += 300) {
    stream.send(t, {}, around(rng, 20));
  }
  // An hour of flood, twice, a day apart.
  for (double t = 3 * kDay; t < 3 * kDay + kHour; t += 300) {
    stream.send(t, {}, 300);
  }
  const std::size_t first = stream.findings.size();
  ASSERT_GE(first, 1U);
  for (double t = 3 * kDay + kHour; t < 4 * kDay; t += 300) {
    stream.send(t, {}, around(rng, 20));
  }
  stream.send(4 * kDay, {}, 100);
  EXPECT_GT(stream.findings.size(), first) << "a third of the flood is unusual still";
}

TEST(Level, ASlowDripIsToldAsDrift) {
  TestStream stream("{model: level, warm-up: 1d, bucket: 1h, min: 1}");
  Rng rng(6);
  double mean = 50;
  for (double t = 0; t < 90 * kDay; t += kHour) {
    stream.send(t, {}, around(rng, mean));
    mean *= t > 15 * kDay ? 1.001 : 1;
  }
  bool told = false;
  for (const Finding& finding : stream.findings) {
    told = told || finding.sentence.find("crept from") != std::string::npos;
  }
  EXPECT_TRUE(told);
}

TEST(Level, LateEventsCountWhileTheirBucketIsOpenAndAreCountedAfter) {
  TestStream stream("{model: level, warm-up: 1h}");
  stream.send(0, {}, 5);
  stream.send(300, {}, 5);
  stream.send(299, {}, 5);
  EXPECT_EQ(stream.d.metrics.total("tocsin_detect_monitor_too_late_total"), 0U);
  stream.send(900, {}, 5);
  stream.send(10, {}, 2);
  EXPECT_EQ(stream.d.metrics.total("tocsin_detect_monitor_too_late_total"), 2U);
}

TEST(Level, KeysOfAFloodDoNotPushOutHeavyKeys) {
  TestStream stream("{model: level, group-by: [user.name], max-keys: 100, warm-up: 1h}");
  for (double t = 0; t < 6 * kHour; t += 300) {
    stream.send(t, {{"user.name", text("alice")}}, 20);
    for (int i = 0; i < 50; ++i) {
      const std::string name = "x" + std::to_string(t) + std::to_string(i);
      stream.send(t, {{"user.name", text(name)}}, 1);
    }
  }
  EXPECT_EQ(stream.engine->list()[0].keys, 100U);
  EXPECT_GT(stream.d.metrics.total("tocsin_detect_monitor_evicted_total"), 3'000U);
  const auto known = stream.engine->show("unusual", "alice", 1);
  ASSERT_TRUE(known);
  ASSERT_EQ(known->size(), 1U);
  EXPECT_EQ((*known)[0].events, 72U * 20U);
  stream.send(6 * kHour, {{"user.name", text("alice")}}, 200);
  EXPECT_FALSE(stream.findings.empty());
}

// Busy on weekdays from 8 to 18 o'clock.
double office_load(double second) {
  const auto hour = static_cast<int>(second / kHour) % 168;
  const bool works = hour / 24 < 5 && hour % 24 >= 8 && hour % 24 < 18;
  return works ? 100 : 4;
}

TEST(Seasonal, WhatIsUsualOnMondayIsNotUsualAtNight) {
  TestStream stream("{model: seasonal, noun: log-ins, min: 20}");
  Rng rng(7);
  for (double t = 0; t < 28 * kDay; t += kHour) {
    stream.send(t, {}, around(rng, office_load(t)));
  }
  const std::size_t learning = stream.findings.size();
  EXPECT_LE(learning, 2U);
  // Monday 14:00: a hundred is usual.
  stream.send(28 * kDay + 14 * kHour, {}, 110);
  EXPECT_EQ(stream.findings.size(), learning);
  // Tuesday 3:00: it is not.
  stream.send(29 * kDay + 3 * kHour, {}, 100);
  ASSERT_GT(stream.findings.size(), learning);
  EXPECT_NE(stream.findings.back().sentence.find("usual for Tuesday 3:00 UTC is"),
            std::string::npos)
      << stream.findings.back().sentence;
  EXPECT_NE(stream.findings.back().sentence.find("from 4 weeks"), std::string::npos)
      << stream.findings.back().sentence;
  EXPECT_LT(stream.findings.back().baseline->high, 40);
}

TEST(Seasonal, HoursOfTheDayServeWhileWeeksAreFew) {
  TestStream stream("{model: seasonal, min: 20, warm-up: 5d, group-by: [host.name]}");
  Rng rng(8);
  for (double t = 0; t < 9 * kDay; t += kHour) {
    const bool by_day = static_cast<int>(t / kHour) % 24 >= 8;
    stream.send(t, {{"host.name", text("web1")}}, around(rng, by_day ? 80 : 4));
  }
  const std::size_t before = stream.findings.size();
  stream.send(9 * kDay + 3 * kHour, {{"host.name", text("web1")}}, 80);
  ASSERT_GT(stream.findings.size(), before);
  EXPECT_NE(stream.findings.back().sentence.find("usual for 3:00 UTC is"), std::string::npos)
      << stream.findings.back().sentence;
}

}  // namespace
}  // namespace tocsin
