#include "shipped/shipped_files.h"

#include <algorithm>
#include <filesystem>
#include <set>
#include <string>
#include <system_error>

#include <gtest/gtest.h>

#include "sys/file_system.h"

namespace tocsin {
namespace {

std::string text_of(const std::filesystem::path& path) {
  PosixFileSystem files;
  return read_file(files, path.string(), 1U << 20U).value_or("unreadable");
}

const std::filesystem::path kRules = std::filesystem::path(TOCSIN_SOURCE_DIR) / "rules";

TEST(ShippedFiles, AreSortedByPath) {
  EXPECT_TRUE(std::ranges::is_sorted(shipped_files(), {}, &ShippedFile::path));
}

TEST(ShippedFiles, AreByteForByteWhatTheSourceTreeHolds) {
  ASSERT_FALSE(shipped_files().empty());
  for (const ShippedFile& file : shipped_files()) {
    const bool is_rule =
        !file.path.starts_with("playbooks/") && !file.path.starts_with("dashboards/");
    const std::filesystem::path root = is_rule ? kRules : kRules.parent_path();
    EXPECT_EQ(text_of(root / file.path), file.text) << file.path;
  }
}

TEST(ShippedFiles, HoldEveryRuleOfTheSourceTree) {
  std::set<std::string> wanted;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(kRules)) {
    if (entry.path().filename() == "rule.yml") {
      wanted.insert(entry.path().lexically_relative(kRules).generic_string());
    }
  }
  std::set<std::string> found;
  for (const ShippedFile& file : shipped_rules()) {
    found.insert(std::string(file.path));
  }
  EXPECT_EQ(found, wanted);
  EXPECT_GE(found.size(), 25U);
}

TEST(ShippedFiles, EachRuleHasSamplesThatMustAndMustNotFireIt) {
  for (const ShippedFile& file : shipped_rules()) {
    const std::filesystem::path folder = (kRules / file.path).parent_path();
    for (const char* name : {"must_fire.jsonl", "must_not_fire.jsonl"}) {
      std::error_code ignored;
      EXPECT_GT(std::filesystem::file_size(folder / name, ignored), 2U) << folder << name;
    }
  }
}

TEST(ShippedFiles, UnknownPathIsNothing) {
  EXPECT_FALSE(find_shipped_file("auth").has_value());
  EXPECT_FALSE(find_shipped_file("").has_value());
  EXPECT_FALSE(find_shipped_file("zz/none.yml").has_value());
}

}  // namespace
}  // namespace tocsin
