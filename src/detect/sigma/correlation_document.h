// The `correlation` part of a document, as written: references are still names.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/yaml.h"
#include "detect/sigma/correlation.h"
#include "detect/sigma/problem.h"

namespace tocsin::sigma {

struct Alias {
  std::string name;
  std::vector<std::pair<std::string, std::string>> fields;  // rule → field
};

struct CorrelationDraft {
  CorrelationType type = CorrelationType::kEventCount;
  std::vector<std::string> rules;  // ids or names
  std::vector<std::string> group_by;
  std::vector<std::string> value_fields;
  std::vector<Alias> aliases;
  Span timespan;
  Bounds bounds;
  double percentile = 50;
  bool has_percentile = false;
  std::string condition;  // temporal, extended form: "a and (b or c)"; or empty
  const YamlNode* condition_at = nullptr;
  const YamlNode* rules_at = nullptr;
  bool generate = false;

  // The field that `name` (of group-by) means for the rule known by `id` or `rule_name`.
  std::string_view field_of(std::string_view name, std::string_view id,
                            std::string_view rule_name) const;
};

// `map` is the value of the key "correlation".
Parsed<CorrelationDraft> read_correlation(const YamlNode& map);

}  // namespace tocsin::sigma
