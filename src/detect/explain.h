// Why an event did or did not match a rule: the rule's tree with the verdict of each part and the
// values that it saw. For `tocsin rules explain` and the rule editor; not for the hot path.
#pragma once

#include <string>
#include <vector>

#include "base/json_writer.h"
#include "detect/rule_set.h"
#include "model/catalog.h"
#include "model/event.h"

namespace tocsin {

struct Explanation {
  std::string what;  // "selection", "Image|endswith", "ends with '\cmd.exe'"
  bool verdict = false;
  std::vector<std::string> seen;  // of a leaf: "process.name = sshd"; empty: the field is absent
  std::vector<Explanation> children;
};

struct RuleExplanation {
  bool logsource_fits = false;
  std::string logsource;
  Explanation detection;  // evaluated also when the logsource does not fit
  bool matches() const { return logsource_fits && detection.verdict; }
};

RuleExplanation explain(const RuleSet& rules, std::uint32_t rule, const EventBatch& batch,
                        std::size_t event, FieldCatalog& fields, DatasetCatalog& datasets);

// Indented text for a terminal; control characters of values are escaped.
std::string explanation_text(const RuleExplanation& explanation);
void write_explanation(JsonWriter& writer, const RuleExplanation& explanation);

}  // namespace tocsin
