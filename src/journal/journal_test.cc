#include "journal/journal.h"

#include <condition_variable>
#include <mutex>
#include <set>
#include <thread>

#include <gtest/gtest.h>

#include "journal/journal_samples_test.h"
#include "journal/verify.h"
#include "testing/faulty_file_system.h"

namespace tocsin {
namespace {

using journal::HandClock;
using journal::numbered_batch;
using journal::record_text;
using journal::small_options;

class JournalTest : public ::testing::Test {
 protected:
  void open(DurableSink sink = nullptr) {
    journal_.reset();
    auto opened = Journal::open(options_, files_, clock_, metrics_, log_, std::move(sink));
    ASSERT_TRUE(opened) << opened.error().full_text();
    journal_ = std::move(*opened);
  }

  // Appends and waits for the answer.
  Status append(std::shared_ptr<RecordBatch> batch) {
    std::mutex mutex;
    std::condition_variable changed;
    std::optional<Status> answer;
    journal_->append(std::move(batch), [&](const Status& status) {
      const std::scoped_lock lock(mutex);
      answer = status;
      changed.notify_all();
    });
    std::unique_lock lock(mutex);
    changed.wait(lock, [&] { return answer.has_value(); });
    return *answer;
  }

  JournalOptions options_ = small_options();
  FaultyFileSystem files_;
  HandClock clock_;
  Metrics metrics_;
  Log log_;
  std::unique_ptr<Journal> journal_;
};

TEST_F(JournalTest, TheSinkGetsEachDurableBatchInOrderBeforeItsDone) {
  std::vector<Seq> seen;
  open(
      [&](const std::shared_ptr<const RecordBatch>& batch) { seen.push_back(batch->first_seq()); });
  for (std::uint64_t i = 0; i < 20; ++i) {
    ASSERT_TRUE(append(numbered_batch(1 + i * 3, 3)));
    ASSERT_EQ(seen.size(), i + 1);
    EXPECT_EQ(seen.back(), Seq(1 + i * 3));
  }
  EXPECT_EQ(journal_->end(), Seq(61));
  EXPECT_EQ(metrics_.total("tocsin_journal_records_total"), 60U);
}

TEST_F(JournalTest, AnEmptyBatchIsDoneAndTakesNoSeq) {
  open();
  EXPECT_TRUE(append(std::make_shared<RecordBatch>()));
  EXPECT_EQ(journal_->end(), Seq(1));
}

TEST_F(JournalTest, ManyProducersAndReadersAtOnce) {
  open();
  constexpr std::uint64_t kProducers = 4;
  constexpr std::uint64_t kBatches = 60;
  std::atomic<bool> stop = false;
  std::thread reader([&] {
    while (!stop) {
      Seq expected = journal_->begin();
      while (expected < journal_->end()) {
        const auto batch = journal_->read(expected, 7, 10'000);
        ASSERT_TRUE(batch);
        if ((*batch)->empty()) {
          break;
        }
        ASSERT_EQ((*batch)->first_seq(), expected);
        expected = (*batch)->end_seq();
      }
    }
  });
  std::thread prover([&] {
    while (!stop) {
      if (journal_->end() > Seq(1)) {
        const Seq seq(journal_->end().value - 1);
        const auto proof = journal_->prove(seq);
        ASSERT_TRUE(proof) << proof.error().full_text();
        const auto batch = journal_->read(seq, 1, 1000);
        ASSERT_TRUE(batch);
        ASSERT_TRUE(check_inclusion(*proof, (**batch)[0], journal_->verifier_key()));
      }
    }
  });
  std::vector<std::thread> producers;
  for (std::uint64_t p = 0; p < kProducers; ++p) {
    producers.emplace_back([&, p] {
      for (std::uint64_t i = 0; i < kBatches; ++i) {
        ASSERT_TRUE(append(numbered_batch((p * kBatches + i) * 10, 10)));
      }
    });
  }
  for (std::thread& producer : producers) {
    producer.join();
  }
  stop = true;
  reader.join();
  prover.join();
  ASSERT_TRUE(journal_->close());
  std::set<std::string> texts;
  for (Seq from(1); from < journal_->end();) {
    const auto batch = journal_->read(from, 1000, 1'000'000);
    ASSERT_TRUE(batch);
    for (std::size_t i = 0; i < (*batch)->size(); ++i) {
      EXPECT_TRUE(texts.emplace((**batch)[i].bytes).second);
    }
    from = (*batch)->end_seq();
  }
  EXPECT_EQ(texts.size(), kProducers * kBatches * 10);
  const auto report =
      verify_journal(files_, {options_.directory, options_.key_directory, std::nullopt});
  ASSERT_TRUE(report);
  EXPECT_TRUE(report->clean());
  EXPECT_EQ(report->checkpoint_size, report->tree_size);
}

TEST_F(JournalTest, AFullQueueRefusesAtOnceAndCounts) {
  options_.queue_bytes_max = 2000;
  std::mutex gate;
  std::unique_lock hold(gate);
  open([&](const std::shared_ptr<const RecordBatch>&) { const std::scoped_lock wait(gate); });
  std::atomic<int> durable = 0;
  std::atomic<int> exhausted = 0;
  for (std::uint64_t i = 0; i < 50; ++i) {
    journal_->append(numbered_batch(i, 4), [&](const Status& status) {
      if (status) {
        ++durable;
      } else {
        EXPECT_EQ(status.error().code(), ErrorCode::kExhausted);
        ++exhausted;
      }
    });
  }
  EXPECT_GT(exhausted, 40);
  hold.unlock();
  ASSERT_TRUE(journal_->close());
  EXPECT_EQ(durable + exhausted, 50);
  EXPECT_GE(durable, 1);
  EXPECT_EQ(metrics_.total("tocsin_journal_refused_batches_total"),
            static_cast<std::uint64_t>(exhausted));
  EXPECT_EQ(journal_->end().value, 1U + 4U * static_cast<std::uint64_t>(durable));
}

TEST_F(JournalTest, AFullDiskReachesTheSenderAndTheNextTryIsTaken) {
  open();
  ASSERT_TRUE(append(numbered_batch(1, 2)));
  files_.fail_at(1, FaultKind::kDiskFull);
  auto batch = numbered_batch(3, 2);
  const Status refused = append(batch);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code(), ErrorCode::kDiskFull);
  EXPECT_EQ(batch->first_seq(), Seq());
  ASSERT_TRUE(append(batch));
  EXPECT_EQ(batch->first_seq(), Seq(3));
}

TEST_F(JournalTest, TooLargeARecordIsRefusedAtTheDoor) {
  options_.record_bytes_max = 100;
  open();
  auto batch = std::make_shared<RecordBatch>();
  ASSERT_TRUE(batch->add(batch->add_origin({"s", "", ""}), Micros(1), std::string(101, 'x')));
  EXPECT_EQ(append(batch).error().code(), ErrorCode::kTooLarge);
}

TEST_F(JournalTest, AfterCloseAppendsAreRefusedAndReadsGoOn) {
  open();
  ASSERT_TRUE(append(numbered_batch(1, 5)));
  ASSERT_TRUE(journal_->close());
  EXPECT_EQ(append(numbered_batch(6, 1)).error().code(), ErrorCode::kUnavailable);
  const auto batch = journal_->read(Seq(1), 10, 1000);
  ASSERT_TRUE(batch);
  EXPECT_EQ((**batch)[4].bytes, record_text(5));
  const auto checkpoint = journal_->checkpoint();
  ASSERT_TRUE(checkpoint);
  EXPECT_GT(checkpoint->tree_size, 0U);
  EXPECT_TRUE(journal_->close());
}

TEST_F(JournalTest, TheFreshestRecordCanBeProvenAndTheLogIsConsistent) {
  open();
  EXPECT_EQ(journal_->checkpoint().error().code(), ErrorCode::kNotFound);
  ASSERT_TRUE(append(numbered_batch(1, 1)));
  const auto proof = journal_->prove(Seq(1));
  ASSERT_TRUE(proof) << proof.error().full_text();
  ASSERT_TRUE(append(numbered_batch(2, 30)));
  const auto later = journal_->prove(Seq(31));
  ASSERT_TRUE(later);
  const auto consistency =
      journal_->consistency(proof->checkpoint.tree_size, later->checkpoint.tree_size);
  ASSERT_TRUE(consistency);
  EXPECT_TRUE(check_consistency(*consistency));
  EXPECT_EQ(consistency->old_root, proof->checkpoint.root);
  EXPECT_EQ(consistency->new_root, later->checkpoint.root);
  EXPECT_EQ(journal_->prove(Seq(32)).error().code(), ErrorCode::kNotFound);
}

}  // namespace
}  // namespace tocsin
