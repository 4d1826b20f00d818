#include "detect/rule_set.h"

#include <algorithm>

#include "base/fail.h"
#include "detect/rule_set_loader.h"

namespace tocsin {

Result<Placeholders> parse_placeholders(const RuleSource& source) {
  TRY_ASSIGN(const auto file, YamlFile::parse(source.text, source.file));
  Placeholders placeholders;
  for (const YamlDocument& document : file.documents()) {
    if (!document.root->is_mapping()) {
      return file.error_at(*document.root, "a map from names to values is expected");
    }
    for (const auto& [key, value] : document.root->entries()) {
      std::vector<std::string>& values = placeholders[key->text()];
      const std::vector<const YamlNode*> items =
          value->is_sequence() ? value->items() : std::vector<const YamlNode*>{value};
      for (const YamlNode* item : items) {
        if (!item->is_scalar()) {
          return file.error_at(*item, "a value is expected");
        }
        values.push_back(item->text());
      }
    }
  }
  return placeholders;
}

std::shared_ptr<const RuleSet> RuleSet::load(const std::vector<RuleSource>& sources,
                                             const Taxonomy& taxonomy, FieldCatalog& fields,
                                             const Placeholders& placeholders, LoadReport& report) {
  auto rules = std::make_shared<RuleSet>();
  RuleSetLoader loader(*rules, taxonomy, fields, placeholders, report);
  loader.load(sources);
  return rules;
}

Span RuleSet::max_timespan() const {
  std::vector<Span> spans;
  Span longest;
  for (const sigma::Correlation& correlation : correlations_) {
    Span below;
    for (const sigma::CorrelationInput& input : correlation.inputs) {
      if (input.kind == sigma::CorrelationInput::Kind::kCorrelation) {
        below = std::max(below, spans[input.index]);
      }
    }
    spans.push_back(Span(correlation.timespan.value + below.value));
    longest = std::max(longest, spans.back());
  }
  return longest;
}

}  // namespace tocsin
