// Witness: atoms of which at least one must hold for a rule to hold.
//
// Only atoms that something in the event makes true can be witnesses; "not", absence and null are
// none. A rule without witnesses must be tried on every event of its logsource.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "detect/sigma/ast.h"

namespace tocsin::match {

// How often an atom is expected to hold: lower is a better witness.
using Cost = std::function<std::uint32_t(const sigma::Atom&)>;

// Nothing when the rule can hold without any positive atom. An empty set: the rule never holds.
std::optional<std::vector<std::uint32_t>> find_witnesses(const sigma::Detection& detection,
                                                         const Cost& cost);

// The atom is true only when a value that is there passes its test.
bool is_positive(const sigma::Atom& atom);

}  // namespace tocsin::match
