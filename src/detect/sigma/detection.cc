#include "detect/sigma/detection.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace tocsin::sigma {
namespace {

// A group of one is its only member.
Node joined(NodeKind kind, std::vector<Node> children, std::string label) {
  if (children.size() == 1 && (label.empty() || children[0].label.empty())) {
    Node only = std::move(children[0]);
    if (only.label.empty()) {
      only.label = std::move(label);
    }
    return only;
  }
  return {kind, 0, std::move(children), std::move(label)};
}

}  // namespace

Parsed<Node> DetectionBuilder::detection(const YamlNode& map,
                                         const std::vector<std::string_view>& ignored,
                                         const YamlNode* other) {
  if (!map.is_mapping()) {
    return Problem{&map, fmt::format("a map of search identifiers is expected, not {}",
                                     yaml_kind_name(map.kind()))};
  }
  const YamlNode* own = map.find("condition");
  if (own == nullptr) {
    return Problem{&map, "the condition is missing"};
  }
  const YamlNode* condition = other == nullptr ? own : other;
  std::vector<Selection> selections;
  std::vector<const YamlNode*> places;
  for (const auto& [key, value] : map.entries()) {
    if (value == own || std::ranges::find(ignored, key->text()) != ignored.end()) {
      continue;
    }
    TRY_ASSIGN(Node node, selection(*value, key->text()));
    selections.push_back({key->text(), std::move(node), false});
    places.push_back(key);
  }
  if (selections.empty()) {
    return Problem{&map, "there is no search identifier"};
  }
  const std::vector<const YamlNode*> conditions =
      condition->is_sequence() ? condition->items() : std::vector<const YamlNode*>{condition};
  std::vector<Node> trees;
  for (const YamlNode* text : conditions) {
    if (!text->is_scalar() || text->text().empty()) {
      return Problem{text, "a condition must be text"};
    }
    auto tree = parse_condition(text->text(), selections);
    if (!tree) {
      return Problem{text, std::move(tree).error()};
    }
    trees.push_back(std::move(*tree));
  }
  if (trees.empty()) {
    return Problem{condition, "the list of conditions is empty"};
  }
  for (std::size_t i = 0; i < selections.size(); ++i) {
    if (!selections[i].used && !selections[i].name.starts_with('_')) {
      warnings_.push_back({places[i], fmt::format("search identifier \"{}\" is not used by the "
                                                  "condition",
                                                  selections[i].name)});
    }
  }
  return joined(NodeKind::kOr, std::move(trees), {});
}

Parsed<Node> DetectionBuilder::selection(const YamlNode& value, std::string label) {
  TRY_ASSIGN(Node node, any_definition(value, 0));
  if (node.label.empty()) {
    node.label = std::move(label);
    return node;
  }
  std::vector<Node> one;
  one.push_back(std::move(node));
  return Node{NodeKind::kAnd, 0, std::move(one), std::move(label)};
}

Parsed<Node> DetectionBuilder::any_definition(const YamlNode& value, std::size_t depth) {
  if (depth > kDepthMax) {
    return Problem{&value, fmt::format("nested deeper than {}", kDepthMax)};
  }
  if (value.is_mapping()) {
    return map_definition(value);
  }
  const ItemKey keywords;
  if (value.is_scalar()) {
    return values(keywords, {&value});
  }
  const bool all_scalars = std::ranges::all_of(value.items(), &YamlNode::is_scalar);
  if (value.items().empty()) {
    return Problem{&value, "the list is empty"};
  }
  if (all_scalars) {
    return values(keywords, value.items());
  }
  std::vector<Node> alternatives;
  for (const YamlNode* each : value.items()) {
    TRY_ASSIGN(Node node, any_definition(*each, depth + 1));
    alternatives.push_back(std::move(node));
  }
  return joined(NodeKind::kOr, std::move(alternatives), {});
}

Parsed<Node> DetectionBuilder::map_definition(const YamlNode& map) {
  if (map.entries().empty()) {
    return Problem{&map, "the map is empty"};
  }
  std::vector<Node> items;
  for (const auto& [key, value] : map.entries()) {
    TRY_ASSIGN(Node node, item(*key, *value));
    items.push_back(std::move(node));
  }
  return joined(NodeKind::kAnd, std::move(items), {});
}

Parsed<Node> DetectionBuilder::item(const YamlNode& key, const YamlNode& value) {
  TRY_ASSIGN(const ItemKey parsed, parse_item_key(key));
  if (value.is_mapping()) {
    return Problem{&value, fmt::format("field \"{}\" wants a value or a list of values, not a map",
                                       parsed.field)};
  }
  Node node;
  if (value.is_sequence() && !value.items().empty()) {
    TRY_ASSIGN(node, values(parsed, value.items()));
  } else if (value.is_sequence()) {
    if (parsed.field.empty() || !parsed.chain.empty()) {
      return Problem{&value, "the list is empty"};
    }
    // As pySigma reads it: an empty list is null.
    Atom& absent = atoms_.emplace_back();
    absent.op = Op::kNull;
    absent.fields = resolve_(parsed.field);
    node = {NodeKind::kAtom, static_cast<std::uint32_t>(atoms_.size() - 1), {}, {}};
  } else {
    TRY_ASSIGN(node, values(parsed, {&value}));
  }
  if (parsed.has(Modifier::kNotEqual)) {
    std::vector<Node> one;
    one.push_back(std::move(node));
    node = {NodeKind::kNot, 0, std::move(one), {}};
  }
  node.label = key.text();
  return node;
}

Parsed<Node> DetectionBuilder::values(const ItemKey& key,
                                      const std::vector<const YamlNode*>& list) {
  std::vector<FieldId> fields;
  if (!key.field.empty()) {
    fields = resolve_(key.field);
    if (fields.empty()) {
      return Problem{list[0], fmt::format("\"{}\" cannot be the name of a field", key.field)};
    }
  }
  std::vector<Node> nodes;
  for (const YamlNode* value : list) {
    if (!value->is_scalar()) {
      return Problem{value, fmt::format("a value must be text, a number, true, false or null, not "
                                        "{}",
                                        yaml_kind_name(value->kind()))};
    }
    if (value->is_null() && list.size() > 1) {
      warnings_.push_back({value, "null in a list with other values"});
    }
    TRY_ASSIGN(Node node, value_node(key, fields, *value));
    nodes.push_back(std::move(node));
  }
  const NodeKind kind = key.has(Modifier::kAll) ? NodeKind::kAnd : NodeKind::kOr;
  return joined(kind, std::move(nodes), {});
}

Parsed<Node> DetectionBuilder::value_node(const ItemKey& key, const std::vector<FieldId>& fields,
                                          const YamlNode& value) {
  TRY_ASSIGN(std::vector<Atom> alternatives,
             compile_value(key, value, ValueContext{resolve_, placeholder_}));
  if (atoms_.size() + alternatives.size() > kAtomsMax) {
    return Problem{&value, fmt::format("more than {} values", kAtomsMax)};
  }
  std::vector<Node> nodes;
  for (Atom& atom : alternatives) {
    atom.fields = fields;
    atom.keyword = key.field.empty();
    nodes.push_back({NodeKind::kAtom, static_cast<std::uint32_t>(atoms_.size()), {}, {}});
    atoms_.push_back(std::move(atom));
  }
  return joined(NodeKind::kOr, std::move(nodes), {});
}

}  // namespace tocsin::sigma
