// RuleSetLoader's work on monitors: a silent rule for the filter, another for a ratio's part.
#include <utility>

#include <fmt/format.h>

#include "detect/rule_set_loader.h"

namespace tocsin {

using sigma::MonitorDraft;
using sigma::Node;
using sigma::NodeKind;
using sigma::Parsed;
using sigma::Problem;

void RuleSetLoader::load_monitor(const Item& item) {
  if (auto made = make_monitor(item); !made) {
    refuse(*item.file, made.error());
    return;
  }
  ++report_.loaded;
}

Parsed<bool> RuleSetLoader::make_monitor(const Item& item) {
  for (const std::string& name : {item.header.info.id, item.header.name}) {
    if (!name.empty() && (targets_.contains(name) || monitor_names_.contains(name))) {
      return Problem{item.root, fmt::format("\"{}\" is the id or name of another rule", name)};
    }
  }
  TRY_ASSIGN(MonitorDraft draft, sigma::read_monitor(*item.root->find("monitor")));
  TRY_ASSIGN(Rule filter, monitor_rule(item, draft, nullptr));
  sigma::Monitor& monitor = draft.monitor;
  monitor.info = std::make_shared<const RuleInfo>(item.header.info);
  monitor.name = item.header.name;
  monitor.noun = monitor.noun.empty() ? item.header.noun : monitor.noun;
  for (const std::string& name : draft.group_by) {
    monitor.group_by.push_back(named_field(filter.logsource, name));
  }
  for (const std::string& name : draft.fields) {
    monitor.fields.push_back(named_field(filter.logsource, name));
  }
  if (!draft.location.empty()) {
    monitor.location = named_field(filter.logsource, draft.location + ".location");
    monitor.country = named_field(filter.logsource, draft.location + ".country_iso_code");
  }
  if (!taxonomy_.knows(filter.logsource)) {
    warn(*item.file, {item.root->find("logsource"),
                      fmt::format("no such source known: {}; the monitor sees only events that "
                                  "carry these words themselves",
                                  sigma::logsource_text(filter.logsource))});
  }
  std::optional<Rule> part;
  if (draft.ratio_at != nullptr) {
    TRY_ASSIGN(part, monitor_rule(item, draft, draft.ratio_at));
  }
  for (Rule* rule : {&filter, part ? &*part : nullptr}) {
    if (rule != nullptr) {
      rule->info = monitor.info;
      rule->silent = true;
    }
  }
  monitor.rule = static_cast<std::uint32_t>(rules_.rules_.size());
  rules_.rules_.push_back(std::move(filter));
  if (part) {
    monitor.part_rule = static_cast<std::uint32_t>(rules_.rules_.size());
    rules_.rules_.push_back(std::move(*part));
  }
  monitor_names_.insert(item.header.info.id);
  if (!item.header.name.empty()) {
    monitor_names_.insert(item.header.name);
  }
  rules_.monitors_.push_back(std::move(monitor));
  return true;
}

// The detection as it is written, joined with the condition `part` when there is one.
Parsed<Rule> RuleSetLoader::monitor_rule(const Item& item, const MonitorDraft& draft,
                                         const YamlNode* part) {
  const YamlNode* detection = item.root->find("detection");
  if (detection == nullptr) {
    return Problem{item.root, "the detection is missing"};
  }
  Rule rule;
  rule.logsource = item.header.logsource;
  sigma::DetectionBuilder builder = builder_for(rule.logsource);
  TRY_ASSIGN(Node root, builder.detection(*detection));
  // A selection that only the ratio names is used.
  const bool has_ratio = draft.ratio_at != nullptr;
  if (!has_ratio) {
    for (const Problem& warning : builder.warnings()) {
      warn(*item.file, warning);
    }
  }
  TRY(add_filters(item, builder, root));
  if (part != nullptr) {
    TRY_ASSIGN(Node condition, builder.detection(*detection, {}, part));
    Node both{NodeKind::kAnd, 0, {}, {}};
    both.children.push_back(std::move(root));
    both.children.push_back(std::move(condition));
    root = std::move(both);
  }
  rule.detection = {builder.take_atoms(), std::move(root)};
  return rule;
}

}  // namespace tocsin
