#include "respond/receipt_book.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "testing/fake_clock.h"
#include "testing/temp_directory.h"

namespace tocsin {
namespace {

class ReceiptBookTest : public testing::Test {
 protected:
  void SetUp() override { open(); }
  void open() {
    book_.reset();
    db_.reset();
    db_ = std::move(*StateDb::open({.path = directory_ / "state.db"}, files_, clock_));
    auto book = ReceiptBook::open(settings_, *db_, clock_, metrics_);
    ASSERT_TRUE(book) << book.error().full_text();
    book_ = std::move(*book);
  }

  static Sighting from(std::string name, std::uint64_t through, Taken taken = Taken::kGiven) {
    Sighting sighting;
    sighting.name = std::move(name);
    sighting.kind = "nftables";
    sighting.through = through;
    sighting.taken = taken;
    return sighting;
  }

  // A snapshot with blocks of these ids, taken at that time.
  DecisionSnapshot taken(std::vector<std::uint64_t> ids, Micros at,
                         ScopeKind scope = ScopeKind::kAddress) {
    DecisionSnapshot snapshot(1);
    for (const std::uint64_t id : ids) {
      Decision decision;
      decision.id = id;
      decision.created = at;
      decision.until = at + span_s(3'600);
      decision.scope = scope;
      decision.value = scope == ScopeKind::kAddress ? "203.0.113." + std::to_string(id) : "alice";
      const auto target = canonical_target(scope, decision.value);
      decision.network = target->network;
      snapshot.insert(PackedDecision::make(decision, std::make_shared<DecisionContext>(),
                                           snapshot.hash_of(*target)));
    }
    return snapshot;
  }
  std::vector<LapseKind> lapses(const DecisionSnapshot& snapshot) {
    std::vector<LapseKind> kinds;
    for (const Lapse& lapse : book_->take_lapses(snapshot, clock_.now())) {
      kinds.push_back(lapse.kind);
    }
    return kinds;
  }

  // The line of the histogram with that bound.
  bool counted(std::string_view taken, std::string_view bound, int n) const {
    return metrics_.text().find(
               fmt::format("tocsin_decision_delay_seconds_bucket{{taken=\"{}\",le=\"{}\"}} {}\n",
                           taken, bound, n)) != std::string::npos;
  }

  TempDirectory directory_;
  PosixFileSystem files_;
  FakeClock clock_;
  Metrics metrics_;
  EnforcementSettings settings_;
  std::unique_ptr<StateDb> db_;
  std::unique_ptr<ReceiptBook> book_;
};

TEST_F(ReceiptBookTest, KnowsWhoTookADecisionAndWhen) {
  const Micros first = clock_.now();
  book_->heard(from("fw", 5));
  clock_.advance(span_ms(40));
  book_->heard(from("fw", 5, Taken::kApplied));
  clock_.advance(span_s(1));
  book_->heard(from("fw", 9));
  book_->heard(from("web", 7));
  const auto receipts = book_->of_decision(5);
  ASSERT_TRUE(receipts) << receipts.error().full_text();
  ASSERT_EQ(receipts->size(), 2U);
  EXPECT_EQ((*receipts)[0].enforcer, "fw");
  EXPECT_EQ((*receipts)[0].given, first);
  EXPECT_EQ((*receipts)[0].applied, first + span_ms(40));
  EXPECT_EQ((*receipts)[1].applied, std::nullopt);
  ASSERT_EQ(book_->of_decision(8)->size(), 1U);
  EXPECT_EQ((*book_->of_decision(8))[0].given, clock_.now());
  EXPECT_TRUE(book_->of_decision(10)->empty());
}

TEST_F(ReceiptBookTest, KeepsEverythingOverARestart) {
  Sighting sighting = from("fw", 5, Taken::kApplied);
  sighting.counts = {{"tocsin", 10, 600, 0}, {"cscli", 1, 60, 0}};
  sighting.covers = {{"block:address", "block:network"}};
  sighting.standing = 5;
  sighting.failed = {{4, "no room"}};
  book_->heard(sighting);
  sighting.counts = {{"tocsin", 5, 300, 2}};
  sighting.through = 0;
  sighting.failed.clear();
  book_->heard(sighting);
  ASSERT_TRUE(book_->flush());
  const EnforcerInfo before = book_->enforcers().at(0);
  open();
  const EnforcerInfo after = book_->enforcers().at(0);
  EXPECT_EQ(after.applied_through, 5U);
  EXPECT_EQ(after.covers, before.covers);
  EXPECT_EQ(after.standing, 5U);
  EXPECT_EQ(after.counts,
            (std::vector<EnforcedCount>{{"cscli", 1, 60, 0}, {"tocsin", 15, 900, 2}}));
  EXPECT_EQ(book_->of_decision(4)->at(0).failed, "no room");
}

TEST_F(ReceiptBookTest, TellsOnceThatAnEnforcerIsSilentAndThatItIsBack) {
  const DecisionSnapshot none;
  book_->heard(from("fw", 0));
  clock_.advance(Span(settings_.silent_after.value - 1));
  EXPECT_TRUE(lapses(none).empty());
  clock_.advance(span_s(1));
  EXPECT_EQ(lapses(none), (std::vector{LapseKind::kSilent}));
  EXPECT_TRUE(lapses(none).empty());
  EXPECT_TRUE(book_->enforcers()[0].silent);
  book_->heard(from("fw", 0));
  EXPECT_EQ(lapses(none), (std::vector{LapseKind::kBack}));
}

TEST_F(ReceiptBookTest, WhoSaysGoodByeIsNotSilent) {
  Sighting bye = from("fw", 0);
  bye.leaving = true;
  book_->heard(from("fw", 0));
  book_->heard(bye);
  clock_.advance(span_s(100'000));
  EXPECT_TRUE(lapses({}).empty());
}

TEST_F(ReceiptBookTest, AnAnswerThatIsWrittenLateDoesNotCallBackWhoLeft) {
  book_->heard(from("fw", 0));
  Sighting bye = from("fw", 0);
  bye.leaving = true;
  book_->heard(bye);
  Sighting late = from("fw", 7);
  late.afterwards = true;
  book_->heard(late);
  EXPECT_TRUE(book_->enforcers()[0].left);
  EXPECT_EQ(book_->enforcers()[0].given_through, 7U);
}

TEST_F(ReceiptBookTest, TellsOnceOfDecisionsThatNobodyTook) {
  const DecisionSnapshot first = taken({1}, clock_.now());
  clock_.advance(settings_.take_within);
  EXPECT_EQ(lapses(first), (std::vector{LapseKind::kNotTaken}));
  book_->heard(from("fw", 2));
  const DecisionSnapshot snapshot = taken({1, 2, 3, 4}, clock_.now());
  clock_.advance(Span(settings_.take_within.value - 1));
  EXPECT_TRUE(lapses(snapshot).empty());
  clock_.advance(span_ms(1));
  const std::vector<Lapse> told = book_->take_lapses(snapshot, clock_.now());
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(told[0].kind, LapseKind::kNotTaken);
  EXPECT_EQ(told[0].decision, 3U);
  EXPECT_EQ(told[0].decisions, 2U);
  EXPECT_EQ(told[0].sentence, "No enforcer took decision 3 (203.0.113.3) and 1 more within 30s");
  EXPECT_TRUE(lapses(snapshot).empty());
}

TEST_F(ReceiptBookTest, AnEnforcerThatDoesNotCoverADecisionDoesNotTakeIt) {
  Sighting firewall = from("fw", 9);
  firewall.covers = {{"block:address"}};
  book_->heard(firewall);
  const DecisionSnapshot snapshot = taken({5}, clock_.now(), ScopeKind::kUser);
  clock_.advance(span_s(60));
  EXPECT_EQ(lapses(snapshot), (std::vector{LapseKind::kNotTaken}));
}

TEST_F(ReceiptBookTest, TellsWhatAnEnforcerCannotCarryOut) {
  Sighting sighting = from("fw", 3);
  sighting.failed = {{3, "too many different rates"}};
  book_->heard(sighting);
  const auto told = book_->take_lapses({}, clock_.now());
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(told[0].sentence,
            "The enforcer fw cannot carry out decision 3: too many different rates");
}

TEST_F(ReceiptBookTest, ForgetsWhoIsGoneAndRefusesMoreThanItMayKnow) {
  for (std::size_t i = 0; i < ReceiptBook::kEnforcersMax + 5; ++i) {
    book_->heard(from("e" + std::to_string(i), 1));
  }
  EXPECT_EQ(book_->enforcers().size(), ReceiptBook::kEnforcersMax);
  EXPECT_EQ(metrics_.total("tocsin_enforcers_refused_total"), 5U);
  ASSERT_TRUE(book_->flush());
  ASSERT_TRUE(book_->forget("e7"));
  EXPECT_EQ(book_->forget("e7").error().code(), ErrorCode::kNotFound);
  open();
  EXPECT_EQ(book_->enforcers().size(), ReceiptBook::kEnforcersMax - 1);
}

TEST_F(ReceiptBookTest, OldReceiptsAreRemoved) {
  book_->heard(from("fw", 5));
  ASSERT_TRUE(book_->flush());
  clock_.advance(settings_.receipts_kept);
  clock_.advance(span_s(7'200));
  book_->heard(from("fw", 6));
  ASSERT_TRUE(book_->flush());
  EXPECT_TRUE(book_->of_decision(5)->empty());
  EXPECT_EQ(book_->of_decision(6)->size(), 1U);
}

TEST_F(ReceiptBookTest, HowLateDecisionsAreTakenIsCounted) {
  const DecisionSnapshot before = taken({1}, clock_.now());
  clock_.advance(span_s(60));
  book_->heard(from("new", 1));
  lapses(before);  // what stood before it came is not its delay
  EXPECT_TRUE(counted("given", "+Inf", 0)) << metrics_.text();
  const Micros decided = clock_.now();
  const DecisionSnapshot all = taken({2, 3}, decided);
  clock_.advance(Span(40'000));
  book_->heard(from("new", 3));
  clock_.advance(span_s(1));
  book_->heard(from("new", 2, Taken::kApplied));
  lapses(all);
  lapses(all);  // once only
  EXPECT_TRUE(counted("given", "0.025", 0)) << metrics_.text();
  EXPECT_TRUE(counted("given", "0.05", 2));
  EXPECT_TRUE(counted("given", "+Inf", 2));
  EXPECT_TRUE(counted("applied", "1", 0));
  EXPECT_TRUE(counted("applied", "2.5", 1));
}

}  // namespace
}  // namespace tocsin
