#include "cli/scan_report.h"

#include <string>

#include <gtest/gtest.h>
#include <simdjson.h>

#include "base/time_text.h"

namespace tocsin {
namespace {

const Micros kTime = *parse_iso_time("2026-11-23T14:00:00Z");

std::shared_ptr<const RuleInfo> rule(std::string title, Level level) {
  RuleInfo info;
  info.id = "id of " + title;
  info.title = std::move(title);
  info.level = level;
  return std::make_shared<const RuleInfo>(info);
}

Finding finding(const std::shared_ptr<const RuleInfo>& of, std::string address,
                std::vector<std::uint64_t> seqs, std::uint64_t count, std::int64_t at_s) {
  Finding made;
  made.rule = of;
  made.key = {{"source.ip", std::move(address)}};
  made.first = kTime + span_s(at_s);
  made.time = kTime + span_s(at_s + 5);
  made.count = count;
  for (const std::uint64_t seq : seqs) {
    made.events.emplace_back(seq);
    made.seq = Seq(seq);
  }
  made.sentence = "because of " + std::to_string(count);
  return made;
}

TEST(FindingFold, FoldsByRuleAndKeyAndAddsUp) {
  const auto a = rule("A", Level::kHigh);
  FindingFold fold(3);
  RecentLines lines;
  fold.add(finding(a, "203.0.113.7", {1, 2}, 10, 0), lines);
  fold.add(finding(a, "203.0.113.7", {2, 3}, 7, 100), lines);
  fold.add(finding(a, "203.0.113.8", {4}, 1, 50), lines);
  const auto found = fold.take();
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].events, 17U);
  EXPECT_EQ(found[0].findings, 2U);
  EXPECT_EQ(found[0].first, kTime);
  EXPECT_EQ(found[0].last, kTime + span_s(105));
  EXPECT_EQ(found[0].sentence, "because of 7");
  EXPECT_EQ(found[0].samples, (std::deque<Seq>{Seq(1), Seq(2), Seq(3)}));
}

TEST(FindingFold, GravestComesFirstThenMostEvents) {
  FindingFold fold(0);
  const RecentLines lines;
  fold.add(finding(rule("low", Level::kLow), "a", {1}, 100, 0), lines);
  fold.add(finding(rule("few", Level::kHigh), "a", {2}, 1, 0), lines);
  fold.add(finding(rule("many", Level::kHigh), "a", {3}, 9, 0), lines);
  const auto found = fold.take();
  ASSERT_EQ(found.size(), 3U);
  EXPECT_EQ(found[0].rule->title, "many");
  EXPECT_EQ(found[1].rule->title, "few");
  EXPECT_EQ(found[2].rule->title, "low");
}

TEST(FindingFold, KeepsTheNewestLinesAsEvidenceAlsoWhenTheyAreForgottenLater) {
  const auto a = rule("A", Level::kHigh);
  FindingFold fold(2);
  RecentLines lines;
  lines.add(Seq(1), "one");
  lines.add(Seq(2), "two");
  fold.add(finding(a, "x", {1, 2}, 2, 0), lines);
  RecentLines later;
  later.add(Seq(3), "three");
  fold.add(finding(a, "x", {3}, 1, 9), later);
  const auto found = fold.take();
  EXPECT_EQ(found[0].lines, (std::map<Seq, std::string>{{Seq(2), "two"}, {Seq(3), "three"}}));
}

TEST(RecentLines, ForgetsTheOldestAndCutsLongOnes) {
  RecentLines lines;
  const std::string text(5'000, 'x');
  const std::uint64_t count = RecentLines::kBytesMax / RecentLines::kLineBytesMax + 10;
  for (std::uint64_t i = 1; i <= count; ++i) {
    lines.add(Seq(i), text);
  }
  EXPECT_TRUE(lines.find(Seq(1)).empty());
  EXPECT_EQ(lines.find(Seq(count)).size(), RecentLines::kLineBytesMax);
  EXPECT_TRUE(lines.find(Seq(count + 1)).empty());
}

TEST(LineMap, FindsFileAndLineAcrossGapsAndFiles) {
  LineMap map;
  map.begin_file("a.log");
  map.add(Seq(1), 1);
  map.add(Seq(2), 2);
  map.add(Seq(3), 5);  // lines 3 and 4 were empty
  map.begin_file("b.log");
  map.add(Seq(4), 1);
  const auto at = [&](std::uint64_t seq) {
    const LinePlace place = map.find(Seq(seq));
    return place.file + ":" + std::to_string(place.line);
  };
  EXPECT_EQ(at(1), "a.log:1");
  EXPECT_EQ(at(2), "a.log:2");
  EXPECT_EQ(at(3), "a.log:5");
  EXPECT_EQ(at(4), "b.log:1");
  EXPECT_EQ(at(0), ":0");
  EXPECT_EQ(at(5), ":0");
}

class ScanReport : public testing::Test {
 protected:
  ScanReport() {
    places_.begin_file("auth.log");
    places_.add(Seq(1), 41);
    RecentLines lines;
    lines.add(Seq(1), "evil \x1b[31m line");
    FindingFold fold(1);
    fold.add(finding(rule("Somebody \"tries\"", Level::kHigh), "203.0.113.7", {1}, 12, 0), lines);
    found_ = fold.take();
  }

  LineMap places_;
  std::vector<FoldedFinding> found_;
};

TEST_F(ScanReport, TableTellsLevelTimesKeySentenceAndEvidence) {
  const std::string table = scan_table(found_, places_);
  for (const std::string_view part :
       {"high", "12", "2026-11-23 14:00:00Z", "2026-11-23 14:00:05Z", "Somebody \"tries\"",
        "source.ip=203.0.113.7", "because of 12", "auth.log:41: evil "}) {
    EXPECT_NE(table.find(part), std::string::npos) << part << "\n" << table;
  }
  EXPECT_TRUE(scan_table({}, places_).empty());
}

TEST_F(ScanReport, LogTextCannotSteerTheTerminal) {
  EXPECT_EQ(scan_table(found_, places_).find('\x1b'), std::string::npos);
}

TEST_F(ScanReport, JsonIsOneObjectALine) {
  const std::string text = scan_json_lines(found_, places_);
  ASSERT_TRUE(text.ends_with('\n'));
  EXPECT_EQ(text.find('\n'), text.size() - 1);
  simdjson::dom::parser parser;
  const simdjson::dom::element root = parser.parse(text);
  EXPECT_EQ(std::string_view(root["title"]), "Somebody \"tries\"");
  EXPECT_EQ(std::string_view(root["level"]), "high");
  EXPECT_EQ(std::string_view(root["key"]["source.ip"]), "203.0.113.7");
  EXPECT_EQ(std::uint64_t(root["count"]), 12U);
  EXPECT_EQ(std::string_view(root["first"]), "2026-11-23T14:00:00.000000Z");
  EXPECT_EQ(std::uint64_t(root["events"].at(0)["line"]), 41U);
  EXPECT_EQ(std::string_view(root["events"].at(0)["raw"]), "evil \x1b[31m line");
}

TEST(ScanSummary, SaysWhatWasLeftOut) {
  ScanTotals totals;
  totals.lines = 12'345;
  totals.rules = 55;
  totals.taken = span_ms(1'500);
  EXPECT_EQ(scan_summary(totals, 1), "12,345 lines with 55 rules in 1.5 s: 1 detection.");
  totals.undecoded = 2;
  totals.lines_cut = 1;
  totals.not_kept = 3;
  EXPECT_EQ(scan_summary(totals, 0),
            "12,345 lines with 55 rules in 1.5 s: 0 detections. 2 lines in no known format (kept "
            "as text). 1 line cut at 1 MiB. 3 findings beyond the limit of different keys not "
            "shown.");
}

}  // namespace
}  // namespace tocsin
