// CompiledRules: all plain rules of a RuleSet as tables that are asked field by field.
//
// Equal atoms of different rules are one. All positive atoms on one field are asked of a value at
// once (match/field_tests.h); what fires leads to the rules for which it is a witness
// (match/witness.h); only those are tried, and only their other atoms are evaluated one by one.
// Immutable; shared between the matchers of all threads.
#pragma once

#include <cstdint>
#include <memory>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "detect/match/field_tests.h"
#include "detect/matcher.h"
#include "detect/rule_set.h"

namespace tocsin {

class CompiledRules {
 public:
  static Result<std::shared_ptr<const CompiledRules>> compile(std::shared_ptr<const RuleSet> rules);

  const std::shared_ptr<const RuleSet>& rule_set() const { return rules_; }
  std::size_t atoms() const { return atoms_.size(); }
  std::size_t memory_bytes() const;  // of the pattern databases

 private:
  friend class CompiledMatcher;
  friend class RuleCompiler;

  struct CompiledAtom {
    const sigma::Atom* atom;
    bool indexed;                          // fires by itself; else evaluated when asked
    std::vector<std::uint32_t> witnesses;  // rules that it leads to
  };

  std::shared_ptr<const RuleSet> rules_;
  std::vector<CompiledAtom> atoms_;
  std::vector<std::vector<match::AtomId>> rule_atoms_;  // by rule, then by its own atom number
  std::vector<std::uint32_t> always_tried_;             // rules without a witness
  std::vector<bool> asks_keywords_;                     // by rule
  std::vector<std::unique_ptr<match::FieldTests>> by_field_;  // by FieldId; mostly null
  match::TextTests keywords_;
};

// The fast matcher; gives exactly what make_oracle()'s gives.
std::unique_ptr<Matcher> make_matcher(std::shared_ptr<const CompiledRules> compiled,
                                      FieldCatalog& fields, DatasetCatalog& datasets,
                                      Metrics& metrics);

}  // namespace tocsin
