#include "detect/rule_set_loader.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/text.h"

namespace tocsin {

using sigma::CorrelationInput;
using sigma::DocumentKind;
using sigma::Logsource;
using sigma::Node;
using sigma::NodeKind;
using sigma::Parsed;
using sigma::Problem;

namespace {

// "name:12:3: text" of a YamlFile's error → an issue with its parts.
LoadIssue issue_of(const Error& error, const std::string& file) {
  LoadIssue issue{file, 1, 1, error.text(), true};
  std::string_view rest = error.text();
  if (rest.starts_with(file + ":")) {
    rest.remove_prefix(file.size() + 1);
    issue.reason = trim(rest);
    const std::size_t line_end = rest.find(':');
    const std::size_t column_end =
        line_end == std::string_view::npos ? std::string_view::npos : rest.find(':', line_end + 1);
    if (column_end != std::string_view::npos) {
      const auto line = parse_int(rest.substr(0, line_end));
      const auto column = parse_int(rest.substr(line_end + 1, column_end - line_end - 1));
      if (line && column) {
        issue.line = static_cast<int>(*line);
        issue.column = static_cast<int>(*column);
        issue.reason = trim(rest.substr(column_end + 1));
      }
    }
  }
  return issue;
}

void collect_fields(const sigma::Detection& detection, std::vector<FieldId>& out) {
  for (const sigma::Atom& atom : detection.atoms) {
    out.insert(out.end(), atom.fields.begin(), atom.fields.end());
    out.insert(out.end(), atom.other_fields.begin(), atom.other_fields.end());
  }
}

}  // namespace

RuleSetLoader::RuleSetLoader(RuleSet& rules, const Taxonomy& taxonomy, FieldCatalog& fields,
                             const Placeholders& placeholders, LoadReport& report)
    : rules_(rules),
      taxonomy_(taxonomy),
      fields_(fields),
      placeholders_(placeholders),
      report_(report) {}

void RuleSetLoader::load(const std::vector<RuleSource>& sources) {
  load_covered_sources();
  for (const RuleSource& source : sources) {
    read_file(source);
  }
  for (const auto& item : filter_items_) {
    load_filter(*item);
  }
  for (const auto& item : plain_) {
    load_rule(*item);
  }
  for (const auto& item : monitors_) {
    load_monitor(*item);
  }
  for (const Filter& filter : filters_) {
    if (!filter.used) {
      warn(*filter.item->file, {filter.item->root, "the filter applies to no loaded rule"});
    }
  }
  for (const auto& item : correlations_) {
    read_correlation(*item);
  }
  load_correlations();
  set_silence();
}

void RuleSetLoader::read_file(const RuleSource& source) {
  auto parsed = YamlFile::parse(source.text, source.file);
  if (!parsed) {
    ++report_.refused;
    add_issue(issue_of(parsed.error(), source.file));
    return;
  }
  files_.push_back(std::make_unique<const YamlFile>(std::move(*parsed)));
  if (files_.back()->documents().empty()) {
    ++report_.refused;
    add_issue({source.file, 1, 1, "the file has no document", true});
  }
  for (const YamlDocument& document : files_.back()->documents()) {
    read_document(*files_.back(), document);
  }
}

void RuleSetLoader::read_document(const YamlFile& file, const YamlDocument& document) {
  const DocumentKind kind = sigma::document_kind(*document.root);
  auto header = sigma::read_header(file, document, kind);
  if (!header) {
    refuse(file, header.error());
    return;
  }
  for (const Problem& warning : header->warnings) {
    warn(file, warning);
  }
  if (plain_.size() + correlations_.size() + filter_items_.size() + monitors_.size() >=
      RuleSet::kRulesMax) {
    refuse(file, {document.root, fmt::format("more than {} rules", RuleSet::kRulesMax)});
    return;
  }
  auto item = std::make_unique<Item>(Item{&file, document.root, std::move(*header)});
  switch (kind) {
    case DocumentKind::kRule:
      plain_.push_back(std::move(item));
      return;
    case DocumentKind::kCorrelation:
      correlations_.push_back(std::move(item));
      return;
    case DocumentKind::kFilter:
      filter_items_.push_back(std::move(item));
      return;
    case DocumentKind::kMonitor:
      monitors_.push_back(std::move(item));
      return;
  }
}

void RuleSetLoader::load_covered_sources() {
  for (const TaxonomyEntry& entry : taxonomy_.entries()) {
    if (entry.when == nullptr) {
      continue;
    }
    CoveredSource covered;
    covered.logsource = entry.logsource;
    const bool always = entry.when->kind() == YamlKind::kBool && entry.when->as_bool();
    if (!always) {
      sigma::DetectionBuilder builder = builder_for(entry.logsource);
      auto node = builder.selection(*entry.when, "when");
      if (!node) {
        ++report_.refused;
        add_issue({entry.file, node.error().at->line(), node.error().at->column(),
                   std::move(node.error().reason), true});
        continue;
      }
      covered.when = {builder.take_atoms(), std::move(*node)};
    }
    collect_fields(covered.when, rules_.gate_fields_);
    rules_.covered_sources_.push_back(std::move(covered));
  }
  std::ranges::sort(rules_.gate_fields_);
  const auto repeated = std::ranges::unique(rules_.gate_fields_);
  rules_.gate_fields_.erase(repeated.begin(), repeated.end());
}

void RuleSetLoader::load_filter(const Item& item) {
  const YamlNode& map = *item.root->find("filter");
  const YamlNode* rules = map.find("rules");
  Filter filter{&item, false, {}, false};
  if (!map.is_mapping() || rules == nullptr) {
    refuse(*item.file, {&map, "a filter is a map with \"rules\", selections and a condition"});
    return;
  }
  filter.any = rules->is_scalar() && rules->text() == "any";
  if (!filter.any) {
    auto names = sigma::read_texts(*rules);
    if (!names) {
      refuse(*item.file, names.error());
      return;
    }
    filter.rules = std::move(*names);
  }
  // Compiled once for its own logsource, so that its mistakes are told even when nothing uses it.
  sigma::DetectionBuilder builder = builder_for(item.header.logsource);
  if (auto node = builder.detection(map, {"rules"}); !node) {
    refuse(*item.file, node.error());
    return;
  }
  filters_.push_back(std::move(filter));
  ++report_.loaded;
}

void RuleSetLoader::load_rule(const Item& item) {
  Rule rule;
  rule.name = item.header.name;
  rule.logsource = item.header.logsource;
  rule.noun = item.header.noun;
  for (const std::string& name : item.header.group_by) {
    rule.group_by.push_back(named_field(rule.logsource, name));
  }
  meaning_ = item.header.info.version;
  if (auto compiled = compile_rule(item, rule); !compiled) {
    refuse(*item.file, compiled.error());
    const std::string where = fmt::format("{}:{}", item.file->name(), item.root->line());
    refused_.emplace(item.header.info.id, where);
    refused_.emplace(item.header.name, where);
    return;
  }
  const auto index = static_cast<std::uint32_t>(rules_.rules_.size());
  if (!claim_names(item, {CorrelationInput::Kind::kRule, index})) {
    return;
  }
  if (!taxonomy_.knows(rule.logsource)) {
    warn(*item.file, {item.root->find("logsource"),
                      fmt::format("no such source known: {}; the rule sees only events that carry "
                                  "these words themselves",
                                  sigma::logsource_text(rule.logsource))});
  }
  rule.meaning = meaning_;
  rule.info = std::make_shared<const RuleInfo>(item.header.info);
  rules_.rules_.push_back(std::move(rule));
  ++report_.loaded;
}

Parsed<bool> RuleSetLoader::compile_rule(const Item& item, Rule& rule) {
  const YamlNode* detection = item.root->find("detection");
  if (detection == nullptr) {
    return Problem{item.root, "the detection is missing"};
  }
  sigma::DetectionBuilder builder = builder_for(rule.logsource);
  TRY_ASSIGN(Node root, builder.detection(*detection, {"timeframe"}));
  TRY(add_filters(item, builder, root));
  for (const Problem& warning : builder.warnings()) {
    warn(*item.file, warning);
  }
  if (const YamlNode* timeframe = detection->find("timeframe")) {
    warn(*item.file, {timeframe, "\"timeframe\" is not part of Sigma 2 and has no effect"});
  }
  rule.detection = {builder.take_atoms(), std::move(root)};
  return true;
}

Parsed<bool> RuleSetLoader::add_filters(const Item& item, sigma::DetectionBuilder& builder,
                                        Node& root) {
  for (Filter& filter : filters_) {
    const auto& names = filter.rules;
    const bool named =
        std::ranges::find(names, item.header.info.id) != names.end() ||
        (!item.header.name.empty() && std::ranges::find(names, item.header.name) != names.end());
    const bool fits = sigma::covers(filter.item->header.logsource, item.header.logsource);
    if (!fits || (!filter.any && !named)) {
      continue;
    }
    filter.used = true;
    meaning_ += fmt::format(" filter {}", filter.item->header.info.version);
    TRY_ASSIGN(Node condition, builder.detection(*filter.item->root->find("filter"), {"rules"}));
    if (condition.label.empty()) {
      condition.label = fmt::format("filter \"{}\"", filter.item->header.info.title);
    }
    Node both{NodeKind::kAnd, 0, {}, {}};
    both.children.push_back(std::move(root));
    both.children.push_back(std::move(condition));
    root = std::move(both);
  }
  return true;
}

sigma::DetectionBuilder RuleSetLoader::builder_for(const Logsource& logsource) {
  return {[this, logsource](std::string_view name) { return resolve(logsource, name); },
          [this](std::string_view name) -> const std::vector<std::string>* {
            const auto found = placeholders_.find(name);
            if (found == placeholders_.end()) {
              return nullptr;
            }
            meaning_ += fmt::format(" {} is {}", name, fmt::join(found->second, "\n"));
            return &found->second;
          }};
}

std::vector<FieldId> RuleSetLoader::resolve(const Logsource& logsource, std::string_view name) {
  const std::string key =
      fmt::format("{}\n{}\n{}\n{}", logsource.category, logsource.product, logsource.service, name);
  const auto [at, is_new] = resolved_.try_emplace(key);
  if (is_new) {
    for (const std::string& known : taxonomy_.names(logsource, name)) {
      if (const auto id = fields_.intern(known)) {
        at->second.push_back(*id);
      }
    }
  }
  return at->second;
}

sigma::NamedField RuleSetLoader::named_field(const Logsource& logsource, std::string_view name) {
  return {std::string(name), resolve(logsource, name)};
}

bool RuleSetLoader::claim_names(const Item& item, Target target) {
  for (const std::string& name : {item.header.info.id, item.header.name}) {
    if (!name.empty() && (targets_.contains(name) || monitor_names_.contains(name))) {
      refuse(*item.file,
             {item.root, fmt::format("\"{}\" is the id or name of another rule", name)});
      return false;
    }
  }
  targets_.emplace(item.header.info.id, target);
  if (!item.header.name.empty()) {
    targets_.emplace(item.header.name, target);
  }
  return true;
}

void RuleSetLoader::refuse(const YamlFile& file, const Problem& problem) {
  ++report_.refused;
  add_issue({file.name(), problem.at->line(), problem.at->column(), problem.reason, true});
}

void RuleSetLoader::warn(const YamlFile& file, const Problem& problem) {
  add_issue({file.name(), problem.at->line(), problem.at->column(), problem.reason, false});
}

void RuleSetLoader::add_issue(LoadIssue issue) {
  if (report_.issues.size() < RuleSet::kIssuesMax) {
    report_.issues.push_back(std::move(issue));
  }
}

}  // namespace tocsin
