// Sigma's correlations, line by line: what is accepted, what it means, what is refused and why.
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "detect/detector.h"
#include "detect/test_events.h"

namespace tocsin {
namespace {

struct Step {
  double second;
  const char* kind;
  int number = 0;
};

class LanguageTest : public testing::Test {
 protected:
  void SetUp() override {
    d.load_taxonomy("sources:\n  - logsource: {category: any}\n    when: true\n");
  }

  void load(const std::string& correlation) {
    std::string text;
    for (const char* name : {"a", "b", "c"}) {
      const std::string n(name);
      text += "title: Title " + n + "\nid: id-" + n + "\nname: " + n +
              "\nlogsource: {category: any}\ndetection: {s: {kind: " + n +
              "}, condition: s}\n---\n";
    }
    d.load(text + "title: Correlation\ncorrelation: {" + correlation + "}\n");
  }

  std::vector<Finding> findings(const std::vector<Step>& steps) {
    EXPECT_EQ(d.report.refused, 0U) << d.first_refusal();
    std::vector<TestEvent> events;
    for (const Step& step : steps) {
      events.push_back(
          {{{"kind", text(step.kind)}, {"number", integer(step.number)}}, at_second(step.second)});
    }
    return d.findings(events);
  }

  bool fires(const std::string& correlation, const std::vector<Step>& steps) {
    load(correlation);
    return !findings(steps).empty();
  }

  TestDetection d;
};

TEST_F(LanguageTest, AnAbsenceIsDecidedWhenTheWindowIsOver) {
  for (const char* condition : {"a and b and not c", "a AND b AND NOT c", "a and (b and not c)",
                                "not (c or not (a and b))"}) {
    const std::string correlation =
        "type: temporal, timespan: 60s, condition: '" + std::string(condition) + "'";
    EXPECT_TRUE(fires(correlation, {{0, "a"}, {5, "b"}})) << condition;
    EXPECT_TRUE(fires(correlation, {{0, "a"}, {5, "b"}, {61, "c"}})) << condition;
    EXPECT_FALSE(fires(correlation, {{0, "a"}, {5, "b"}, {60, "c"}})) << condition;
    EXPECT_FALSE(fires(correlation, {{0, "a"}, {2, "c"}, {5, "b"}})) << condition;
    EXPECT_FALSE(fires(correlation, {{0, "a"}, {1, "a"}})) << condition;
    // What came before the window does not matter.
    EXPECT_TRUE(fires(correlation, {{0, "c"}, {10, "a"}, {20, "b"}})) << condition;
  }
}

TEST_F(LanguageTest, AnAbsenceIsNotDecidedBeforeLateEventsCameIn) {
  load("type: temporal, timespan: 60s, condition: a and not b");
  Detector detector(d.rules, d.fields, d.datasets, d.metrics);
  std::vector<Finding> found;
  const auto feed = [&](const std::vector<Step>& steps) {
    std::vector<TestEvent> events;
    for (const Step& step : steps) {
      events.push_back({{{"kind", text(step.kind)}}, at_second(step.second)});
    }
    const auto batch = d.batch(events);
    detector.consume(*batch, d.hits(*batch), found);
  };
  feed({{0, "a"}, {65, "a"}, {59, "b"}, {100, "b"}, {200, "b"}});
  EXPECT_TRUE(found.empty());
  feed({{300, "a"}, {365, "b"}, {371, "b"}});
  EXPECT_EQ(found.size(), 1U);
}

TEST_F(LanguageTest, AMatchIsToldOncePerWindow) {
  load("type: temporal, timespan: 60s, condition: a and b and not c");
  const auto found = findings({{0, "a"}, {1, "b"}, {2, "a"}, {3, "b"}, {100, "a"}, {101, "b"}});
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].count, 4U);
  EXPECT_EQ(found[0].time, at_second(3));
  EXPECT_EQ(found[0].sentence,
            "\"Title a\" and \"Title b\" without \"Title c\" in 3.00s (rule wants them within 1m)");
}

TEST_F(LanguageTest, RulesMayBeOmittedWhenTheConditionNamesThem) {
  EXPECT_TRUE(fires("type: temporal, timespan: 60s, condition: a and b", {{0, "b"}, {1, "a"}}));
  EXPECT_FALSE(fires("type: temporal, timespan: 60s, condition: a and b", {{0, "a"}}));
  EXPECT_TRUE(fires("type: temporal, timespan: 60s, condition: id-a or id-b", {{0, "b"}}));
  EXPECT_FALSE(
      fires("type: temporal_ordered, timespan: 60s, condition: a and b", {{0, "b"}, {1, "a"}}));
  EXPECT_TRUE(fires("type: temporal_ordered, timespan: 60s, condition: a AND b, rules: [b, a]",
                    {{0, "a"}, {1, "b"}}));
}

TEST_F(LanguageTest, PatternsWorkOverTheListOfRules) {
  EXPECT_TRUE(
      fires("type: temporal, timespan: 60s, rules: [a, b, c], condition: 1 of them", {{0, "c"}}));
  EXPECT_FALSE(fires("type: temporal, timespan: 60s, rules: [a, b, c], condition: all of them",
                     {{0, "c"}, {0, "a"}}));
}

TEST_F(LanguageTest, ACountOfRulesIsATemporalCondition) {
  const std::string two = "type: temporal, timespan: 60s, rules: [a, b, c], condition: {gte: 2}";
  EXPECT_TRUE(fires(two, {{0, "c"}, {9, "a"}}));
  EXPECT_FALSE(fires(two, {{0, "c"}, {9, "c"}}));
}

TEST_F(LanguageTest, NumbersAreMeasuredOverTheWholeWindow) {
  struct Case {
    const char* correlation;
    std::vector<Step> steps;
    bool fires;
  };
  std::vector<Step> many;
  for (int i = 0; i < 2'000; ++i) {
    many.push_back({i * 0.01, "a", i});
  }
  const std::vector<Case> cases = {
      {"type: value_sum, condition: {field: number, gt: 1999000}", many, false},
      {"type: value_sum, condition: {field: number, gte: 1999000}", many, true},
      {"type: value_avg, condition: {field: number, gte: 999.5}", many, true},
      {"type: value_avg, condition: {field: number, gt: 999.5}", many, false},
      {"type: value_median, condition: {field: number, gte: 999.5}", many, true},
      {"type: value_median, condition: {field: number, gt: 999.5}", many, false},
      {"type: value_percentile, condition: {field: number, percentile: 90, gte: 1799}", many, true},
      {"type: value_percentile, condition: {field: number, percentile: 90, gt: 1799.2}", many,
       false},
      {"type: value_count, condition: {field: number, gte: 2000}", many, true},
      {"type: value_count, condition: {field: number, gt: 2000}", many, false},
      {"type: event_count, condition: {gt: 1999, lte: 2000}", many, true},
      {"type: event_count, condition: {gt: 1998, lte: 1999}", many, false},
  };
  for (const Case& one : cases) {
    EXPECT_EQ(fires(std::string(one.correlation) + ", rules: [a], timespan: 60s", one.steps),
              one.fires)
        << one.correlation;
  }
}

TEST_F(LanguageTest, SentencesNameTheMeasure) {
  load("type: value_median, rules: [a], timespan: 60s, condition: {field: number, gte: 5}");
  EXPECT_EQ(findings({{0, "a", 7}})[0].sentence,
            "median of number is 7 over 1 events at once (rule wants ≥ 5 in 1m)");
  load(
      "type: value_percentile, rules: [a], timespan: 60s, condition: {field: number, percentile: "
      "95, gte: 5}");
  EXPECT_EQ(findings({{0, "a", 7}})[0].sentence,
            "percentile 95 of number is 7 over 1 events at once (rule wants ≥ 5 in 1m)");
}

TEST_F(LanguageTest, NumbersThatAreNoneAreLeftOut) {
  load("type: value_sum, rules: [a], timespan: 60s, condition: {field: number, gte: 5}");
  const std::string nines(400, '9');
  const TestEvent word{{{"kind", text("a")}, {"number", text("many")}}, at_second(0)};
  const TestEvent endless{{{"kind", text("a")}, {"number", text(nines)}}, at_second(0)};
  EXPECT_TRUE(d.findings({word, endless}).empty());
  EXPECT_EQ(d.metrics.total("tocsin_detect_correlation_ungrouped_total"), 2U);
}

TEST_F(LanguageTest, MistakesAreNamed) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"type: temporal, timespan: 1m, condition: not a", "when nothing happens"},
      {"type: temporal, timespan: 1m, condition: a or not b", "when nothing happens"},
      {"type: temporal, timespan: 1m, condition: a and nobody", "\"nobody\""},
      {"type: temporal, timespan: 1m, condition: 1 of them", "wants the list \"rules\""},
      {"type: temporal, timespan: 1m, condition: a and b*", "wants the list \"rules\""},
      {"type: temporal, timespan: 1m", "the list of rules is missing"},
      {"type: temporal_ordered, timespan: 1m, condition: a or b", "an order"},
      {"type: temporal_ordered, timespan: 1m, condition: a and not b", "an order"},
      {"type: temporal_ordered, timespan: 1m, rules: [a, b, c], condition: a and b",
       "every rule of the list once"},
      {"type: temporal_ordered, timespan: 1m, rules: [a, b], condition: {gte: 2}",
       "takes no condition"},
      {"type: temporal, timespan: 1m, rules: [a, b], condition: {lte: 1}", "only gt and gte"},
      {"type: value_percentile, timespan: 1m, rules: [a], condition: {field: x, gte: 1}",
       "wants \"percentile\""},
      {"type: value_median, timespan: 1m, rules: [a], condition: {field: x, percentile: 9, gte: 1}",
       "takes no \"percentile\""},
      {"type: value_sum, timespan: 1m, rules: [a], condition: {field: [x, y], gte: 1}",
       "several fields"},
      {"type: event_count, timespan: 1m, condition: a and b", "must be a map"},
  };
  for (const auto& [correlation, reason] : cases) {
    load(correlation);
    EXPECT_EQ(d.report.refused, 1U) << correlation;
    EXPECT_NE(d.first_refusal().find(reason), std::string::npos)
        << correlation << ": " << d.first_refusal();
  }
}

}  // namespace
}  // namespace tocsin
