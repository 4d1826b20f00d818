// A rule's `detection` (or a filter's, or a taxonomy's `when`) → Detection.
//
// A builder collects the atoms of one rule, so that a filter's condition can be joined to it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/yaml.h"
#include "detect/sigma/condition.h"
#include "detect/sigma/modifier.h"
#include "detect/sigma/problem.h"

namespace tocsin::sigma {

class DetectionBuilder {
 public:
  static constexpr std::size_t kAtomsMax = 100'000;
  static constexpr std::size_t kDepthMax = 8;  // of lists in lists

  DetectionBuilder(ResolveField resolve, FindPlaceholder placeholder)
      : resolve_(std::move(resolve)), placeholder_(std::move(placeholder)) {}

  // `map` has selections, `condition` and perhaps entries named in `ignored`. `other` is a
  // condition to be read instead of the map's own.
  Parsed<Node> detection(const YamlNode& map, const std::vector<std::string_view>& ignored = {},
                         const YamlNode* other = nullptr);
  // A single search identifier: a map, a list or a scalar.
  Parsed<Node> selection(const YamlNode& value, std::string label);

  std::vector<Atom> take_atoms() { return std::move(atoms_); }
  // Selections that no condition names, and the like: loaded, but worth a word.
  const std::vector<Problem>& warnings() const { return warnings_; }

 private:
  Parsed<Node> any_definition(const YamlNode& value, std::size_t depth);
  Parsed<Node> map_definition(const YamlNode& map);
  Parsed<Node> item(const YamlNode& key, const YamlNode& value);
  Parsed<Node> values(const ItemKey& key, const std::vector<const YamlNode*>& list);
  Parsed<Node> value_node(const ItemKey& key, const std::vector<FieldId>& fields,
                          const YamlNode& value);

  ResolveField resolve_;
  FindPlaceholder placeholder_;
  std::vector<Atom> atoms_;
  std::vector<Problem> warnings_;
};

}  // namespace tocsin::sigma
