// All of SigmaHQ and all shipped rules over all sample logs: the compiled matcher and the oracle
// must give the same hits. Some events of each file, evenly chosen; all of them when the
// environment says TOCSIN_DIFFERENTIAL=all (some minutes).
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "base/clock.h"
#include "cli/event_maker.h"
#include "cli/line_reader.h"
#include "cli/rule_loading.h"
#include "detect/compiled_rules.h"
#include "testing/temp_directory.h"

namespace tocsin {
namespace {

const std::string kData = std::string(TOCSIN_SOURCE_DIR) + "/../shared/data";
constexpr std::size_t kEventsOfAFile = 400;
constexpr std::size_t kBatchEvents = 500;

bool wants_all() {
  const char* const text = std::getenv("TOCSIN_DIFFERENTIAL");  // NOLINT(concurrency-mt-unsafe)
  return text != nullptr && std::string_view(text) == "all";
}

std::vector<std::string> lines_of(const std::string& path) {
  PosixFileSystem files;
  auto source = open_bytes(files, path);
  EXPECT_TRUE(source) << source.error().full_text();
  LineReader reader(std::move(*source));
  std::vector<std::string> lines;
  for (auto line = reader.next(); line && line->has_value(); line = reader.next()) {
    lines.emplace_back(**line);
  }
  if (wants_all() || lines.size() <= kEventsOfAFile) {
    return lines;
  }
  std::vector<std::string> some;
  for (std::size_t i = 0; i < kEventsOfAFile; ++i) {
    some.push_back(std::move(lines[i * lines.size() / kEventsOfAFile]));
  }
  return some;
}

std::vector<std::string> sample_files() {
  std::vector<std::string> paths;
  for (const char* part : {"auth", "cloud", "suricata", "web", "windows", "zeek"}) {
    for (const auto& entry : std::filesystem::directory_iterator(kData + "/" + part)) {
      if (entry.is_regular_file() && entry.path().extension() != ".md") {
        paths.push_back(entry.path().string());
      }
    }
  }
  std::ranges::sort(paths);
  return paths;
}

class MatcherDifferential : public testing::Test {
 protected:
  void SetUp() override {
    const std::string archive = kData + "/sigma/sigmahq-2026-08-05.tar.zst";
    if (!std::filesystem::exists(archive)) {
      GTEST_SKIP() << "skipped: no shared data";
    }
    const std::string command =
        "tar --zstd -xf '" + archive + "' -C '" + folder_.path() + "' 2>/dev/null";
    if (std::system(command.c_str()) != 0) {
      GTEST_SKIP() << "skipped: tar cannot unpack zstd here";
    }
    RuleChoice choice;
    for (const char* part : {"rules", "rules-compliance", "rules-emerging-threats",
                             "rules-placeholder", "rules-threat-hunting"}) {
      choice.paths.push_back(folder_ / part);
    }
    const auto chosen = load_chosen_rules(files_, choice, fields_);
    ASSERT_TRUE(chosen) << chosen.error().full_text();
    rules_ = chosen->rules;
    ASSERT_GT(rules_->rules().size(), 3'700U);
    auto compiled = CompiledRules::compile(rules_);
    ASSERT_TRUE(compiled) << compiled.error().full_text();
    fast_ = make_matcher(*compiled, fields_, datasets_, metrics_);
    slow_ = make_oracle(rules_, fields_, datasets_, metrics_);
  }

  // Returns how many hits both gave.
  std::size_t compare(const std::string& path) {
    EventMaker maker({}, fields_, datasets_, tables_, metrics_);
    const std::vector<std::string> lines = lines_of(path);
    std::size_t hits = 0;
    for (std::size_t begin = 0; begin < lines.size(); begin += kBatchEvents) {
      auto batch = std::make_shared<RecordBatch>();
      const auto origin = batch->add_origin({"file:" + path, "", ""});
      for (std::size_t i = begin; i < std::min(begin + kBatchEvents, lines.size()); ++i) {
        EXPECT_TRUE(batch->add(origin, Micros(1'795'444'200'000'000), lines[i]));
      }
      hits += compare(*maker.make(std::move(batch)));
    }
    events_ += lines.size();
    return hits;
  }

  std::size_t compare(const EventBatch& events) {
    std::vector<RuleHit> fast;
    std::vector<RuleHit> slow;
    fast_->match(events, fast);
    slow_->match(events, slow);
    std::ranges::sort(slow);
    std::vector<RuleHit> differ;
    std::ranges::set_symmetric_difference(fast, slow, std::back_inserter(differ));
    for (const RuleHit& hit : differ) {
      ADD_FAILURE() << (std::ranges::binary_search(slow, hit) ? "missed" : "too much") << ": "
                    << rules_->rules()[hit.rule].info->title << " on "
                    << events.raw(hit.event).substr(0, 500);
    }
    return slow.size();
  }

  const TempDirectory folder_;
  PosixFileSystem files_;
  FieldCatalog fields_;
  DatasetCatalog datasets_;
  Metrics metrics_;
  Published<EnrichTables> tables_;
  std::shared_ptr<const RuleSet> rules_;
  std::unique_ptr<Matcher> fast_;
  std::unique_ptr<Matcher> slow_;
  std::size_t events_ = 0;
};

TEST_F(MatcherDifferential, AllRulesOverAllSamplesGiveTheOraclesHits) {
  std::size_t hits = 0;
  for (const std::string& path : sample_files()) {
    hits += compare(path);
  }
  EXPECT_GT(events_, 3'000U);
  EXPECT_GT(hits, 50U);
  RecordProperty("events", std::to_string(events_));
  RecordProperty("hits", std::to_string(hits));
  if (wants_all()) {
    GTEST_LOG_(INFO) << events_ << " events, " << hits << " hits, all equal";
  }
}

}  // namespace
}  // namespace tocsin
