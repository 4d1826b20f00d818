// The bytes choose rules and events; the compiled matcher and the oracle must give the same hits.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/check.h"
#include "detect/compiled_rules.h"
#include "detect/matcher.h"
#include "detect/random_detections.h"

namespace tocsin {
namespace {

constexpr int kRules = 4;
constexpr std::size_t kEvents = 4;

void compare(const std::uint8_t* data, std::size_t size) {
  std::size_t at = 0;
  Words words{{[&](std::uint64_t n) { return at < size ? data[at++] % n : 0; }}};
  std::vector<RuleSource> sources;
  for (int i = 0; i < kRules; ++i) {
    sources.push_back({"r" + std::to_string(i) + ".yml", random_rule(words, i)});
  }
  FieldCatalog fields;
  DatasetCatalog datasets;
  Metrics metrics;
  LoadReport report;
  const auto taxonomy = Taxonomy::load({});
  CHECK(taxonomy.has_value());
  const auto rules = RuleSet::load(sources, *taxonomy, fields, {}, report);
  const auto compiled = CompiledRules::compile(rules);
  CHECK(compiled.has_value());
  const auto events = random_events(words, kEvents, fields, datasets);
  std::vector<RuleHit> fast;
  std::vector<RuleHit> slow;
  // Twice: the second time from what the first one remembered.
  const auto matcher = make_matcher(*compiled, fields, datasets, metrics);
  const auto oracle = make_oracle(rules, fields, datasets, metrics);
  oracle->match(*events, slow);
  std::ranges::sort(slow);
  for (int round = 0; round < 2; ++round) {
    fast.clear();
    matcher->match(*events, fast);
    CHECK(fast == slow);
  }
}

}  // namespace
}  // namespace tocsin

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  tocsin::compare(data, size);
  return 0;
}
