// RuleSetLoader: documents → RuleSet, in passes: filters, rules, monitors, correlations.
//
// Only RuleSet::load uses it. One thread, used once.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "config/yaml.h"
#include "detect/rule_set.h"
#include "detect/sigma/correlation_document.h"
#include "detect/sigma/detection.h"
#include "detect/sigma/monitor_document.h"
#include "detect/sigma/rule_document.h"

namespace tocsin {

class RuleSetLoader {
 public:
  RuleSetLoader(RuleSet& rules, const Taxonomy& taxonomy, FieldCatalog& fields,
                const Placeholders& placeholders, LoadReport& report);

  void load(const std::vector<RuleSource>& sources);

 private:
  // A document whose header was read.
  struct Item {
    const YamlFile* file;
    const YamlNode* root;
    sigma::Header header;
  };
  struct Filter {
    const Item* item;
    bool any = false;
    std::vector<std::string> rules;  // ids or names
    bool used = false;
  };
  struct PendingCorrelation {
    const Item* item;
    sigma::CorrelationDraft draft;
  };
  // What an id or a name stands for.
  struct Target {
    sigma::CorrelationInput::Kind kind;
    std::uint32_t index;
  };

  void read_file(const RuleSource& source);
  void read_document(const YamlFile& file, const YamlDocument& document);
  void load_covered_sources();
  void load_filter(const Item& item);
  void load_rule(const Item& item);
  sigma::Parsed<bool> compile_rule(const Item& item, Rule& rule);
  sigma::Parsed<bool> add_filters(const Item& item, sigma::DetectionBuilder& builder,
                                  sigma::Node& root);
  // rule_set_monitors.cc
  void load_monitor(const Item& item);
  sigma::Parsed<bool> make_monitor(const Item& item);
  sigma::Parsed<Rule> monitor_rule(const Item& item, const sigma::MonitorDraft& draft,
                                   const YamlNode* part);
  void read_correlation(const Item& item);
  void load_correlations();
  // False: it waits for a correlation that is not loaded yet.
  bool try_correlation(const PendingCorrelation& pending);
  sigma::Parsed<bool> set_condition(const PendingCorrelation& pending,
                                    sigma::Correlation& correlation);
  sigma::CorrelationInput make_input(const PendingCorrelation& pending, const Target& target);
  void set_silence();

  sigma::DetectionBuilder builder_for(const sigma::Logsource& logsource);
  std::vector<FieldId> resolve(const sigma::Logsource& logsource, std::string_view name);
  sigma::NamedField named_field(const sigma::Logsource& logsource, std::string_view name);
  // False and a refusal when the id or the name is taken.
  bool claim_names(const Item& item, Target target);
  void refuse(const YamlFile& file, const sigma::Problem& problem);
  void warn(const YamlFile& file, const sigma::Problem& problem);
  void add_issue(LoadIssue issue);

  RuleSet& rules_;
  const Taxonomy& taxonomy_;
  FieldCatalog& fields_;
  const Placeholders& placeholders_;
  LoadReport& report_;
  std::vector<std::unique_ptr<const YamlFile>> files_;
  std::vector<std::unique_ptr<Item>> plain_;
  std::vector<std::unique_ptr<Item>> correlations_;
  std::vector<std::unique_ptr<Item>> filter_items_;
  std::vector<std::unique_ptr<Item>> monitors_;
  std::vector<Filter> filters_;
  std::vector<PendingCorrelation> pending_;
  std::unordered_map<std::string, Target> targets_;
  std::unordered_set<std::string> monitor_names_;         // ids and names
  std::unordered_map<std::string, std::string> refused_;  // id or name → where it was refused
  std::unordered_map<std::string, std::vector<FieldId>> resolved_;
  std::string meaning_;  // of the rule that is loaded now
};

}  // namespace tocsin
