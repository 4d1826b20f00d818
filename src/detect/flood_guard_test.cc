#include "detect/flood_guard.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "detect/detector.h"
#include "detect/test_events.h"

namespace tocsin {
namespace {

class FloodGuardTest : public testing::Test {
 protected:
  void SetUp() override {
    d.load_taxonomy("sources:\n  - logsource: {category: any}\n    when: true\n");
    d.load(
        "title: Bad\nid: bad\nlogsource: {category: any}\n"
        "detection: {s: {kind: bad}, condition: s}\n---\n"
        "title: Odd\nid: odd\nlogsource: {category: any}\n"
        "detection: {s: {kind: odd}, condition: s}\n");
    options.flood.findings_per_minute_max = 10;
    options.flood.keys_max = 3;
  }

  std::vector<Finding> consume(Detector& detector, double second, int events,
                               std::string_view kind = "bad", int keys = 1) {
    std::vector<std::string> names;
    for (int i = 0; i < keys; ++i) {
      names.push_back("10.0.0." + std::to_string(i));
    }
    std::vector<TestEvent> made;
    for (int i = 0; i < events; ++i) {
      made.push_back(
          {{{"kind", text(kind)}, {"source.ip", text(names[static_cast<std::size_t>(i % keys)])}},
           at_second(second)});
    }
    const auto batch = d.batch(made);
    std::vector<Finding> out;
    detector.consume(*batch, d.hits(*batch), out);
    return out;
  }

  static std::uint64_t events_of(const std::vector<Finding>& findings) {
    std::uint64_t events = 0;
    for (const Finding& finding : findings) {
      events += finding.count;
    }
    return events;
  }

  TestDetection d;
  DetectorOptions options;
};

TEST_F(FloodGuardTest, WhatIsTooMuchIsToldAsOneWhenTheMinuteIsOver) {
  Detector detector(d.rules, d.fields, d.datasets, d.metrics, options);
  EXPECT_EQ(consume(detector, 0, 500).size(), 10U);
  EXPECT_EQ(detector.oldest_held(), Seq(11));
  EXPECT_TRUE(consume(detector, 1, 500).empty());
  EXPECT_EQ(d.metrics.total("tocsin_detect_muted_findings_total"), 990U);
  const auto next = consume(detector, 70, 1);
  ASSERT_EQ(next.size(), 2U);
  EXPECT_EQ(next[0].count, 990U);
  EXPECT_EQ(next[0].seq, Seq(1'000));
  EXPECT_EQ(next[0].events.size(), Finding::kSeqsMax);
  EXPECT_EQ(next[0].events.back(), Seq(1'000));
  EXPECT_EQ(next[0].sentence,
            "Bad from 10.0.0.0: 990 more events, told as one: the rule is muted, it made 1000 "
            "findings in a minute (more than 10)");
  EXPECT_EQ(next[1].count, 1U);  // it speaks again by itself
  EXPECT_FALSE(detector.oldest_held());
}

TEST_F(FloodGuardTest, OtherRulesAreHeard) {
  Detector detector(d.rules, d.fields, d.datasets, d.metrics, options);
  consume(detector, 0, 500);
  EXPECT_EQ(consume(detector, 1, 5, "odd").size(), 5U);
}

TEST_F(FloodGuardTest, ManyKeysShareOneFindingAndNoEventIsLost) {
  Detector detector(d.rules, d.fields, d.datasets, d.metrics, options);
  std::vector<Finding> all = consume(detector, 0, 1'000, "bad", 100);
  std::vector<Finding> rest;
  detector.tick(at_second(70), rest);
  ASSERT_EQ(rest.size(), 4U);
  EXPECT_EQ(
      std::ranges::count_if(rest, [](const Finding& f) { return f.key[0].field == kMutedField; }),
      1);
  EXPECT_EQ(events_of(all) + events_of(rest), 1'000U);
}

TEST_F(FloodGuardTest, WhatIsHeldIsToldWhenTheStreamStops) {
  Detector detector(d.rules, d.fields, d.datasets, d.metrics, options);
  consume(detector, 0, 30);
  std::vector<Finding> held;
  detector.flush(held);
  EXPECT_EQ(events_of(held), 20U);
  EXPECT_FALSE(detector.oldest_held());
}

TEST_F(FloodGuardTest, WithoutALimitNothingIsMuted) {
  Detector detector(d.rules, d.fields, d.datasets, d.metrics, {});
  EXPECT_EQ(consume(detector, 0, 2'000).size(), 2'000U);
}

}  // namespace
}  // namespace tocsin
