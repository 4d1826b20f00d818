#include "respond/preview.h"

#include <algorithm>

#include "respond/book_rig_test.h"

namespace tocsin {
namespace {

class GivenFindings final : public FindingSource {
 public:
  std::vector<PreviewFinding> findings;
  Status each(Micros from, Micros until,
              const std::function<bool(const PreviewFinding&)>& take) override {
    for (const PreviewFinding& finding : findings) {
      if (finding.time >= from && finding.time < until && !take(finding)) {
        break;
      }
    }
    return {};
  }
};

class GivenHistory final : public HistorySource {
 public:
  std::vector<PreviewLogin> seen;
  Result<std::vector<PreviewLogin>> logins(Micros from, Micros until, std::size_t most) override {
    std::vector<PreviewLogin> found;
    for (const PreviewLogin& login : seen) {
      if (login.time >= from && login.time < until && found.size() < most) {
        found.push_back(login);
      }
    }
    return found;
  }
  Result<std::uint64_t> events(const DecisionTarget& target, Micros from, Micros until) override {
    static_cast<void>(target);
    return static_cast<std::uint64_t>((until - from).value / kMicrosPerSecond);
  }
};

class PreviewTest : public BookRig {
 protected:
  void find(const std::string& address, std::int64_t at_s) {
    findings_.findings.push_back(
        {*target_of_text(address), day_ + span_s(at_s - 60), day_ + span_s(at_s)});
  }
  void log_in_then(const std::string& address, const std::string& user, std::int64_t at_s) {
    history_.seen.push_back({*parse_ip(address), user, day_ + span_s(at_s)});
  }
  PreviewReport run() {
    const PreviewWish wish{by_rule("0.0.0.0"), day_, day_ + span_s(86'400)};
    Result<PreviewReport> report = preview(wish, {findings_, history_}, guards_->parts());
    EXPECT_TRUE(report) << report.error().full_text();
    return *report;
  }

  const Micros day_ = clock_.now() - span_s(2 * 86'400);
  GivenFindings findings_;
  GivenHistory history_;
};

TEST_F(PreviewTest, NamesTheInnocentThatATooEagerRuleWouldHaveHurt) {
  find("203.0.113.7", 3'600);
  find("203.0.113.7", 3'700);
  find("203.0.113.8", 4'000);
  log_in_then("203.0.113.7", "carol", 5'000);
  log_in_then("203.0.113.7", "dave", 3'600 + 5 * 3'600);  // the block is over by then
  log_in_then("203.0.113.9", "erin", 5'000);
  const PreviewReport report = run();
  ASSERT_EQ(report.subjects.size(), 2U);
  EXPECT_EQ(report.subjects[0].findings, 2U);
  EXPECT_EQ(report.subjects[0].until - report.subjects[0].from, span_s(4 * 3'600));
  EXPECT_EQ(report.subjects[0].innocent_users, (std::vector<std::string>{"carol"}));
  EXPECT_TRUE(report.subjects[1].innocent_users.empty());
  EXPECT_EQ(report.innocent_users, (std::vector<std::string>{"carol"}));
  EXPECT_EQ(report.events_stopped, 2U * 4 * 3'600);
  EXPECT_FALSE(report.cut);
  EXPECT_TRUE(book_->active()->empty());
}

TEST_F(PreviewTest, RepeatersEscalateAsInEarnest) {
  find("203.0.113.7", 100);
  find("203.0.113.7", 100 + 5 * 3'600);
  const PreviewReport report = run();
  ASSERT_EQ(report.subjects.size(), 2U);
  EXPECT_EQ(report.subjects[1].until - report.subjects[1].from, span_s(8 * 3'600));
}

TEST_F(PreviewTest, TheGuardsWouldHaveHelped) {
  find("10.0.0.1", 100);
  find("203.0.113.7", 50'000);
  for (int i = 0; i < 14; ++i) {
    log_in_then("203.0.113.7", "user" + std::to_string(i), 40'000);
  }
  const PreviewReport report = run();
  EXPECT_EQ(report.subjects[0].outcome, OutcomeKind::kRefused);
  EXPECT_EQ(report.subjects[1].kind, DecisionKind::kThrottle);
  EXPECT_EQ(report.subjects[1].known_users.size(), 14U);
  EXPECT_TRUE(report.innocent_users.empty());
}

TEST_F(PreviewTest, ABreakerOfThatTimeAndTheBounds) {
  for (std::uint32_t i = 0; i < 1'500; ++i) {
    find(ip_text(IpAddress::from_v4(0x0B000000U + i)), 100);
  }
  const PreviewReport report = run();
  EXPECT_EQ(report.subjects.size(), PreviewReport::kSubjectsMax);
  EXPECT_TRUE(report.cut);
  const auto taken =
      std::ranges::count(report.subjects, OutcomeKind::kTaken, &PreviewSubject::outcome);
  EXPECT_EQ(static_cast<std::uint64_t>(taken), settings_.breaker_per_minute);
  EXPECT_FALSE(preview({by_rule("0.0.0.0"), day_, day_}, {findings_, history_}, guards_->parts()));
}

}  // namespace
}  // namespace tocsin
