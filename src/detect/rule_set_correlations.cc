// The part of RuleSetLoader that loads correlations.
#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "detect/rule_set_loader.h"

namespace tocsin {

using sigma::CorrelationInput;
using sigma::Node;
using sigma::NodeKind;
using sigma::Parsed;
using sigma::Problem;

namespace {

Node all_inputs(std::size_t count) {
  Node all{NodeKind::kAnd, 0, {}, {}};
  for (std::uint32_t i = 0; i < count; ++i) {
    all.children.push_back({NodeKind::kAtom, i, {}, {}});
  }
  return all;
}

// True when no input has an event.
bool holds_of_nothing(const Node& node) {
  switch (node.kind) {
    case NodeKind::kAtom:
      return false;
    case NodeKind::kNot:
      return !holds_of_nothing(node.children[0]);
    case NodeKind::kAnd:
      return std::ranges::all_of(node.children, holds_of_nothing);
    case NodeKind::kOr:
      return std::ranges::any_of(node.children, holds_of_nothing);
  }
  return false;
}

}  // namespace

void RuleSetLoader::read_correlation(const Item& item) {
  auto draft = sigma::read_correlation(*item.root->find("correlation"));
  if (!draft) {
    refuse(*item.file, draft.error());
    return;
  }
  pending_.push_back({&item, std::move(*draft)});
}

// Round after round, until no correlation finds what it waits for any more.
void RuleSetLoader::load_correlations() {
  std::size_t before = pending_.size() + 1;
  while (!pending_.empty() && pending_.size() < before) {
    before = pending_.size();
    std::erase_if(pending_, [this](const PendingCorrelation& p) { return try_correlation(p); });
  }
  for (const PendingCorrelation& pending : pending_) {
    for (const std::string& name : pending.draft.rules) {
      if (targets_.contains(name)) {
        continue;
      }
      const auto refused = refused_.find(name);
      refuse(
          *pending.item->file,
          {pending.draft.rules_at,
           refused == refused_.end() ? fmt::format("it refers to \"{}\", which is not loaded", name)
                                     : fmt::format("it refers to \"{}\", which was refused ({})",
                                                   name, refused->second)});
      break;
    }
  }
}

bool RuleSetLoader::try_correlation(const PendingCorrelation& pending) {
  sigma::Correlation correlation;
  for (const std::string& name : pending.draft.rules) {
    const auto target = targets_.find(name);
    if (target == targets_.end()) {
      return false;
    }
    correlation.inputs.push_back(make_input(pending, target->second));
  }
  const sigma::Header& header = pending.item->header;
  correlation.info = std::make_shared<const RuleInfo>(header.info);
  correlation.name = header.name;
  correlation.type = pending.draft.type;
  correlation.group_by = pending.draft.group_by;
  correlation.timespan = pending.draft.timespan;
  correlation.bounds = pending.draft.bounds;
  correlation.percentile = pending.draft.percentile;
  correlation.generate = pending.draft.generate;
  correlation.noun = header.noun;
  if (correlation.noun.empty() && correlation.inputs.size() == 1 &&
      correlation.inputs[0].kind == CorrelationInput::Kind::kRule) {
    correlation.noun = rules_.rules_[correlation.inputs[0].index].noun;
  }
  if (auto set = set_condition(pending, correlation); !set) {
    refuse(*pending.item->file, set.error());
    return true;
  }
  const auto index = static_cast<std::uint32_t>(rules_.correlations_.size());
  if (claim_names(*pending.item, {CorrelationInput::Kind::kCorrelation, index})) {
    rules_.correlations_.push_back(std::move(correlation));
    ++report_.loaded;
  }
  return true;
}

Parsed<bool> RuleSetLoader::set_condition(const PendingCorrelation& pending,
                                          sigma::Correlation& correlation) {
  if (correlation.type != sigma::CorrelationType::kTemporal &&
      correlation.type != sigma::CorrelationType::kTemporalOrdered) {
    return true;
  }
  const sigma::CorrelationDraft& draft = pending.draft;
  if (correlation.type == sigma::CorrelationType::kTemporalOrdered &&
      (draft.bounds.has_lowest || draft.bounds.has_highest || draft.bounds.excludes)) {
    return Problem{draft.condition_at, "temporal_ordered takes no condition"};
  }
  if (!draft.bounds.is_monotone() && (draft.bounds.has_highest || draft.bounds.excludes)) {
    return Problem{draft.condition_at, "temporal takes only gt and gte"};
  }
  if (draft.condition.empty() || correlation.type == sigma::CorrelationType::kTemporalOrdered) {
    correlation.condition = all_inputs(correlation.inputs.size());
    return true;
  }
  std::vector<sigma::Selection> selections;
  for (std::uint32_t i = 0; i < draft.rules.size(); ++i) {
    selections.push_back({draft.rules[i], {NodeKind::kAtom, i, {}, {}}, false});
  }
  auto tree = sigma::parse_condition(draft.condition, selections);
  if (!tree) {
    return Problem{draft.condition_at, std::move(tree).error()};
  }
  if (holds_of_nothing(*tree)) {
    return Problem{draft.condition_at,
                   "the condition is true when nothing happens: nothing could begin its window"};
  }
  correlation.condition = std::move(*tree);
  return true;
}

CorrelationInput RuleSetLoader::make_input(const PendingCorrelation& pending,
                                           const Target& target) {
  CorrelationInput input;
  input.kind = target.kind;
  input.index = target.index;
  sigma::Logsource logsource;
  std::string id;
  std::string name;
  if (target.kind == CorrelationInput::Kind::kRule) {
    const Rule& rule = rules_.rules_[target.index];
    logsource = rule.logsource;
    id = rule.info->id;
    name = rule.name;
    input.title = rule.info->title;
  } else {
    const sigma::Correlation& below = rules_.correlations_[target.index];
    id = below.info->id;
    name = below.name;
    input.title = below.info->title;
  }
  for (const std::string& group : pending.draft.group_by) {
    input.group_by.push_back(named_field(logsource, pending.draft.field_of(group, id, name)));
  }
  for (const std::string& field : pending.draft.value_fields) {
    input.value_fields.push_back(named_field(logsource, pending.draft.field_of(field, id, name)));
  }
  return input;
}

// A rule that a correlation refers to speaks only if one of them asks for it.
void RuleSetLoader::set_silence() {
  const auto silent_of = [this](const CorrelationInput& input) -> bool& {
    return input.kind == CorrelationInput::Kind::kRule ? rules_.rules_[input.index].silent
                                                       : rules_.correlations_[input.index].silent;
  };
  for (const bool generate : {false, true}) {
    for (const sigma::Correlation& correlation : rules_.correlations_) {
      for (const CorrelationInput& input : correlation.inputs) {
        if (correlation.generate == generate) {
          silent_of(input) = !generate;
        }
      }
    }
  }
}

}  // namespace tocsin
