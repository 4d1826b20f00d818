// Sigma's condition: "selection and not 1 of filter_*" → a tree over the search identifiers.
//
// not binds closer than and, and closer than or; words in any case. `1 of`, `any of` and `all of`
// take a name, a pattern with `*`, or `them`; names that begin with `_` are left out unless the
// pattern begins so. A name that does not exist, or a pattern that fits none, is a mistake: a rule
// that silently loses a branch is worse than one that is refused.
#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "detect/sigma/ast.h"

namespace tocsin::sigma {

// A search identifier and its tree; `used` is set when the condition names it.
struct Selection {
  std::string name;
  Node node;
  bool used = false;
};

inline constexpr std::size_t kConditionDepthMax = 64;
inline constexpr std::size_t kConditionBytesMax = 16'384;
inline constexpr std::size_t kNodesMax = 250'000;  // of one rule, with repeated selections

// The error is the reason, for people.
std::expected<Node, std::string> parse_condition(std::string_view text,
                                                 std::vector<Selection>& selections);

// The names in a condition, each once, in the order in which they stand there; patterns too.
std::vector<std::string> condition_names(std::string_view text);
// Names joined by nothing but "and".
bool is_plain_sequence(std::string_view text);

std::size_t node_count(const Node& node);

}  // namespace tocsin::sigma
