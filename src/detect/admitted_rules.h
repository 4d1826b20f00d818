// AdmittedRules: what a matcher needs to know about one list of rules that the gate gives, prepared
// once per list: which fields of an event are worth a question, and which rules an answer may lead
// to. Immutable; one thread's own.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "detect/compiled_rules.h"

namespace tocsin {

class AdmittedRules {
 public:
  AdmittedRules(const CompiledRules& compiled, const std::vector<std::uint32_t>& rules);

  bool admits(std::uint32_t rule) const { return admitted_[rule]; }
  // Admitted rules without a witness.
  const std::vector<std::uint32_t>& always() const { return always_; }
  // Field groups to be asked about a value of this field.
  std::span<const std::uint32_t> groups_of(FieldId field) const {
    if (field.value + std::size_t{1} >= first_.size()) {
      return {};
    }
    return std::span(groups_).subspan(first_[field.value],
                                      first_[field.value + std::size_t{1}] - first_[field.value]);
  }
  bool asks(std::uint32_t group) const { return asked_[group]; }
  const std::vector<std::uint32_t>& keyword_groups() const { return keyword_groups_; }

 private:
  std::vector<bool> admitted_;  // by rule
  std::vector<std::uint32_t> always_;
  std::vector<bool> asked_;           // by field group
  std::vector<std::uint32_t> first_;  // by FieldId, into groups_; one more at the end
  std::vector<std::uint32_t> groups_;
  std::vector<std::uint32_t> keyword_groups_;
};

}  // namespace tocsin
