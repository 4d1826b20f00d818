#include <set>
#include <string>

#include <gtest/gtest.h>

#include "respond/playbook/playbook_yaml.h"
#include "shipped/shipped_files.h"

namespace tocsin {
namespace {

std::set<std::string> shipped_names() {
  std::set<std::string> names;
  for (const ShippedFile& file : shipped_playbooks()) {
    const Result<Playbook> playbook = parse_playbook(file.text, std::string(file.path), {});
    EXPECT_TRUE(playbook) << playbook.error().full_text();
    if (playbook) {
      EXPECT_EQ("playbooks/" + playbook->name + ".yml", file.path);
      names.insert(playbook->name);
    }
  }
  return names;
}

TEST(ShippedPlaybooks, AllCanRun) {
  EXPECT_GE(shipped_names().size(), 17U);
}

TEST(ShippedPlaybooks, EveryRulesPlaybookIsThere) {
  const std::set<std::string> names = shipped_names();
  constexpr std::string_view kKey = "\n  playbook: ";
  std::size_t rules = 0;
  for (const ShippedFile& file : shipped_rules()) {
    for (std::size_t at = file.text.find(kKey); at != std::string_view::npos;
         at = file.text.find(kKey, at + 1)) {
      const std::size_t from = at + kKey.size();
      const std::string name(file.text.substr(from, file.text.find('\n', from) - from));
      EXPECT_TRUE(names.contains(name)) << file.path << " names " << name;
      ++rules;
    }
  }
  EXPECT_GE(rules, 90U);
}

}  // namespace
}  // namespace tocsin
