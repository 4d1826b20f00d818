// The shipped rules through the whole chain of `tocsin scan`: their samples, the demo's day, and
// real logs when they are at hand.
#include <algorithm>
#include <filesystem>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "base/clock.h"
#include "base/time_text.h"
#include "cli/finding_fold.h"
#include "cli/line_reader.h"
#include "cli/rule_loading.h"
#include "cli/scan_pipeline.h"
#include "demo/day.h"
#include "demo/player.h"
#include "detect/rule_test.h"

namespace tocsin {
namespace {

const std::filesystem::path kSource = TOCSIN_SOURCE_DIR;

// Lines in, folded findings out.
class Chain {
 public:
  Chain() {
    tables_.publish(std::make_shared<const EnrichTables>());
    auto chosen = load_chosen_rules(files_, {}, fields_);
    EXPECT_TRUE(chosen.has_value());
    report_ = chosen->report;
    compiled_ = CompiledRules::compile(chosen->rules).value();
    pipeline_ = std::make_unique<ScanPipeline>(
        ScanSetup{{}, compiled_, fields_, datasets_, tables_, metrics_},
        [this](const EventBatch*, std::span<const RuleHit>, std::span<const Finding> found) {
          for (const Finding& finding : found) {
            fold_.add(finding, lines_);
          }
        });
  }

  void add(const std::string& source, Micros received, std::string_view line) {
    const Origin origin{source, "", ""};
    EXPECT_TRUE(batch_->add(batch_->add_origin(origin), received, line));
    if (batch_->size() >= 1'000) {
      submit();
    }
  }
  std::vector<FoldedFinding> finish() {
    submit();
    pipeline_->finish();
    return fold_.take();
  }
  const LoadReport& report() const { return report_; }

 private:
  void submit() {
    batch_->set_first_seq(next_);
    next_ = seq_plus(next_, batch_->size());
    pipeline_->submit(std::exchange(batch_, std::make_shared<RecordBatch>()));
  }

  PosixFileSystem files_;
  FieldCatalog fields_;
  DatasetCatalog datasets_;
  Metrics metrics_;
  Published<EnrichTables> tables_;
  LoadReport report_;
  std::shared_ptr<const CompiledRules> compiled_;
  FindingFold fold_{0};
  RecentLines lines_;
  std::unique_ptr<ScanPipeline> pipeline_;
  std::shared_ptr<RecordBatch> batch_ = std::make_shared<RecordBatch>();
  Seq next_{1};
};

TEST(ShippedRules, AllLoadWithoutAWarning) {
  Chain chain;
  for (const LoadIssue& issue : chain.report().issues) {
    ADD_FAILURE() << issue.file << ":" << issue.line << ": " << issue.reason;
  }
  EXPECT_EQ(chain.report().refused, 0U);
  EXPECT_GE(chain.report().loaded, 80U);
  chain.finish();
}

TEST(ShippedRules, FireOnTheirSamplesAndNotOnTheLookAlikes) {
  PosixFileSystem files;
  FieldCatalog fields;
  DatasetCatalog datasets;
  Metrics metrics;
  Published<EnrichTables> tables;
  tables.publish(std::make_shared<const EnrichTables>());
  const Taxonomy taxonomy = load_shipped_taxonomy().value();
  const RuleTestSetup setup{taxonomy,
                            {},
                            fields,
                            datasets,
                            metrics,
                            [&](std::shared_ptr<const RecordBatch> records) {
                              EventMaker maker({}, fields, datasets, tables, metrics);
                              return maker.make(std::move(records));
                            },
                            *parse_iso_time("2026-12-31T23:59:59Z")};
  const auto results = test_rules(files, (kSource / "rules").string(), setup);
  ASSERT_TRUE(results.has_value());
  EXPECT_GE(results->size(), 55U);
  for (const RuleTestResult& result : *results) {
    for (const RuleTestFailure& failure : result.failures) {
      ADD_FAILURE() << failure.file << ":" << failure.line << ": " << failure.reason;
    }
  }
}

// Hands the player's batches to the chain.
class ChainSender final : public LineSender {
 public:
  ChainSender(Chain& chain, Micros received) : chain_(chain), received_(received) {}
  Status send(Channel channel, std::string_view lines) override {
    while (!lines.empty()) {
      const std::size_t end = lines.find('\n');
      chain_.add(std::string(channel_info(channel).source), received_, lines.substr(0, end));
      lines.remove_prefix(end + 1);
    }
    return {};
  }

 private:
  Chain& chain_;
  const Micros received_;
};

bool names(const FoldedFinding& found, const ExpectedAlert& wanted) {
  if (found.rule->title != wanted.rule) {
    return false;
  }
  if (wanted.field.empty()) {
    return true;
  }
  return std::ranges::find(found.key, KeyPart{wanted.field, wanted.value}) != found.key.end();
}

class DemoDay : public testing::TestWithParam<std::uint64_t> {};

TEST_P(DemoDay, EveryAttackIsFoundAndNobodyInnocent) {
  DayOptions options;
  options.seed = GetParam();
  options.sessions_per_hour = 400;
  options.end = *parse_iso_time("2026-11-23T14:00:00Z") +
                span_s(3'333 * static_cast<std::int64_t>(GetParam()));
  options.start = options.end - span_s(86'400);
  Day day(options);
  Chain chain;
  ChainSender sender(chain, options.end);
  ASSERT_TRUE(play_history(day, sender, {}));
  const auto found = chain.finish();
  for (const ExpectedAlert& wanted : day.manifest().expected) {
    EXPECT_TRUE(std::ranges::any_of(found, [&](const auto& f) { return names(f, wanted); }))
        << wanted.attack << ": " << wanted.rule << " " << wanted.value;
  }
  std::set<std::string> innocent(day.manifest().innocent_addresses.begin(),
                                 day.manifest().innocent_addresses.end());
  innocent.insert(day.manifest().innocent_users.begin(), day.manifest().innocent_users.end());
  for (const FoldedFinding& each : found) {
    for (const KeyPart& part : each.key) {
      EXPECT_FALSE(innocent.contains(part.value)) << each.rule->title << ": " << each.sentence;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, DemoDay, testing::Values(1, 2));

std::vector<FoldedFinding> scan_shared(const std::string& file) {
  PosixFileSystem files;
  const std::string path = (kSource / ".." / "shared" / "data" / file).string();
  LineReader reader(open_bytes(files, path).value());
  Chain chain;
  const Micros received = files.info(path).value().modified;
  while (true) {
    const auto line = reader.next();
    if (!line || !*line) {
      return chain.finish();
    }
    chain.add("file:" + path, received, **line);
  }
}

bool has_shared(const std::string& file) {
  return std::filesystem::exists(kSource / ".." / "shared" / "data" / file);
}

TEST(RealLogs, GuessersOfAnAuthLogAreNamed) {
  if (!has_shared("auth/elastic_auth.log")) {
    GTEST_SKIP() << "skipped: no shared data";
  }
  std::set<std::string> named;
  for (const FoldedFinding& found : scan_shared("auth/elastic_auth.log")) {
    for (const KeyPart& part : found.key) {
      named.insert(part.value);
    }
  }
  for (const char* address : {"24.151.103.17", "34.204.227.175", "91.197.232.109"}) {
    EXPECT_TRUE(named.contains(address)) << address;
  }
}

TEST(RealLogs, OrdinaryVisitorsOfABlogArePagedForByNobody) {
  if (!has_shared("web/elastic_apache_logs.log")) {
    GTEST_SKIP() << "skipped: no shared data";
  }
  const auto found = scan_shared("web/elastic_apache_logs.log");
  EXPECT_LE(found.size(), 8U);
  for (const FoldedFinding& each : found) {
    EXPECT_LT(each.rule->level, Level::kHigh) << each.rule->title << ": " << each.sentence;
  }
}

}  // namespace
}  // namespace tocsin
