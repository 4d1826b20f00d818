// Rules for commands that work without a server: the shipped ones and those of folders and files.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "detect/rule_set.h"
#include "detect/taxonomy.h"
#include "model/catalog.h"
#include "sys/file_system.h"

namespace tocsin {

struct RuleChoice {
  std::vector<std::string> paths;  // folders or files
  bool shipped = true;
  std::string placeholders;  // YAML file; may be empty
};

struct ChosenRules {
  std::shared_ptr<const RuleSet> rules;
  LoadReport report;
};

Result<Taxonomy> load_shipped_taxonomy();
Result<Placeholders> load_placeholders(FileSystem& files, const std::string& path);
Result<ChosenRules> load_chosen_rules(FileSystem& files, const RuleChoice& choice,
                                      FieldCatalog& fields);

}  // namespace tocsin
