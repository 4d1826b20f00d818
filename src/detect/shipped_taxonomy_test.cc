// The taxonomy files that the program ships, and, when the data is there, all of SigmaHQ on them.
#include <cstdlib>
#include <filesystem>

#include <gtest/gtest.h>

#include "detect/rule_set.h"
#include "detect/rule_test.h"
#include "testing/temp_directory.h"

namespace tocsin {
namespace {

Taxonomy shipped_taxonomy() {
  PosixFileSystem files;
  const auto sources = read_rule_sources(files, std::string(TOCSIN_SOURCE_DIR) + "/rules/taxonomy");
  EXPECT_TRUE(sources) << sources.error().full_text();
  auto taxonomy = Taxonomy::load(*sources);
  EXPECT_TRUE(taxonomy) << taxonomy.error().full_text();
  return std::move(*taxonomy);
}

TEST(ShippedTaxonomy, LoadsWithoutAComplaint) {
  FieldCatalog fields;
  LoadReport report;
  const auto rules = RuleSet::load({}, shipped_taxonomy(), fields, {}, report);
  for (const LoadIssue& issue : report.issues) {
    ADD_FAILURE() << issue.file << ":" << issue.line << ": " << issue.reason;
  }
  EXPECT_GT(rules->covered_sources().size(), 100U);
  EXPECT_LT(rules->gate_fields().size(), 40U);
}

TEST(ShippedTaxonomy, GivesSigmasNamesOurs) {
  const Taxonomy taxonomy = shipped_taxonomy();
  const auto second = [&](const sigma::Logsource& logsource, std::string_view field) {
    const auto names = taxonomy.names(logsource, field);
    return names.size() > 1 ? names[1] : names[0];
  };
  EXPECT_EQ(second({"webserver", "", ""}, "cs-method"), "http.request.method");
  EXPECT_EQ(second({"webserver", "nginx", ""}, "c-ip"), "source.ip");
  EXPECT_EQ(second({"proxy", "", ""}, "c-useragent"), "user_agent.original");
  EXPECT_EQ(second({"process_creation", "linux", ""}, "CommandLine"), "process.command_line");
  EXPECT_EQ(second({"", "windows", "security"}, "EventID"), "winlog.event_id");
  EXPECT_EQ(second({"authentication", "", ""}, "cs-method"), "cs-method");
}

TEST(SigmaHq, AllLoadExceptThoseWithUnresolvedPlaceholders) {
  const std::string archive =
      std::string(TOCSIN_SOURCE_DIR) + "/../shared/data/sigma/sigmahq-2026-08-05.tar.zst";
  if (!std::filesystem::exists(archive)) {
    GTEST_SKIP() << "skipped: no shared data";
  }
  const TempDirectory folder;
  const std::string command =
      "tar --zstd -xf '" + archive + "' -C '" + folder.path() + "' 2>/dev/null";
  if (std::system(command.c_str()) != 0) {
    GTEST_SKIP() << "skipped: tar cannot unpack zstd here";
  }
  PosixFileSystem files;
  std::vector<RuleSource> sources;
  for (const char* part : {"rules", "rules-compliance", "rules-emerging-threats",
                           "rules-placeholder", "rules-threat-hunting"}) {
    const auto some = read_rule_sources(files, folder.path() + "/" + part);
    ASSERT_TRUE(some) << some.error().full_text();
    sources.insert(sources.end(), some->begin(), some->end());
  }
  FieldCatalog fields;
  LoadReport report;
  const auto rules = RuleSet::load(sources, shipped_taxonomy(), fields, {}, report);
  EXPECT_EQ(sources.size(), 3'780U);
  EXPECT_EQ(report.loaded, 3'755U);
  EXPECT_EQ(report.refused, 25U);
  for (const LoadIssue& issue : report.issues) {
    if (issue.refused) {
      EXPECT_TRUE(issue.reason.starts_with("placeholder %"))
          << issue.file << ":" << issue.line << ": " << issue.reason;
      EXPECT_GT(issue.line, 1);
    }
  }
  EXPECT_LT(fields.size(), FieldCatalog::kFieldsMax / 2);
}

}  // namespace
}  // namespace tocsin
