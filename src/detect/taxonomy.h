// Taxonomy: which events each Sigma logsource covers, and what Sigma's field names are called here.
//
// Loaded from rules/taxonomy/*.yml (format in docs/rules.md). A value; immutable after loading.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "config/yaml.h"
#include "detect/sigma/ast.h"

namespace tocsin {

// A file with rules or taxonomies, as read.
struct RuleSource {
  std::string file;  // for messages and RuleInfo::file
  std::string text;
};

// One entry: events that fit one of `when` (a Sigma detection; null pointer: none by itself, only
// events whose own tocsin.logsource.* words say so) belong to `logsource`.
struct TaxonomyEntry {
  sigma::Logsource logsource;
  const YamlNode* when = nullptr;
  std::vector<std::pair<std::string, std::vector<std::string>>> fields;  // Sigma name → ours
  std::vector<std::string> prefixes;  // every field is also looked for under these prefixes
  std::string file;
  int line = 0;
};

class Taxonomy {
 public:
  // The first mistake in any file is the error, with its place.
  static Result<Taxonomy> load(const std::vector<RuleSource>& sources);

  const std::vector<TaxonomyEntry>& entries() const { return entries_; }
  // Names under which a rule of `logsource` finds `field`: its own name first, then the mapped.
  std::vector<std::string> names(const sigma::Logsource& logsource, std::string_view field) const;
  // Whether any entry covers events for a rule of this logsource.
  bool knows(const sigma::Logsource& logsource) const;

 private:
  std::vector<std::shared_ptr<const YamlFile>> files_;  // own the nodes of `when`
  std::vector<TaxonomyEntry> entries_;
};

}  // namespace tocsin
