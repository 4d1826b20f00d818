#include "cli/rule_loading.h"

#include <iterator>

#include "base/fail.h"
#include "detect/rule_test.h"
#include "shipped/shipped_files.h"

namespace tocsin {
namespace {

constexpr std::uint64_t kPlaceholderBytesMax = 16U << 20U;

std::vector<RuleSource> as_sources(const std::vector<ShippedFile>& shipped) {
  std::vector<RuleSource> sources;
  for (const ShippedFile& file : shipped) {
    sources.push_back({"builtin:" + std::string(file.path), std::string(file.text)});
  }
  return sources;
}

}  // namespace

Result<Taxonomy> load_shipped_taxonomy() {
  return Taxonomy::load(as_sources(shipped_taxonomy()));
}

Result<Placeholders> load_placeholders(FileSystem& files, const std::string& path) {
  if (path.empty()) {
    return Placeholders{};
  }
  TRY_ASSIGN(const std::string text, read_file(files, path, kPlaceholderBytesMax));
  return parse_placeholders({path, text});
}

Result<ChosenRules> load_chosen_rules(FileSystem& files, const RuleChoice& choice,
                                      FieldCatalog& fields) {
  std::vector<RuleSource> sources;
  if (choice.shipped) {
    sources = as_sources(shipped_rules());
  }
  for (const std::string& path : choice.paths) {
    auto read = read_rule_sources(files, path);
    if (!read) {
      return fail_because(read.error(), "reading the rules of {}", path);
    }
    sources.insert(sources.end(), std::make_move_iterator(read->begin()),
                   std::make_move_iterator(read->end()));
  }
  TRY_ASSIGN(const Placeholders placeholders, load_placeholders(files, choice.placeholders));
  TRY_ASSIGN(const Taxonomy taxonomy, load_shipped_taxonomy());
  ChosenRules chosen;
  chosen.rules = RuleSet::load(sources, taxonomy, fields, placeholders, chosen.report);
  return chosen;
}

}  // namespace tocsin
