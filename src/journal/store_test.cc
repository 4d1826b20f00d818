#include "journal/store.h"

#include <gtest/gtest.h>

#include "journal/journal_samples_test.h"
#include "journal/merkle.h"
#include "journal/segment_scan.h"
#include "journal/verify.h"
#include "testing/faulty_file_system.h"

namespace tocsin::journal {
namespace {

class StoreTest : public ::testing::Test {
 protected:
  void SetUp() override { reopen(); }

  void reopen() {
    store_.reset();
    auto store = Store::open(options_, files_, clock_, metrics_, log_, counted_seeds());
    CHECK(store.has_value());
    store_ = std::move(*store);
  }

  void commit(std::size_t count) {
    const std::vector<std::shared_ptr<RecordBatch>> group{numbered_batch(next_, count)};
    const Status status = store_->commit(group);
    ASSERT_TRUE(status) << status.error().full_text();
    EXPECT_EQ(group[0]->first_seq(), Seq(next_));
    next_ += count;
  }

  // Many blocks, several segments.
  void fill() {
    for (int i = 0; i < 60; ++i) {
      commit(1 + static_cast<std::size_t>(i) * 7 % 23);
    }
    ASSERT_TRUE(store_->seal());
    ASSERT_GT(archive().segments().size(), 4U);
  }

  Archive& archive() { return store_->archive(); }

  JournalOptions options_ = small_options();
  FaultyFileSystem files_;
  HandClock clock_;
  Metrics metrics_;
  Log log_;
  std::uint64_t next_ = 1;
  std::unique_ptr<Store> store_;
};

TEST_F(StoreTest, EverythingIsReadBackFromAnyStartWithAnyLimit) {
  fill();
  commit(3);  // only in the write-ahead file
  for (std::uint64_t from = 1; from < next_; from += 13) {
    for (const std::size_t records_max : {1U, 5U, 1000U}) {
      for (const std::size_t bytes_max : {1U, 200U, 100'000U}) {
        const auto batch = archive().read(Seq(from), records_max, bytes_max);
        ASSERT_TRUE(batch);
        ASSERT_FALSE((*batch)->empty());
        ASSERT_LE((*batch)->size(), records_max);
        ASSERT_EQ((*batch)->first_seq(), Seq(from));
        for (std::size_t i = 0; i < (*batch)->size(); ++i) {
          EXPECT_EQ((**batch)[i].bytes, record_text(from + i));
        }
      }
    }
  }
  const auto nothing = archive().read(Seq(next_), 10, 10);
  ASSERT_TRUE(nothing);
  EXPECT_TRUE((*nothing)->empty());
}

TEST_F(StoreTest, ARestartKeepsSeqsTreeAndRecords) {
  fill();
  commit(3);
  ASSERT_TRUE(store_->seal());
  const auto before = read_all(archive());
  const auto root = archive().root(archive().tree_size());
  reopen();
  EXPECT_EQ(archive().end(), Seq(next_));
  EXPECT_EQ(read_all(archive()), before);
  EXPECT_EQ(*archive().root(archive().tree_size()), *root);
  commit(2);
  EXPECT_EQ(read_all(archive()).size(), before.size() + 2);
}

TEST_F(StoreTest, EveryRecordHasAProofThatHoldsAndAChangedOneHasNot) {
  fill();
  const auto checkpoint = store_->sign_checkpoint();
  ASSERT_TRUE(checkpoint);
  for (std::uint64_t seq = 1; seq < next_; seq += 3) {
    const auto proof = archive().prove(Seq(seq), *checkpoint);
    ASSERT_TRUE(proof) << proof.error().full_text();
    const auto batch = archive().read(Seq(seq), 1, 1);
    ASSERT_TRUE(batch);
    const Status holds = check_inclusion(*proof, (**batch)[0], store_->verifier_key());
    EXPECT_TRUE(holds) << holds.error().full_text();
    RecordBatch changed;
    ASSERT_TRUE(changed.add(changed.add_origin(*(**batch)[0].origin), (**batch)[0].received, "no"));
    EXPECT_FALSE(check_inclusion(*proof, changed[0], store_->verifier_key()));
    InclusionProof moved = *proof;
    moved.seq = Seq(seq + 1);
    EXPECT_FALSE(check_inclusion(moved, (**batch)[0], store_->verifier_key()));
  }
  EXPECT_EQ(archive().prove(Seq(next_), *checkpoint).error().code(), ErrorCode::kNotFound);
  commit(1);
  EXPECT_EQ(archive().prove(Seq(next_ - 1), *checkpoint).error().code(), ErrorCode::kUnavailable);
}

TEST_F(StoreTest, AllSizesOfTheLogAreConsistentAcrossSegments) {
  fill();
  const std::uint64_t size = archive().tree_size();
  // The definition: all leaves, straight from the sidecars.
  std::vector<Sha256Digest> leaves;
  for (const auto& info : archive().segments()) {
    const auto entries = load_entries(files_, options_.directory, *info);
    ASSERT_TRUE(entries);
    for (const BlockEntry& entry : *entries) {
      leaves.push_back(entry.leaf);
    }
  }
  ASSERT_EQ(leaves.size(), size);
  for (std::uint64_t part = 1; part <= size; ++part) {
    ASSERT_EQ(*archive().root(part),
              tree_root({leaves.begin(), leaves.begin() + static_cast<std::ptrdiff_t>(part)}));
  }
  for (std::uint64_t old_size = 1; old_size <= size; old_size += 3) {
    const auto proof = archive().consistency(old_size, size);
    ASSERT_TRUE(proof) << proof.error().full_text();
    EXPECT_TRUE(check_consistency(*proof));
    const auto between = archive().consistency(old_size, (old_size + size) / 2);
    ASSERT_TRUE(between);
    EXPECT_TRUE(check_consistency(*between));
  }
  EXPECT_FALSE(archive().consistency(0, size));
  EXPECT_FALSE(archive().consistency(1, size + 1));
}

TEST_F(StoreTest, RetentionTakesWholeSegmentsAndProofsOfTheRestStillHold) {
  fill();
  const auto old_checkpoint = store_->sign_checkpoint();
  ASSERT_TRUE(old_checkpoint);
  const auto begin = store_->retire_before(Seq(200));
  ASSERT_TRUE(begin);
  EXPECT_GT(*begin, Seq(1));
  EXPECT_LE(*begin, Seq(200));
  EXPECT_EQ(archive().begin(), *begin);
  const auto batch = archive().read(Seq(1), 5, 1000);
  ASSERT_TRUE(batch);
  EXPECT_EQ((*batch)->first_seq(), *begin);
  EXPECT_EQ(archive().prove(Seq(1), *old_checkpoint).error().code(), ErrorCode::kNotFound);
  reopen();
  EXPECT_EQ(archive().begin(), *begin);
  const auto proof = archive().prove(*begin, *old_checkpoint);
  ASSERT_TRUE(proof) << proof.error().full_text();
  EXPECT_TRUE(check_inclusion(*proof, (**batch)[0], store_->verifier_key()));
  const auto report =
      verify_journal(files_, {options_.directory, options_.key_directory, std::nullopt});
  ASSERT_TRUE(report);
  EXPECT_TRUE(report->clean()) << report->faults.front().what;
  EXPECT_EQ(report->begin, *begin);
  EXPECT_EQ(report->retired, begin->value - 1);
  EXPECT_EQ(report->records, next_ - begin->value);
}

TEST_F(StoreTest, RetentionByTimeKeepsTheSegmentThatHoldsAYoungerRecord) {
  fill();
  const auto nothing = store_->retire_received_before(Micros(1'780'000'000'000'000));
  ASSERT_TRUE(nothing);
  EXPECT_EQ(*nothing, Seq(1));
  const auto some = store_->retire_received_before(Micros(1'780'000'000'000'200));
  ASSERT_TRUE(some);
  EXPECT_GT(*some, Seq(1));
  EXPECT_LE(*some, Seq(200));
}

TEST_F(StoreTest, ASegmentThatVanishedWithoutRetentionIsAFault) {
  fill();
  store_.reset();
  ASSERT_TRUE(files_.remove(segment_path(options_.directory, Seq(1))));
  const auto report =
      verify_journal(files_, {options_.directory, options_.key_directory, std::nullopt});
  ASSERT_TRUE(report);
  EXPECT_FALSE(report->clean());
  EXPECT_EQ(report->faults.front().kind, DamageKind::kMissing);
}

TEST_F(StoreTest, FindsTheFirstBlockReceivedAtOrAfterATime) {
  fill();
  commit(3);
  for (std::uint64_t n = 1; n < next_; n += 11) {
    const auto seq = archive().first_received_at_or_after(
        Micros(1'780'000'000'000'000 + static_cast<std::int64_t>(n)));
    ASSERT_TRUE(seq);
    EXPECT_LE(*seq, Seq(n));
    EXPECT_GE(seq->value + options_.block_records_max, n);
  }
  EXPECT_EQ(*archive().first_received_at_or_after(Micros(1'790'000'000'000'000)), Seq(next_));
}

TEST_F(StoreTest, LostSidecarsAreMadeAgain) {
  fill();
  const auto before = read_all(archive());
  store_.reset();
  for (const std::string& path : files_.paths()) {
    if (path.ends_with(".idx")) {
      ASSERT_TRUE(files_.remove(path));
    }
  }
  reopen();
  EXPECT_EQ(read_all(archive()), before);
  const auto report =
      verify_journal(files_, {options_.directory, options_.key_directory, std::nullopt});
  ASSERT_TRUE(report);
  EXPECT_TRUE(report->clean());
}

TEST_F(StoreTest, ARewrittenHistoryDoesNotAgreeWithTheSignedOne) {
  fill();
  ASSERT_TRUE(store_->sign_checkpoint());
  const std::string checkpoints = files_.contents(checkpoints_path(options_.directory));
  const std::string key = files_.contents(options_.key_directory + "/journal.key");
  const std::string pub = files_.contents(options_.key_directory + "/journal.pub");
  // The same operator, the same key, another record: everything is made anew but the checkpoint.
  for (const std::string& path : files_.paths()) {
    store_.reset();
    ASSERT_TRUE(files_.remove(path));
  }
  files_.set_contents(options_.key_directory + "/journal.key", key);
  files_.set_contents(options_.key_directory + "/journal.pub", pub);
  next_ = 1;
  reopen();
  commit(1);
  fill();
  files_.set_contents(checkpoints_path(options_.directory), checkpoints);
  const auto report =
      verify_journal(files_, {options_.directory, options_.key_directory, std::nullopt});
  ASSERT_TRUE(report);
  ASSERT_FALSE(report->clean());
  EXPECT_NE(report->faults.front().what.find("not those that were signed"), std::string::npos)
      << report->faults.front().what;
}

TEST_F(StoreTest, RefusesARecordAndAnOriginOverTheLimits) {
  RecordBatch large;
  ASSERT_TRUE(large.add(large.add_origin({"s", "", ""}), Micros(1),
                        std::string(options_.record_bytes_max + 1, 'x')));
  EXPECT_EQ(store_->check(large).error().code(), ErrorCode::kTooLarge);
  RecordBatch named;
  ASSERT_TRUE(named.add(named.add_origin({std::string(5000, 's'), "", ""}), Micros(1), "x"));
  EXPECT_EQ(store_->check(named).error().code(), ErrorCode::kTooLarge);
}

TEST_F(StoreTest, ARecordLargerThanABlockIsABlockOfItsOwn) {
  auto batch = std::make_shared<RecordBatch>();
  const std::uint32_t origin = batch->add_origin({"s", "", ""});
  for (const std::size_t size : {3U, 50'000U, 0U, 100'000U, 1U}) {
    ASSERT_TRUE(batch->add(origin, Micros(1), std::string(size, 'x')));
  }
  ASSERT_TRUE(store_->commit(std::vector{batch}));
  const auto all = read_all(archive());
  ASSERT_EQ(all.size(), 5U);
  EXPECT_EQ(all[3].size(), 100'000U);
}

}  // namespace
}  // namespace tocsin::journal
