// The compiled matcher against the oracle: any rules, any events, the same hits.
#include <algorithm>

#include <gtest/gtest.h>

#include "base/rng.h"
#include "detect/compiled_rules.h"
#include "detect/matcher.h"
#include "detect/random_detections.h"

namespace tocsin {
namespace {

class CompiledMatcherTest : public testing::Test {
 protected:
  FieldCatalog fields_;
  DatasetCatalog datasets_;
  Metrics metrics_;
};

TEST_F(CompiledMatcherTest, GivesExactlyTheOraclesHits) {
  const auto taxonomy = Taxonomy::load({});
  ASSERT_TRUE(taxonomy.has_value());
  std::size_t hits_seen = 0;
  std::size_t loaded = 0;
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    Rng rng(seed);
    Words words{{[&rng](std::uint64_t n) { return rng.below(n); }}};
    std::vector<RuleSource> sources;
    for (int i = 0; i < 60; ++i) {
      sources.push_back({"r" + std::to_string(i) + ".yml", random_rule(words, i)});
    }
    LoadReport report;
    const auto rules = RuleSet::load(sources, *taxonomy, fields_, {}, report);
    loaded += rules->rules().size();
    const auto compiled = CompiledRules::compile(rules);
    ASSERT_TRUE(compiled.has_value()) << compiled.error().text();
    const auto fast = make_matcher(*compiled, fields_, datasets_, metrics_);
    const auto slow = make_oracle(rules, fields_, datasets_, metrics_);
    for (int round = 0; round < 4; ++round) {
      const auto events = random_events(words, 100, fields_, datasets_);
      std::vector<RuleHit> fast_hits;
      std::vector<RuleHit> slow_hits;
      fast->match(*events, fast_hits);
      slow->match(*events, slow_hits);
      std::ranges::sort(slow_hits);
      hits_seen += slow_hits.size();
      std::vector<RuleHit> differ;
      std::ranges::set_symmetric_difference(fast_hits, slow_hits, std::back_inserter(differ));
      ASSERT_TRUE(differ.empty())
          << "seed " << seed << ": event " << events->raw(differ[0].event) << "\n"
          << sources[std::stoul(rules->rules()[differ[0].rule].info->title.substr(5))].text;
      ASSERT_TRUE(std::ranges::is_sorted(fast_hits));
    }
  }
  EXPECT_GT(hits_seen, 10'000U);
  EXPECT_GT(loaded, 2'000U);
}

TEST_F(CompiledMatcherTest, RemembersNothingBetweenEventsThatDiffer) {
  const auto taxonomy = Taxonomy::load({});
  LoadReport report;
  const auto rules = RuleSet::load(
      {{"a.yml",
        "title: a\nlogsource: {product: p0}\ndetection:\n  s:\n    alpha|contains: evil\n  "
        "condition: s\n"}},
      *taxonomy, fields_, {}, report);
  const auto matcher =
      make_matcher(CompiledRules::compile(rules).value(), fields_, datasets_, metrics_);
  auto records = std::make_shared<RecordBatch>();
  const auto origin = records->add_origin({"test", "", ""});
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(records->add(origin, Micros(1), "x"));
  }
  EventBatch events(records);
  for (std::size_t i = 0; i < 3; ++i) {
    events.begin_event(i).dataset = datasets_.intern("d");
    events.add_text(fields::logsource_product, i == 2 ? "p1" : "p0");
    events.add_text(*fields_.intern("alpha"), i == 1 ? "good" : "An EVIL one");
  }
  std::vector<RuleHit> hits;
  matcher->match(events, hits);
  EXPECT_EQ(hits, (std::vector<RuleHit>{{0, 0}}));
}

}  // namespace
}  // namespace tocsin
