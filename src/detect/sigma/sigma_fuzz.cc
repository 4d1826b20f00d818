// Any text as a rule file: loading never crashes, and what loads can be evaluated, by the oracle
// and as correlations, against an event made of the same bytes.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "detect/detector.h"
#include "detect/explain.h"
#include "detect/matcher.h"
#include "detect/rule_set.h"

namespace {

using namespace tocsin;

Taxonomy any_taxonomy() {
  auto taxonomy =
      Taxonomy::load({{"t.yml", "sources:\n  - logsource: {category: any}\n    when: true\n"}});
  return taxonomy ? std::move(*taxonomy) : Taxonomy();
}

std::shared_ptr<EventBatch> events_of(std::string_view bytes, FieldCatalog& fields) {
  auto records = std::make_shared<RecordBatch>();
  const std::uint32_t origin = records->add_origin({"fuzz", "", ""});
  for (int i = 0; i < 4; ++i) {
    static_cast<void>(records->add(origin, Micros(1'700'000'000'000'000 + i), bytes));
  }
  records->set_first_seq(Seq(1));
  auto events = std::make_shared<EventBatch>(records);
  const FieldId a = fields.intern("a").value_or(fields::message);
  for (std::size_t i = 0; i < records->size(); ++i) {
    events->begin_event(i).time = Micros(1'700'000'000'000'000 - static_cast<std::int64_t>(i % 3));
    events->add_text(a, bytes.substr(0, bytes.size() / 2));
    events->add_text(a, bytes.substr(bytes.size() / 2));
    events->add_text(fields::source_ip, "203.0.113.7");
    events->add(fields::http_status, Value::integer(404));
    events->add(fields::event_duration, Value::null());
  }
  return events;
}

}  // namespace

// libfyaml 0.7.12 forgets a buffer when a quoted scalar is malformed; nothing of ours is hidden.
extern "C" const char* __lsan_default_suppressions();
extern "C" const char* __lsan_default_suppressions() {
  return "leak:libfyaml";
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Taxonomy kTaxonomy = any_taxonomy();
  const std::string text(reinterpret_cast<const char*>(data), size);
  FieldCatalog fields;
  DatasetCatalog datasets;
  Metrics metrics;
  LoadReport report;
  const auto rules = RuleSet::load({{"fuzz.yml", text}}, kTaxonomy, fields, {}, report);
  for (const LoadIssue& issue : report.issues) {
    if (issue.line < 1 || issue.reason.empty()) {
      std::abort();
    }
  }
  const auto events = events_of(text, fields);
  std::vector<RuleHit> hits;
  make_oracle(rules, fields, datasets, metrics)->match(*events, hits);
  std::vector<Finding> findings;
  Detector detector(rules, fields, datasets, metrics);
  detector.consume(*events, hits, findings);
  detector.finish(findings);
  for (std::uint32_t rule = 0; rule < rules->rules().size(); ++rule) {
    const RuleExplanation why = explain(*rules, rule, *events, 0, fields, datasets);
    const bool hit = std::ranges::find(hits, RuleHit{0, rule}) != hits.end();
    if (why.matches() != hit) {
      std::abort();
    }
  }
  return 0;
}
