// CompiledRules: all plain rules of a RuleSet as tables that are asked value by value.
//
// Equal atoms of different rules are one. Each rule has witnesses (match/witness.h): atoms of which
// one must hold. Witnesses on the same fields form a group whose tests (match/field_tests.h) answer
// for a value all at once; keyword witnesses form a group per logsource. What fires leads to the
// rules to be tried; their other atoms are evaluated only then, the cheap ones first.
// Immutable; shared between the matchers of all threads. How it works: docs/matcher.md.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "base/result.h"
#include "detect/match/database_cache.h"
#include "detect/match/field_tests.h"
#include "detect/match/keyword_tests.h"
#include "detect/matcher.h"
#include "detect/rule_set.h"

namespace tocsin {

class CompiledRules {
 public:
  // `cache` remembers pattern databases; compiling uses `threads` threads.
  static Result<std::shared_ptr<const CompiledRules>> compile(std::shared_ptr<const RuleSet> rules,
                                                              match::DatabaseCache& cache,
                                                              std::size_t threads = 2);
  // With a cache of its own.
  static Result<std::shared_ptr<const CompiledRules>> compile(std::shared_ptr<const RuleSet> rules);

  const std::shared_ptr<const RuleSet>& rule_set() const { return rules_; }
  std::size_t atoms() const { return atoms_.size(); }
  std::size_t memory_bytes() const;  // of the pattern databases

 private:
  friend class CompiledMatcher;
  friend class AdmittedRules;
  friend class RuleCompiler;

  static constexpr std::uint32_t kNoGroup = 0xFFFFFFFF;

  struct CompiledAtom {
    const sigma::Atom* atom;
    std::uint32_t group = kNoGroup;        // whose tests fire it; none: evaluated when asked
    std::vector<std::uint32_t> witnesses;  // rules that it leads to
  };
  // A rule's tree, flat: a node, then its children, each with all that is below it.
  struct Step {
    sigma::NodeKind kind;
    match::AtomId atom;
    std::uint32_t end;  // index behind what is below
  };
  struct FieldGroup {
    std::vector<FieldId> fields;
    match::FieldTests tests;
  };
  struct KeywordGroup {
    sigma::Logsource logsource;
    match::KeywordTests tests;
  };

  std::shared_ptr<const RuleSet> rules_;
  std::vector<CompiledAtom> atoms_;
  std::vector<Step> steps_;
  std::vector<std::uint32_t> first_step_;                   // by rule
  std::vector<std::uint32_t> always_tried_;                 // rules without a witness
  std::vector<std::vector<std::uint32_t>> groups_of_rule_;  // field groups of its witnesses
  std::vector<std::uint32_t> keyword_group_of_rule_;        // kNoGroup: no keyword witness
  std::vector<FieldGroup> field_groups_;
  std::vector<KeywordGroup> keyword_groups_;
};

// The fast matcher; gives exactly what make_oracle()'s gives.
std::unique_ptr<Matcher> make_matcher(std::shared_ptr<const CompiledRules> compiled,
                                      FieldCatalog& fields, DatasetCatalog& datasets,
                                      Metrics& metrics);

}  // namespace tocsin
