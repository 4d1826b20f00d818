// NecessaryFilter: what an event must have for a rule to match it, as a filter of the index.
//
// A superset: every event that the rule matches passes; others may. Whatever the index cannot
// decide exactly (regular expressions, long text that it cut, fields that it does not keep) becomes
// something weaker, never something wrong. Pure; any thread.
#pragma once

#include <cstdint>
#include <span>

#include "detect/rule_set.h"
#include "model/catalog.h"
#include "query/ast.h"

namespace tocsin {

struct NecessaryFilter {
  ExprPtr condition;
  bool narrows = false;  // false: everything passes
  bool exact = false;    // passes nothing else either
};

// For any of the plain rules (indexes), logsource included.
NecessaryFilter necessary_filter(const RuleSet& rules, std::span<const std::uint32_t> plain,
                                 const FieldCatalog& fields);
// For events of a logsource, as the gate decides.
NecessaryFilter logsource_filter(const RuleSet& rules, const sigma::Logsource& logsource,
                                 const FieldCatalog& fields);

}  // namespace tocsin
