#include "detect/admitted_rules.h"

#include <algorithm>

namespace tocsin {

AdmittedRules::AdmittedRules(const CompiledRules& compiled, const std::vector<std::uint32_t>& rules)
    : admitted_(compiled.rules_->rules().size()), asked_(compiled.field_groups_.size()) {
  std::vector<bool> keyword_asked(compiled.keyword_groups_.size());
  for (const std::uint32_t rule : rules) {
    admitted_[rule] = true;
    for (const std::uint32_t group : compiled.groups_of_rule_[rule]) {
      asked_[group] = true;
    }
    if (const std::uint32_t group = compiled.keyword_group_of_rule_[rule];
        group != CompiledRules::kNoGroup) {
      keyword_asked[group] = true;
    }
  }
  for (const std::uint32_t rule : compiled.always_tried_) {
    if (admitted_[rule]) {
      always_.push_back(rule);
    }
  }
  for (std::uint32_t group = 0; group < keyword_asked.size(); ++group) {
    if (keyword_asked[group]) {
      keyword_groups_.push_back(group);
    }
  }
  std::vector<std::pair<std::uint32_t, std::uint32_t>> pairs;  // field, group
  for (std::uint32_t group = 0; group < asked_.size(); ++group) {
    if (!asked_[group]) {
      continue;
    }
    for (const FieldId field : compiled.field_groups_[group].fields) {
      pairs.emplace_back(field.value, group);
    }
  }
  std::ranges::sort(pairs);
  const auto repeated = std::ranges::unique(pairs);
  pairs.erase(repeated.begin(), repeated.end());
  for (const auto& [field, group] : pairs) {
    first_.resize(field + std::size_t{1}, static_cast<std::uint32_t>(groups_.size()));
    groups_.push_back(group);
  }
  first_.push_back(static_cast<std::uint32_t>(groups_.size()));
}

}  // namespace tocsin
