// Reloads, shards and memory of the Correlator.
#include <set>

#include <gtest/gtest.h>

#include "base/rng.h"
#include "detect/correlate/correlator.h"
#include "detect/detector.h"
#include "detect/test_events.h"

namespace tocsin {
namespace {

std::string base_rule(std::string_view kind) {
  return "title: " + std::string(kind) + "\nid: " + std::string(kind) +
         "\nname: " + std::string(kind) +
         "\nlogsource: {category: any}\ndetection: {s: {kind: " + std::string(kind) +
         "}, condition: s}\n---\n";
}

std::string correlation(std::string_view id, std::string_view rest) {
  return "title: " + std::string(id) + "\nid: " + std::string(id) + "\nname: " + std::string(id) +
         "\ncorrelation: {" + std::string(rest) + "}\n---\n";
}

constexpr std::string_view kMany =
    "type: event_count, rules: [failed], group-by: [source.ip], timespan: 5m, condition: {gte: 4}";

class AdoptTest : public testing::Test {
 protected:
  void SetUp() override {
    d.load_taxonomy("sources:\n  - logsource: {category: any}\n    when: true\n");
  }

  void load(const std::string& text) {
    d.load(text);
    ASSERT_EQ(d.report.refused, 0U) << d.first_refusal();
  }

  void consume(Detector& detector, double second, int events, std::string_view kind = "failed") {
    std::vector<TestEvent> made;
    for (int i = 0; i < events; ++i) {
      made.push_back(
          {{{"kind", text(kind)}, {"source.ip", text("6.6.6.6")}}, at_second(second + i)});
    }
    const auto batch = d.batch(made);
    detector.consume(*batch, d.hits(*batch), found);
  }

  TestDetection d;
  std::vector<Finding> found;
};

TEST_F(AdoptTest, AWindowGoesOnAcrossAReload) {
  load(base_rule("failed") + correlation("many", kMany));
  Detector detector(d.rules, d.fields, d.datasets, d.metrics);
  consume(detector, 0, 2);
  // Another order, another rule, another correlation: indexes move.
  load(base_rule("other") +
       correlation("others",
                   "type: event_count, rules: [other], timespan: "
                   "1m, condition: {gte: 2}") +
       base_rule("failed") + correlation("many", kMany));
  const Adoption adoption = detector.adopt(d.rules);
  EXPECT_EQ(adoption.kept, 1U);
  EXPECT_EQ(adoption.restarted, std::vector<std::string>{"others"});
  consume(detector, 10, 2);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].count, 4U);
  EXPECT_EQ(found[0].first, at_second(0));
  EXPECT_EQ(found[0].rule->title, "many");
}

TEST_F(AdoptTest, AnOpenEpisodeGoesOnAcrossAReload) {
  load(base_rule("failed") + correlation("many", kMany));
  Detector detector(d.rules, d.fields, d.datasets, d.metrics);
  consume(detector, 0, 5);
  EXPECT_EQ(found.size(), 1U);
  load(base_rule("failed") + correlation("many", kMany) + base_rule("more"));
  detector.adopt(d.rules);
  consume(detector, 10, 2);
  EXPECT_EQ(found.size(), 1U);  // not told anew
  consume(detector, 20, 1);
  ASSERT_EQ(found.size(), 2U);  // doubled
  EXPECT_EQ(found[0].count + found[1].count, 8U);
}

TEST_F(AdoptTest, AChangedCorrelationOrRuleBeginsAnew) {
  const std::string changed(
      "type: event_count, rules: [failed], group-by: [source.ip], timespan: 6m, "
      "condition: {gte: 4}");
  const std::string other_rule =
      "title: failed\nid: failed\nname: failed\nlogsource: {category: any}\n"
      "detection: {s: {kind: failed}, condition: s}\nlevel: high\n---\n";
  for (const std::string& next : {base_rule("failed") + correlation("many", changed),
                                  other_rule + correlation("many", kMany)}) {
    load(base_rule("failed") + correlation("many", kMany));
    Detector detector(d.rules, d.fields, d.datasets, d.metrics);
    consume(detector, 0, 3);
    load(next);
    EXPECT_EQ(detector.adopt(d.rules).kept, 0U);
    found.clear();
    consume(detector, 10, 3);
    EXPECT_TRUE(found.empty());
    consume(detector, 20, 1);
    EXPECT_EQ(found.size(), 1U);
  }
}

TEST_F(AdoptTest, AChangedFilterBeginsAnewWhatItIsAppliedTo) {
  const auto with_filter = [&](const std::string& ip) {
    return base_rule("failed") + correlation("many", kMany) +
           "title: Filter\nlogsource: {category: any}\nfilter: {rules: [failed], ours: "
           "{source.ip: " +
           ip + "}, condition: not ours}\n";
  };
  load(with_filter("1.1.1.1"));
  Detector detector(d.rules, d.fields, d.datasets, d.metrics);
  load(with_filter("2.2.2.2"));
  EXPECT_EQ(detector.adopt(d.rules).kept, 0U);
  load(with_filter("2.2.2.2") + "---\n" + base_rule("other"));
  EXPECT_EQ(detector.adopt(d.rules).kept, 1U);
}

TEST_F(AdoptTest, WhatAnEndedCorrelationHasNotToldIsTold) {
  load(base_rule("failed") + correlation("many", kMany));
  Detector detector(d.rules, d.fields, d.datasets, d.metrics);
  consume(detector, 0, 6);
  ASSERT_EQ(found.size(), 1U);
  load(base_rule("failed"));
  detector.adopt(d.rules);
  consume(detector, 10, 1, "nothing");
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].count + found[1].count, 6U);
}

// Three levels, several correlations a level, several keys.
std::string layered() {
  return base_rule("failed") + base_rule("odd") +
         correlation("burst",
                     "type: event_count, rules: [failed], group-by: [source.ip], timespan: 20s, "
                     "condition: {gte: 3}, generate: true") +
         correlation("names",
                     "type: value_count, rules: [failed, odd], group-by: [source.ip], timespan: "
                     "30s, condition: {field: user.name, gte: 3}, generate: true") +
         correlation("both",
                     "type: temporal, rules: [burst, names], group-by: [source.ip], timespan: 60s, "
                     "generate: true") +
         correlation("quiet",
                     "type: temporal, condition: burst and not odd, group-by: [source.ip], "
                     "timespan: 15s, generate: true") +
         correlation("spread",
                     "type: value_count, rules: [both, quiet], timespan: 5m, condition: {field: "
                     "source.ip, gte: 3}, generate: true");
}

TEST_F(AdoptTest, ShardsAndThreadsChangeNothing) {
  load(layered());
  Rng rng(7);
  std::vector<std::string> names;
  for (int i = 0; i < 40; ++i) {
    names.push_back("n" + std::to_string(i));
  }
  std::vector<std::shared_ptr<EventBatch>> batches;
  double now = 0;
  for (int b = 0; b < 6; ++b) {
    std::vector<TestEvent> events;
    for (int i = 0; i < 3'000; ++i) {
      now += 0.01;
      events.push_back({{{"kind", text(rng.below(4) == 0 ? "odd" : "failed")},
                         {"source.ip", text(names[rng.below(40)])},
                         {"user.name", text(names[rng.below(5)])}},
                        at_second(now - static_cast<double>(rng.below(8)))});
    }
    batches.push_back(d.batch(events));
  }
  std::vector<std::string> reference;
  std::set<std::string> titles;
  for (const CorrelatorLimits& limits :
       {CorrelatorLimits{.shards = 1}, CorrelatorLimits{.shards = 4},
        CorrelatorLimits{.shards = 4, .threads = 4}, CorrelatorLimits{.shards = 7, .threads = 2}}) {
    Correlator correlator(d.rules, d.metrics, limits);
    std::vector<Finding> out;
    for (const auto& batch : batches) {
      correlator.consume(*batch, d.hits(*batch), out);
    }
    correlator.finish(out);
    std::vector<std::string> lines;
    for (const Finding& finding : out) {
      titles.insert(finding.rule->title);
      lines.push_back(std::to_string(finding.seq.value) + " " + key_text(finding.key) + " " +
                      std::to_string(finding.count) + " " + finding.sentence);
    }
    if (reference.empty()) {
      reference = lines;
      EXPECT_GT(reference.size(), 200U);
      EXPECT_EQ(titles.size(), 5U);
    }
    EXPECT_EQ(lines, reference) << limits.shards << " shards, " << limits.threads << " threads";
  }
}

TEST_F(AdoptTest, AMillionAddressesDoNotPushOutTheKeyThatIsFillingUp) {
  load(base_rule("failed") + correlation("many", kMany));
  CorrelatorLimits limits{.bytes_max = 4'000'000, .shards = 2};
  Correlator correlator(d.rules, d.metrics, limits);
  Rng rng(11);
  for (int round = 0; round < 4; ++round) {
    std::vector<TestEvent> events;
    // Before the second flood the attacker's key has two events, the sprayed ones have one.
    for (int i = 0; i < (round == 0 ? 2 : 1); ++i) {
      events.push_back(
          {{{"kind", text("failed")}, {"source.ip", text("6.6.6.6")}}, at_second(round * 10)});
    }
    std::vector<std::string> sprayed;
    for (int i = 0; i < 50'000; ++i) {
      sprayed.push_back(std::to_string(rng.next()));
    }
    for (const std::string& ip : sprayed) {
      events.push_back(
          {{{"kind", text("failed")}, {"source.ip", text(ip)}}, at_second(round * 10 + 1)});
    }
    const auto batch = d.batch(events);
    correlator.consume(*batch, d.hits(*batch), found);
    ASSERT_LE(correlator.bytes(), limits.bytes_max);
  }
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].key[0].value, "6.6.6.6");
  EXPECT_GT(d.metrics.total("tocsin_detect_correlation_evicted_total"), 100'000U);
}

TEST_F(AdoptTest, ABusyKeyDoesNotPushOutTheSmallOnes) {
  load(base_rule("failed") +
       correlation("bytes",
                   "type: value_sum, rules: [failed], group-by: [source.ip], timespan: 1d, "
                   "condition: {field: bytes, gte: 1000000}"));
  CorrelatorLimits limits{.bytes_max = 2'000'000, .shards = 1};
  Correlator correlator(d.rules, d.metrics, limits);
  for (int round = 0; round < 20; ++round) {
    std::vector<TestEvent> events;
    std::vector<std::string> names;
    for (int i = 0; i < 2'000; ++i) {
      names.push_back(std::to_string(i % 20));
    }
    for (int i = 0; i < 10'000; ++i) {
      const bool busy = i % 5 != 0;
      events.push_back(
          {{{"kind", text("failed")},
            {"bytes", integer(busy ? 1 : 2)},
            {"source.ip", text(busy ? std::string_view("busy")
                                    : std::string_view(names[static_cast<std::size_t>(i / 5)]))}},
           at_second(round * 10 + i * 0.001)});
    }
    const auto batch = d.batch(events);
    correlator.consume(*batch, d.hits(*batch), found);
    ASSERT_LE(correlator.bytes(), limits.bytes_max);
  }
  EXPECT_EQ(correlator.groups(), 21U);
  EXPECT_EQ(d.metrics.total("tocsin_detect_correlation_evicted_total"), 0U);
}

TEST_F(AdoptTest, AQuietNightEndsWindowsToo) {
  load(base_rule("backup") + base_rule("copy") +
       correlation("not copied", "type: temporal, condition: backup AND NOT copy, timespan: 1m"));
  Detector detector(d.rules, d.fields, d.datasets, d.metrics);
  consume(detector, 0, 1, "backup");
  std::vector<Finding> late;
  detector.tick(at_second(65), late);
  EXPECT_TRUE(late.empty());
  detector.tick(at_second(75), late);
  ASSERT_EQ(late.size(), 1U);
  EXPECT_EQ(late[0].sentence, "\"backup\" without \"copy\" at once (rule wants them within 1m)");
  consume(detector, 200, 1, "backup");
  consume(detector, 230, 1, "copy");
  consume(detector, 400, 1, "nothing");
  EXPECT_TRUE(found.empty());
}

}  // namespace
}  // namespace tocsin
