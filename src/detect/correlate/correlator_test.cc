#include "detect/correlate/correlator.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "detect/correlate/correlator.h"
#include "detect/test_events.h"

namespace tocsin {
namespace {

constexpr std::string_view kBase =
    "title: Failed log-in\n"
    "id: base\n"
    "name: failed\n"
    "logsource: {category: any}\n"
    "detection:\n  sel:\n    kind: failed\n  condition: sel\n"
    "tocsin: {noun: failed log-ins}\n"
    "---\n"
    "title: Log-in\n"
    "name: accepted\n"
    "logsource: {category: any}\n"
    "detection:\n  sel:\n    kind: accepted\n  condition: sel\n"
    "---\n";

class CorrelatorTest : public testing::Test {
 protected:
  void SetUp() override {
    d.load_taxonomy("sources:\n  - logsource: {category: any}\n    when: true\n");
  }

  void load(const std::string& correlation) {
    d.load(std::string(kBase) + "title: Correlation\nid: corr\ncorrelation:\n" + correlation);
    ASSERT_EQ(d.report.refused, 0U) << d.first_refusal();
  }

  static TestEvent event(double second, std::string_view ip, std::string_view user = "root",
                         std::string_view kind = "failed") {
    return {{{"source.ip", text(ip)}, {"user.name", text(user)}, {"kind", text(kind)}},
            at_second(second)};
  }

  TestDetection d;
};

TEST_F(CorrelatorTest, EventCountFiresWhenTheThresholdIsCrossed) {
  load(
      "  type: event_count\n  rules: [failed]\n  group-by: [source.ip]\n  timespan: 5m\n"
      "  condition: {gte: 3}\n");
  const auto found = d.findings(
      {event(0, "1.1.1.1"), event(10, "2.2.2.2"), event(20, "1.1.1.1"), event(70, "1.1.1.1")});
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].rule->title, "Correlation");
  EXPECT_EQ(found[0].key, (std::vector<KeyPart>{{"source.ip", "1.1.1.1"}}));
  EXPECT_EQ(found[0].count, 3U);
  EXPECT_EQ(found[0].first, at_second(0));
  EXPECT_EQ(found[0].time, at_second(70));
  EXPECT_EQ(found[0].seq, Seq(4));
  EXPECT_EQ(found[0].events, (std::vector<Seq>{Seq(1), Seq(3), Seq(4)}));
  EXPECT_EQ(found[0].sentence, "3 failed log-ins from 1.1.1.1 in 1m 10s (rule wants ≥ 3 in 5m)");
}

TEST_F(CorrelatorTest, TheWindowSlides) {
  load(
      "  type: event_count\n  rules: [failed]\n  group-by: [source.ip]\n  timespan: 60s\n"
      "  condition: {gte: 3}\n");
  EXPECT_TRUE(
      d.findings({event(0, "1.1.1.1"), event(30, "1.1.1.1"), event(61, "1.1.1.1")}).empty());
  EXPECT_EQ(d.findings({event(0, "1.1.1.1"), event(30, "1.1.1.1"), event(60, "1.1.1.1")}).size(),
            1U);
  EXPECT_EQ(d.findings({event(0, "1.1.1.1"), event(50, "1.1.1.1"), event(70, "1.1.1.1"),
                        event(80, "1.1.1.1")})
                .size(),
            1U);
}

TEST_F(CorrelatorTest, AFloodGivesFewFindingsWhoseCountsAddUp) {
  load(
      "  type: event_count\n  rules: [failed]\n  group-by: [source.ip]\n  timespan: 60s\n"
      "  condition: {gte: 10}\n");
  std::vector<TestEvent> events;
  for (int i = 0; i < 5'000; ++i) {
    events.push_back(event(i * 0.001, "1.1.1.1"));
  }
  const auto found = d.findings(events);
  EXPECT_LE(found.size(), 10U);
  std::uint64_t counted = 0;
  for (const Finding& finding : found) {
    counted += finding.count;
    EXPECT_EQ(finding.first, at_second(0));
  }
  EXPECT_GE(counted, 2'500U);
  EXPECT_LE(counted, 5'000U);
  EXPECT_LE(found.back().events.size(), Finding::kSeqsMax);
}

TEST_F(CorrelatorTest, AnEpisodeThatGoesOnIsToldAtLeastOnceATimespan) {
  load(
      "  type: event_count\n  rules: [failed]\n  group-by: [source.ip]\n  timespan: 60s\n"
      "  condition: {gte: 3}\n");
  std::vector<TestEvent> events;
  for (int i = 0; i < 60; ++i) {
    events.push_back(event(i * 10, "1.1.1.1"));  // ten minutes
  }
  const auto found = d.findings(events);
  EXPECT_GE(found.size(), 9U);
  EXPECT_LE(found.size(), 14U);
}

TEST_F(CorrelatorTest, ANewEpisodeFiresAnew) {
  load(
      "  type: event_count\n  rules: [failed]\n  group-by: [source.ip]\n  timespan: 60s\n"
      "  condition: {gte: 2}\n");
  const auto found = d.findings(
      {event(0, "1.1.1.1"), event(1, "1.1.1.1"), event(1'000, "1.1.1.1"), event(1'001, "1.1.1.1")});
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[1].count, 2U);
  EXPECT_EQ(found[1].first, at_second(1'000));
}

TEST_F(CorrelatorTest, ValueCountCountsDifferentValues) {
  load(
      "  type: value_count\n  rules: [failed]\n  group-by: [source.ip]\n  timespan: 60s\n"
      "  condition: {field: user.name, gte: 3}\n");
  EXPECT_TRUE(d.findings({event(0, "1.1.1.1", "a"), event(1, "1.1.1.1", "b"),
                          event(2, "1.1.1.1", "a"), event(3, "1.1.1.1", "b")})
                  .empty());
  const auto found = d.findings({event(0, "1.1.1.1", "a"), event(1, "1.1.1.1", "b"),
                                 event(2, "1.1.1.1", "b"), event(3, "1.1.1.1", "c")});
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].count, 4U);
  EXPECT_EQ(found[0].sentence,
            "3 different user.name in 4 failed log-ins from 1.1.1.1 in 3.00s (rule wants ≥ 3 in "
            "1m)");
}

TEST_F(CorrelatorTest, ATupleOfFieldsIsOneValue) {
  load(
      "  type: value_count\n  rules: [failed]\n  timespan: 60s\n"
      "  condition: {field: [source.ip, user.name], gte: 3}\n");
  EXPECT_EQ(d.findings({event(0, "1", "a"), event(1, "1", "b"), event(2, "2", "a")}).size(), 1U);
  EXPECT_TRUE(d.findings({event(0, "1", "a"), event(1, "1", "b"), event(2, "1", "a")}).empty());
  EXPECT_TRUE(d.findings({event(0, "1", "2a"), event(1, "12", "a"), event(2, "1", "2a")}).empty());
}

TEST_F(CorrelatorTest, TemporalWantsAllRulesInAnyOrder) {
  load(
      "  type: temporal\n  rules: [failed, accepted]\n  group-by: [source.ip]\n"
      "  timespan: 60s\n");
  EXPECT_EQ(d.findings({event(0, "1", "a", "accepted"), event(1, "1", "a")}).size(), 1U);
  EXPECT_TRUE(d.findings({event(0, "1", "a", "accepted"), event(1, "2", "a")}).empty());
  EXPECT_TRUE(d.findings({event(0, "1", "a", "accepted"), event(61, "1", "a")}).empty());
}

TEST_F(CorrelatorTest, TemporalTakesAConditionOverItsRules) {
  load(
      "  type: temporal\n  rules: [failed, accepted]\n  group-by: [source.ip]\n"
      "  timespan: 60s\n  condition: failed or accepted\n");
  EXPECT_EQ(d.findings({event(0, "1", "a")}).size(), 1U);
}

TEST_F(CorrelatorTest, TemporalOrderedMindsTheOrder) {
  load(
      "  type: temporal_ordered\n  rules: [failed, accepted]\n  group-by: [user.name]\n"
      "  timespan: 60s\n");
  EXPECT_EQ(d.findings({event(0, "1", "a"), event(1, "1", "a", "accepted")}).size(), 1U);
  EXPECT_TRUE(d.findings({event(0, "1", "a", "accepted"), event(1, "1", "a")}).empty());
  EXPECT_TRUE(d.findings({event(0, "1", "a"), event(61, "1", "a", "accepted")}).empty());
  const auto found =
      d.findings({event(0, "1", "a"), event(1, "1", "a"), event(2, "1", "a", "accepted")});
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].sentence,
            "\"Failed log-in\", then \"Log-in\" for user a in 2.00s (rule wants them in this order "
            "within 1m)");
}

TEST_F(CorrelatorTest, OneEventIsNotTwoStepsOfAnOrder) {
  d.load(
      "title: A\nname: a\nlogsource: {category: any}\ndetection: {s: {kind: x}, condition: s}\n"
      "---\n"
      "title: B\nname: b\nlogsource: {category: any}\ndetection: {s: {kind: x}, condition: s}\n"
      "---\n"
      "title: C\ncorrelation: {type: temporal_ordered, rules: [a, b], timespan: 60s}\n");
  ASSERT_EQ(d.report.refused, 0U) << d.first_refusal();
  EXPECT_TRUE(d.findings({event(0, "1", "a", "x")}).empty());
  EXPECT_EQ(d.findings({event(0, "1", "a", "x"), event(1, "1", "a", "x")}).size(), 1U);
}

TEST_F(CorrelatorTest, AliasesGroupDifferentFields) {
  d.load(
      "title: A\nname: a\nlogsource: {category: any}\ndetection: {s: {kind: in}, condition: s}\n"
      "---\n"
      "title: B\nname: b\nlogsource: {category: any}\ndetection: {s: {kind: out}, condition: s}\n"
      "---\n"
      "title: C\ncorrelation:\n  type: temporal\n  rules: [a, b]\n  group-by: [address]\n"
      "  timespan: 60s\n  aliases:\n    address: {a: source.ip, b: destination.ip}\n");
  ASSERT_EQ(d.report.refused, 0U) << d.first_refusal();
  const TestEvent in{{{"kind", text("in")}, {"source.ip", text("9.9.9.9")}}, at_second(0)};
  const TestEvent out{{{"kind", text("out")}, {"destination.ip", text("9.9.9.9")}}, at_second(1)};
  const auto found = d.findings({in, out});
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].key, (std::vector<KeyPart>{{"address", "9.9.9.9"}}));
}

TEST_F(CorrelatorTest, BaseRulesAreSilentUnlessGenerated) {
  const std::string correlation =
      "  type: event_count\n  rules: [failed]\n  timespan: 5m\n  condition: {gte: 2}\n";
  load(correlation);
  EXPECT_EQ(d.findings({event(0, "1"), event(1, "1")}).size(), 1U);
  load(correlation + "  generate: true\n");
  EXPECT_EQ(d.findings({event(0, "1"), event(1, "1")}).size(), 3U);
}

TEST_F(CorrelatorTest, ACorrelationCanCountCorrelations) {
  d.load(std::string(kBase) +
         "title: Burst\nname: burst\ncorrelation: {type: event_count, rules: [failed], group-by: "
         "[source.ip], timespan: 60s, condition: {gte: 2}}\n---\n"
         "title: Many bursts\ncorrelation: {type: value_count, rules: [burst], timespan: 10m, "
         "condition: {field: source.ip, gte: 3}}\n");
  ASSERT_EQ(d.report.refused, 0U) << d.first_refusal();
  std::vector<TestEvent> events;
  for (int i = 0; i < 3; ++i) {
    const std::string ip = "1.1.1." + std::to_string(i);
    events.push_back({{{"source.ip", text(i == 0   ? "1.1.1.0"
                                          : i == 1 ? "1.1.1.1"
                                                   : "1.1.1.2")},
                       {"kind", text("failed")}},
                      at_second(i)});
    events.push_back(events.back());
  }
  const auto found = d.findings(events);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].rule->title, "Many bursts");
  EXPECT_EQ(d.rules->max_timespan(), span_s(660));
}

TEST_F(CorrelatorTest, AnUpperBoundIsDecidedWhenTheWindowIsOver) {
  load(
      "  type: event_count\n  rules: [failed]\n  group-by: [source.ip]\n  timespan: 60s\n"
      "  condition: {lt: 3}\n");
  EXPECT_TRUE(d.findings({event(0, "1"), event(1, "1"), event(2, "1")}).empty());
  const auto ended = d.findings({event(0, "1"), event(1, "1"), event(100, "1")}, {}, false);
  ASSERT_EQ(ended.size(), 1U);
  EXPECT_EQ(ended[0].count, 2U);
  EXPECT_EQ(ended[0].time, at_second(1));
  EXPECT_EQ(d.findings({event(0, "1"), event(1, "1"), event(100, "1")}).size(), 2U);
}

TEST_F(CorrelatorTest, WindowsThatWaitForTheirEndKeepWhatComesOutOfOrder) {
  load(
      "  type: event_count\n  rules: [failed]\n  group-by: [source.ip]\n  timespan: 60s\n"
      "  condition: {eq: 2}\n");
  const auto found = d.findings(
      {event(1'000, "1"), event(0, "1"), event(1, "1"), event(1'001, "1"), event(5'000, "1")});
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].time, at_second(1));
  EXPECT_EQ(found[1].time, at_second(1'001));
}

TEST_F(CorrelatorTest, RangesAndInequalitiesHold) {
  const auto fires = [this](const std::string& condition, int events) {
    load("  type: event_count\n  rules: [failed]\n  timespan: 60s\n  condition: " + condition +
         "\n");
    std::vector<TestEvent> stream;
    for (int i = 0; i < events; ++i) {
      stream.push_back(event(i, "1"));
    }
    return !d.findings(stream).empty();
  };
  EXPECT_FALSE(fires("{gt: 3}", 3));
  EXPECT_TRUE(fires("{gt: 3}", 4));
  EXPECT_TRUE(fires("{eq: 3}", 3));
  EXPECT_FALSE(fires("{eq: 3}", 4));
  EXPECT_TRUE(fires("{neq: 3}", 4));
  EXPECT_FALSE(fires("{neq: 3}", 3));
  EXPECT_TRUE(fires("{gte: 2, lte: 4}", 3));
  EXPECT_FALSE(fires("{gte: 2, lt: 3}", 3));
}

TEST_F(CorrelatorTest, SumsAveragesAndPercentilesWork) {
  const auto fires = [this](const std::string& rest, const std::vector<int>& numbers) {
    load("  rules: [failed]\n  timespan: 60s\n" + rest);
    std::vector<TestEvent> stream;
    for (std::size_t i = 0; i < numbers.size(); ++i) {
      stream.push_back(event(static_cast<double>(i), "1"));
      stream.back().fields.push_back({"bytes", integer(numbers[i])});
    }
    return !d.findings(stream).empty();
  };
  EXPECT_TRUE(fires("  type: value_sum\n  condition: {field: bytes, gte: 60}\n", {10, 20, 30}));
  EXPECT_FALSE(fires("  type: value_sum\n  condition: {field: bytes, gt: 60}\n", {10, 20, 30}));
  EXPECT_TRUE(fires("  type: value_avg\n  condition: {field: bytes, gte: 20}\n", {10, 20, 30}));
  EXPECT_FALSE(fires("  type: value_avg\n  condition: {field: bytes, gte: 21}\n", {10, 20, 30}));
  EXPECT_TRUE(fires("  type: value_median\n  condition: {field: bytes, gte: 20}\n", {1, 20, 90}));
  EXPECT_FALSE(fires("  type: value_median\n  condition: {field: bytes, gte: 21}\n", {1, 2, 9}));
  EXPECT_TRUE(
      fires("  type: value_percentile\n  condition: {field: bytes, percentile: 95, gte: 80}\n",
            {1, 2, 90}));
}

TEST_F(CorrelatorTest, LateEventsArePutInTheirPlace) {
  load("  type: event_count\n  rules: [failed]\n  timespan: 60s\n  condition: {gte: 3}\n");
  // 0, 40, then 62 (which ends a window without 0), then a late 30: 0..60 has three.
  const auto found = d.findings({event(0, "1"), event(40, "1"), event(62, "1"), event(1, "1")});
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].time, at_second(1));
}

TEST_F(CorrelatorTest, HistoryBesideLiveEventsIsStillSeen) {
  load(
      "  type: event_count\n  rules: [failed]\n  group-by: [source.ip]\n  timespan: 60s\n"
      "  condition: {gte: 3}\n");
  std::vector<TestEvent> events;
  for (int i = 0; i < 3; ++i) {
    events.push_back(event(100'000 + i * 100, "1"));  // live, spread out
    events.push_back(event(i, "1"));                  // history, dense
  }
  const auto found = d.findings(events);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].first, at_second(0));
}

TEST_F(CorrelatorTest, EventsWithoutTheGroupFieldAreCountedAndLeftOut) {
  load(
      "  type: event_count\n  rules: [failed]\n  group-by: [source.ip]\n  timespan: 60s\n"
      "  condition: {gte: 2}\n");
  const TestEvent bare{{{"kind", text("failed")}}, at_second(0)};
  EXPECT_TRUE(d.findings({bare, bare, bare}).empty());
  EXPECT_EQ(d.metrics.total("tocsin_detect_correlation_ungrouped_total"), 3U);
}

TEST_F(CorrelatorTest, FutureStampsAreTakenAtTheTimeOfReception) {
  load("  type: event_count\n  rules: [failed]\n  timespan: 60s\n  condition: {gte: 3}\n");
  auto made = d.batch({event(0, "1"), event(1, "1"), event(2, "1")});
  // Rebuild the middle one as stamped in the far future.
  auto records = std::make_shared<RecordBatch>(made->records());
  EventBatch forged(records);
  for (std::size_t i = 0; i < 3; ++i) {
    EventHead& head = forged.begin_event(i);
    head.time = i == 1 ? Micros(head.received.value + 3'600'000'000'000) : head.received;
    for (const Field& field : made->fields(i)) {
      forged.add(field.id, field.value);
    }
  }
  Correlator correlator(d.rules, d.metrics);
  std::vector<Finding> found;
  correlator.consume(forged, d.hits(forged), found);
  EXPECT_EQ(found.size(), 1U);
}

TEST_F(CorrelatorTest, AFloodOfKeysDoesNotPushOutAFillingWindow) {
  load(
      "  type: event_count\n  rules: [failed]\n  group-by: [source.ip]\n  timespan: 1h\n"
      "  condition: {gte: 4}\n");
  Correlator correlator(d.rules, d.metrics, {.bytes_max = 100'000, .shards = 1});
  std::vector<Finding> found;
  for (int round = 0; round < 4; ++round) {
    std::vector<TestEvent> events{event(round * 10, "6.6.6.6")};
    if (round == 0) {
      events.push_back(event(0, "6.6.6.6"));  // two events: more than the sprayed keys have
    }
    std::vector<std::string> names;
    for (int i = 0; i < 1'000; ++i) {
      names.push_back(std::to_string(round * 1'000 + i));
    }
    for (const std::string& name : names) {
      events.push_back(event(round * 10 + 1, name));
    }
    const auto made = d.batch(events);
    correlator.consume(*made, d.hits(*made), found);
    EXPECT_LE(correlator.bytes(), 100'000U);
  }
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].key[0].value, "6.6.6.6");
  EXPECT_GT(d.metrics.total("tocsin_detect_correlation_evicted_total"), 3'000U);
}

TEST_F(CorrelatorTest, MemoryForOneGroupIsBoundedAndItsCountStaysClose) {
  load(
      "  type: event_count\n  rules: [failed]\n  group-by: [source.ip]\n  timespan: 1h\n"
      "  condition: {gte: 10000}\n");
  std::vector<TestEvent> events;
  for (int i = 0; i < 12'000; ++i) {
    events.push_back(event(i * 0.1, "1"));
  }
  const auto found = d.findings(events, {.window_entries_max = 256});
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].seq, Seq(10'000));
  EXPECT_EQ(found[0].count + found[1].count, 12'000U);
}

TEST_F(CorrelatorTest, WhatIsLeftWhenAnEpisodeIsOverIsToldOnce) {
  load(
      "  type: event_count\n  rules: [failed]\n  group-by: [source.ip]\n  timespan: 5m\n"
      "  condition: {gte: 10}\n");
  std::vector<TestEvent> events;
  for (int i = 0; i < 157; ++i) {
    events.push_back(event(i, "1"));
  }
  events.push_back(event(4'000, "1"));  // long after: the episode of 157 is over
  const auto found = d.findings(events);
  ASSERT_EQ(found.size(), 5U);  // at 10, 20, 40, 80, and the rest
  std::uint64_t all = 0;
  for (const Finding& finding : found) {
    all += finding.count;
  }
  EXPECT_EQ(all, 157U);
  EXPECT_EQ(found.back().seq, Seq(157));
  EXPECT_NE(found.back().sentence.find("157"), std::string::npos) << found.back().sentence;
}

TEST_F(CorrelatorTest, PlainFindingsNameTheirKeyAndTheirWitness) {
  d.load(
      "title: Bad query\nlogsource: {category: any}\n"
      "detection:\n  sel:\n    url.query|contains: union\n  condition: sel\n"
      "---\n"
      "title: By url\nlogsource: {category: any}\ntocsin: {group-by: [url.path, user.name]}\n"
      "detection:\n  sel:\n    url.query|contains: union\n  condition: sel\n");
  const TestEvent bad{{{"url.query", text("id=1 UNION\nSELECT")},
                       {"url.path", text("/x")},
                       {"user.name", text("eve")},
                       {"source.ip", text("6.6.6.6")}},
                      at_second(5)};
  const auto found = d.findings({bad});
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].key, (std::vector<KeyPart>{{"source.ip", "6.6.6.6"}}));
  EXPECT_EQ(found[0].sentence, "Bad query: url.query \"id=1 UNION SELECT\" from 6.6.6.6");
  EXPECT_EQ(found[1].key, (std::vector<KeyPart>{{"url.path", "/x"}, {"user.name", "eve"}}));
  EXPECT_EQ(found[1].count, 1U);
}

}  // namespace
}  // namespace tocsin
