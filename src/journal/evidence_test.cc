#include "journal/evidence.h"

#include <gtest/gtest.h>

#include "journal/journal_samples_test.h"
#include "testing/faulty_file_system.h"

namespace tocsin {
namespace {

using journal::Archive;
using journal::counted_seeds;
using journal::HandClock;
using journal::numbered_batch;
using journal::small_options;
using journal::Store;

class EvidenceTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto store = Store::open(options_, files_, clock_, metrics_, log_, counted_seeds());
    CHECK(store.has_value());
    store_ = std::move(*store);
    auto odd = std::make_shared<RecordBatch>();
    const std::uint32_t origin = odd->add_origin({"caf\xC3\xA9", "\xFF\xFE", "h"});
    CHECK(odd->add(origin, Micros(-5), std::string_view("\0\xFF\xFE\"\n", 5)));
    CHECK(odd->add(origin, Micros(7), ""));
    CHECK(odd->add(origin, Micros(7), "quote \" backslash \\ \u2028 tab \t"));
    CHECK(store_->commit(std::vector{numbered_batch(1, 100), odd}).has_value());
    CHECK(store_->seal().has_value());
    CHECK(store_->sign_checkpoint().has_value());
  }

  EvidenceSource source() {
    Archive& archive = store_->archive();
    const Checkpoint checkpoint = *store_->newest_checkpoint();
    return {[&archive](Seq from, std::size_t records, std::size_t bytes) {
              return archive.read(from, records, bytes);
            },
            [&archive, checkpoint](Seq seq) { return archive.prove(seq, checkpoint); },
            store_->verifier_key()};
  }

  std::string bundle(const std::vector<SeqRange>& ranges) {
    std::string out;
    const auto written = export_evidence(source(), ranges, {Micros(99), "status >= 500"},
                                         [&out](std::string_view bytes) -> Status {
                                           out.append(bytes);
                                           return {};
                                         });
    CHECK(written.has_value());
    return out;
  }

  JournalOptions options_ = small_options();
  FaultyFileSystem files_;
  HandClock clock_;
  Metrics metrics_;
  Log log_;
  std::unique_ptr<Store> store_;
};

TEST_F(EvidenceTest, ABundleHoldsByItselfAndUnderAPinnedKey) {
  const std::string text = bundle({{Seq(3), Seq(9)}, {Seq(60), Seq(62)}, {Seq(100), Seq(104)}});
  for (const auto& pinned :
       {std::optional<VerifierKey>(), std::optional<VerifierKey>(store_->verifier_key())}) {
    const EvidenceReport report = verify_evidence(text, pinned);
    EXPECT_TRUE(report.holds()) << report.faults.front().what;
    EXPECT_EQ(report.key_pinned, pinned.has_value());
    EXPECT_EQ(report.records, 12U);
    EXPECT_EQ(report.first, Seq(3));
    EXPECT_EQ(report.last, Seq(103));
    EXPECT_EQ(report.query, "status >= 500");
    EXPECT_EQ(report.checkpoints, 1U);
    EXPECT_EQ(report.received_first, Micros(-5));
  }
}

TEST_F(EvidenceTest, AnotherKeyIsNotTrusted) {
  VerifierKey other = journal::SigningKey::from_seed("test/journal", {1}).verifier();
  const EvidenceReport report = verify_evidence(bundle({{Seq(3), Seq(5)}}), other);
  EXPECT_FALSE(report.holds());
  EXPECT_FALSE(report.key_pinned);
  EXPECT_EQ(report.records, 0U);
}

TEST_F(EvidenceTest, AChangedRecordIsTheOneThatIsNamed) {
  std::string text = bundle({{Seq(3), Seq(9)}});
  const std::size_t at = text.find("record 5 ");
  ASSERT_NE(at, std::string::npos);
  text[at + 7] = '6';
  const EvidenceReport report = verify_evidence(text, std::nullopt);
  ASSERT_EQ(report.faults.size(), 2U);
  EXPECT_EQ(report.faults[0].seq, Seq(5));
  EXPECT_EQ(report.faults[1].seq, Seq());  // the checksum of the whole
  EXPECT_EQ(report.records, 5U);
}

TEST_F(EvidenceTest, EveryFlippedByteIsFound) {
  const std::string text = bundle({{Seq(3), Seq(5)}, {Seq(101), Seq(104)}});
  for (std::size_t at = 0; at + 1 < text.size(); at += 3) {
    std::string changed = text;
    changed[at] = static_cast<char>(changed[at] ^ 2);
    EXPECT_FALSE(verify_evidence(changed, std::nullopt).holds()) << at;
  }
}

TEST_F(EvidenceTest, ACutBundleDoesNotHold) {
  const std::string text = bundle({{Seq(3), Seq(5)}});
  for (std::size_t at = 0; at + 1 < text.size(); at += 11) {
    EXPECT_FALSE(verify_evidence(std::string_view(text).substr(0, at), std::nullopt).holds());
  }
}

TEST_F(EvidenceTest, RecordsThatAreNotThereAreAnErrorAndNotLeftOut) {
  const auto out = [](std::string_view) -> Status { return {}; };
  EXPECT_FALSE(export_evidence(source(), {{Seq(100), Seq(200)}}, {}, out));
}

TEST_F(EvidenceTest, AFileIsCheckedLikeTheText) {
  files_.set_contents("/d/bundle", bundle({{Seq(1), Seq(90)}}));
  const auto report = verify_evidence_file(files_, "/d/bundle", store_->verifier_key());
  ASSERT_TRUE(report);
  EXPECT_TRUE(report->holds());
  EXPECT_EQ(report->records, 89U);
  EXPECT_FALSE(verify_evidence_file(files_, "/d/none", std::nullopt));
}

}  // namespace
}  // namespace tocsin
