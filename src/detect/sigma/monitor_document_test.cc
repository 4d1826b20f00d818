#include "detect/sigma/monitor_document.h"

#include <gtest/gtest.h>

#include "detect/test_events.h"

namespace tocsin {
namespace {

std::string rule_with(const std::string& monitor) {
  return "title: M\nid: m\nlogsource: {category: any}\n"
         "detection:\n  a: {event.action: login}\n  failed: {event.outcome: failure}\n"
         "  condition: a\n"
         "monitor: " +
         monitor + "\n";
}

class MonitorDocumentTest : public testing::Test {
 protected:
  void SetUp() override {
    d_.load_taxonomy("sources:\n  - logsource: {category: any}\n    when: true\n");
  }
  TestDetection d_;
};

TEST_F(MonitorDocumentTest, EachModelLoadsWithItsDefaults) {
  for (const char* text :
       {"{model: level}", "{model: series, direction: both}",
        "{model: seasonal, measure: {distinct: user.name}}",
        "{model: level, measure: {sum: source.bytes}, direction: both, bucket: 10s}",
        "{model: level, measure: {ratio: failed}}", "{model: new-value, field: user.name}",
        "{model: rare, field: [user.name, source.ip], share: 0.01}",
        "{model: travel, group-by: user.name, except: {networks: [10.0.0.0/8], owners: [VPN]}}",
        "{model: silence, group-by: [tocsin.source], quiet: 10m, expire: 30d}",
        "{model: beacon, group-by: [source.ip], jitter: 0.2}"}) {
    d_.load(rule_with(text));
    EXPECT_EQ(d_.report.refused, 0U) << text << ": " << d_.first_refusal();
    ASSERT_EQ(d_.rules->monitors().size(), 1U) << text;
    for (const Rule& rule : d_.rules->rules()) {
      EXPECT_TRUE(rule.silent);
    }
  }
}

TEST_F(MonitorDocumentTest, ARatioHasARuleForItsPart) {
  d_.load(rule_with("{model: level, measure: {ratio: failed}}"));
  ASSERT_EQ(d_.rules->rules().size(), 2U);
  const auto batch =
      d_.batch({{{{"event.action", text("login")}}},
                {{{"event.action", text("login")}, {"event.outcome", text("failure")}}},
                {{{"event.outcome", text("failure")}}}});
  const std::vector<RuleHit> hits = d_.hits(*batch);
  const std::vector<RuleHit> wanted = {{0, 0}, {1, 0}, {1, 1}};
  EXPECT_EQ(hits, wanted);
}

TEST_F(MonitorDocumentTest, AMistakeIsToldWithItsLine) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"{measure: count}", "the model is missing"},
      {"{model: magic}", "unknown model \"magic\""},
      {"{model: level, buckte: 5m}", "did you mean \"bucket\""},
      {"{model: level, field: user.name}", "means nothing to the model level"},
      {"{model: level, bucket: 5 minutes}", "must be a span"},
      {"{model: level, bucket: 2d}", "must be a span"},
      {"{model: level, min: -1}", "must be a number"},
      {"{model: level, min: nan}", "must be a number"},
      {"{model: level, measure: {median: a}}", "unknown measure"},
      {"{model: level, measure: {ratio: nothing}}", "nothing"},
      {"{model: level, measure: {sum: [a, b]}}", "a sum is of one field"},
      {"{model: level, direction: up}", "is one of high, low, both"},
      {"{model: new-value}", "needs \"field\""},
      {"{model: travel}", "needs \"group-by\""},
      {"{model: travel, group-by: a, except: {networks: [10.0.0.1/8]}}", "is not a network"},
      {"{model: beacon, group-by: a, interval-min: 1h, interval-max: 1h}", "must be longer"},
      {"{model: level, group-by: []}", "1 to 8 fields"},
      {"7", "must be a map"}};
  for (const auto& [monitor, reason] : cases) {
    d_.load(rule_with(monitor));
    EXPECT_EQ(d_.report.refused, 1U) << monitor;
    EXPECT_NE(d_.first_refusal().find(reason), std::string::npos)
        << monitor << ": " << d_.first_refusal();
    EXPECT_TRUE(d_.rules->monitors().empty());
    EXPECT_TRUE(d_.rules->rules().empty()) << "a refused monitor leaves no rule behind";
  }
}

TEST_F(MonitorDocumentTest, IdsAreSharedWithRulesAndCorrelationsCannotCountMonitors) {
  d_.load(rule_with("{model: level}") + "---\n" + rule_with("{model: level}") +
          "---\ntitle: C\nid: c\ncorrelation: {type: event_count, rules: [m], timespan: 5m, "
          "condition: {gte: 2}}\n");
  EXPECT_EQ(d_.report.refused, 2U);
  EXPECT_EQ(d_.rules->monitors().size(), 1U);
}

}  // namespace
}  // namespace tocsin
