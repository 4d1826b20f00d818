#include "detect/taxonomy.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/fail.h"
#include "base/text.h"

namespace tocsin {
namespace {

using sigma::Logsource;

// Something in common and nothing against each other; an entry without words is for all.
bool are_related(const Logsource& rule, const Logsource& entry) {
  bool shared = entry.empty();
  const auto fits = [&shared](const std::string& a, const std::string& b) {
    shared = shared || (!a.empty() && a == b);
    return a.empty() || b.empty() || a == b;
  };
  const bool fitting = fits(rule.category, entry.category) && fits(rule.product, entry.product) &&
                       fits(rule.service, entry.service);
  return fitting && shared;
}

Result<std::vector<std::string>> read_names(const YamlFile& file, const YamlNode& node) {
  std::vector<std::string> names;
  const std::vector<const YamlNode*> items =
      node.is_sequence() ? node.items() : std::vector<const YamlNode*>{&node};
  for (const YamlNode* item : items) {
    if (!item->is_scalar() || item->text().empty()) {
      return file.error_at(*item, "a name is expected");
    }
    names.push_back(item->text());
  }
  return names;
}

Result<Logsource> read_words(const YamlFile& file, const YamlNode& node) {
  Logsource logsource;
  for (const auto& [key, value] : node.entries()) {
    std::string* word = key->text() == "category"  ? &logsource.category
                        : key->text() == "product" ? &logsource.product
                        : key->text() == "service" ? &logsource.service
                                                   : nullptr;
    if (word == nullptr || !value->is_scalar()) {
      return file.error_at(
          *key, fmt::format("\"{}\": category, product and service are known", key->text()));
    }
    *word = to_lower(value->text());
  }
  return logsource;
}

Status read_fields(const YamlFile& file, const YamlNode& node, TaxonomyEntry& entry) {
  if (!node.is_mapping()) {
    return file.error_at(node, "a map from Sigma's names to ours is expected");
  }
  for (const auto& [key, value] : node.entries()) {
    TRY_ASSIGN(auto names, read_names(file, *value));
    entry.fields.emplace_back(key->text(), std::move(names));
  }
  return {};
}

Result<TaxonomyEntry> read_entry(const YamlFile& file, const YamlNode& node) {
  TaxonomyEntry entry;
  entry.file = file.name();
  entry.line = node.line();
  if (!node.is_mapping()) {
    return file.error_at(node, "a map with logsource, when, fields is expected");
  }
  for (const auto& [key, value] : node.entries()) {
    const std::string& name = key->text();
    if (name == "logsource") {
      TRY_ASSIGN(entry.logsource, read_words(file, *value));
    } else if (name == "when") {
      entry.when = value;
    } else if (name == "fields") {
      TRY(read_fields(file, *value, entry));
    } else if (name == "prefixes") {
      TRY_ASSIGN(entry.prefixes, read_names(file, *value));
    } else {
      return file.error_at(*key, fmt::format("\"{}\": logsource, when, fields and prefixes are "
                                             "known",
                                             name));
    }
  }
  return entry;
}

void add_once(std::vector<std::string>& names, std::string name) {
  if (std::ranges::find(names, name) == names.end()) {
    names.push_back(std::move(name));
  }
}

}  // namespace

Result<Taxonomy> Taxonomy::load(const std::vector<RuleSource>& sources) {
  Taxonomy taxonomy;
  for (const RuleSource& source : sources) {
    TRY_ASSIGN(auto parsed, YamlFile::parse(source.text, source.file));
    const auto file = std::make_shared<const YamlFile>(std::move(parsed));
    taxonomy.files_.push_back(file);
    for (const YamlDocument& document : file->documents()) {
      const YamlNode* entries = document.root->find("sources");
      if (entries == nullptr || !entries->is_sequence()) {
        return file->error_at(*document.root, "a list named \"sources\" is expected");
      }
      for (const YamlNode* node : entries->items()) {
        TRY_ASSIGN(auto entry, read_entry(*file, *node));
        taxonomy.entries_.push_back(std::move(entry));
      }
    }
  }
  return taxonomy;
}

std::vector<std::string> Taxonomy::names(const Logsource& logsource, std::string_view field) const {
  std::vector<std::string> names{std::string(field)};
  for (const TaxonomyEntry& entry : entries_) {
    if (!are_related(logsource, entry.logsource)) {
      continue;
    }
    for (const auto& [name, mapped] : entry.fields) {
      if (name == field) {
        for (const std::string& one : mapped) {
          add_once(names, one);
        }
      }
    }
    for (const std::string& prefix : entry.prefixes) {
      add_once(names, prefix + std::string(field));
    }
  }
  return names;
}

bool Taxonomy::knows(const Logsource& logsource) const {
  return std::ranges::any_of(entries_, [&logsource](const TaxonomyEntry& entry) {
    return !entry.logsource.empty() && sigma::covers(logsource, entry.logsource);
  });
}

}  // namespace tocsin
