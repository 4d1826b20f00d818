// Crashes, full disks and flipped bytes against the store: nothing acknowledged is ever lost,
// nothing refused stays, and verify names what was changed.
#include <algorithm>
#include <map>

#include <gtest/gtest.h>

#include "journal/journal_samples_test.h"
#include "journal/verify.h"
#include "testing/faulty_file_system.h"

namespace tocsin::journal {
namespace {

class StoreFaults : public ::testing::Test {
 protected:
  Result<std::unique_ptr<Store>> open() {
    return Store::open(options_, *files_, clock_, metrics_, log_, counted_seeds());
  }

  VerifyReport verify() {
    const auto report =
        verify_journal(*files_, {options_.directory, options_.key_directory, std::nullopt});
    CHECK(report.has_value());
    return *report;
  }

  static std::string faults_of(const VerifyReport& report) {
    std::string text;
    for (const Damage& fault : report.faults) {
      text += fmt::format("{}:{}: {}\n", fault.file, fault.offset, fault.what);
    }
    return text;
  }

  // A script of commits of many sizes, seals and checkpoints. Gives the texts that were
  // acknowledged; a refused batch is sent again later, as a sender would, under `retry`.
  void run_script(Store& store, std::uint64_t& next, std::vector<std::string>& acknowledged) {
    for (const std::size_t size : {1U, 3U, 2U, 20U, 1U, 40U, 2U, 5U, 1U, 1U, 33U, 2U, 4U, 1U}) {
      const std::vector<std::shared_ptr<RecordBatch>> group{numbered_batch(next, size),
                                                            numbered_batch(next + size, 1)};
      if (store.commit(group)) {
        for (std::uint64_t n = next; n < next + size + 1; ++n) {
          acknowledged.push_back(record_text(n));
        }
      } else {
        EXPECT_EQ(group[0]->first_seq(), Seq());
      }
      next += size + 1;
      clock_.advance(span_ms(300));
      if (next % 5 == 0) {
        (void)store.seal().has_value();
        (void)store.sign_checkpoint().has_value();
      }
    }
  }

  // Every acknowledged record exactly once, in order; others may be there (their outcome was
  // unknown), but none twice.
  static void expect_holds(const std::vector<std::string>& stored,
                           const std::vector<std::string>& acknowledged) {
    std::map<std::string, int> counts;
    for (const std::string& text : stored) {
      EXPECT_EQ(++counts[text], 1) << text;
    }
    std::size_t at = 0;
    for (const std::string& text : acknowledged) {
      while (at < stored.size() && stored[at] != text) {
        ++at;
      }
      ASSERT_LT(at, stored.size()) << "lost: " << text;
      ++at;
    }
  }

  JournalOptions options_ = small_options();
  std::unique_ptr<FaultyFileSystem> files_ = std::make_unique<FaultyFileSystem>();
  HandClock clock_;
  Metrics metrics_;
  Log log_;
};

TEST_F(StoreFaults, PowerCutAtEveryOperationLosesNothingAcknowledged) {
  std::uint64_t operations = 1'000;
  for (std::uint64_t n = 1; n <= operations; ++n) {
    files_ = std::make_unique<FaultyFileSystem>();
    SCOPED_TRACE(n);
    files_->fail_at(n, FaultKind::kPowerCut);
    std::vector<std::string> acknowledged;
    std::uint64_t next = 1;
    {
      auto store = open();
      if (store) {
        run_script(**store, next, acknowledged);
      }
    }
    if (!files_->fault_happened()) {
      operations = n;
    }
    Rng rng(n);
    files_->power_cut(rng);
    auto store = open();
    ASSERT_TRUE(store) << store.error().full_text();
    expect_holds(read_all((*store)->archive()), acknowledged);
    run_script(**store, next, acknowledged);
    expect_holds(read_all((*store)->archive()), acknowledged);
    const VerifyReport report = verify();
    ASSERT_TRUE(report.clean()) << faults_of(report);
  }
  EXPECT_GT(operations, 50U);
}

TEST_F(StoreFaults, EachFailedOperationRefusesWholeBatchesAndTheStoreGoesOn) {
  for (const FaultKind kind : {FaultKind::kIo, FaultKind::kDiskFull}) {
    std::uint64_t operations = 1'000;
    for (std::uint64_t n = 1; n <= operations; ++n) {
      files_ = std::make_unique<FaultyFileSystem>();
      SCOPED_TRACE(n);
      auto store = open();
      ASSERT_TRUE(store);
      files_->fail_at(n, kind);
      std::vector<std::string> acknowledged;
      std::uint64_t next = 1;
      run_script(**store, next, acknowledged);
      if (!files_->fault_happened()) {
        operations = n;
      }
      EXPECT_EQ(read_all((*store)->archive()), acknowledged);
      store->reset();
      files_->kill();
      auto again = open();
      ASSERT_TRUE(again) << again.error().full_text();
      EXPECT_EQ(read_all((*again)->archive()), acknowledged);
      const VerifyReport report = verify();
      ASSERT_TRUE(report.clean()) << faults_of(report);
    }
    EXPECT_GT(operations, 50U);
  }
}

TEST_F(StoreFaults, FailuresWhileOpeningLeaveEverythingAsItWas) {
  std::vector<std::string> acknowledged;
  std::uint64_t next = 1;
  {
    auto store = open();
    ASSERT_TRUE(store);
    run_script(**store, next, acknowledged);
  }
  for (std::uint64_t n = 1; n < 30; ++n) {
    SCOPED_TRACE(n);
    files_->kill();
    files_->fail_at(n, n % 2 == 0 ? FaultKind::kIo : FaultKind::kDiskFull);
    {
      const auto store = open();
    }
    files_->kill();
    auto store = open();
    ASSERT_TRUE(store) << store.error().full_text();
    ASSERT_EQ(read_all((*store)->archive()), acknowledged);
    const std::vector<std::shared_ptr<RecordBatch>> group{numbered_batch(next, 1)};
    ASSERT_TRUE((*store)->commit(group));
    acknowledged.push_back(record_text(next++));
  }
  EXPECT_TRUE(verify().clean()) << faults_of(verify());
}

TEST_F(StoreFaults, AFullDiskRefusesAndSpaceAgainAccepts) {
  auto store = open();
  ASSERT_TRUE(store);
  std::vector<std::string> acknowledged;
  std::uint64_t next = 1;
  run_script(**store, next, acknowledged);
  std::uint64_t used = 0;
  for (const std::string& path : files_->paths()) {
    used += files_->contents(path).size();
  }
  files_->set_capacity(used + 700);
  std::size_t refused = 0;
  for (int i = 0; i < 20; ++i) {
    const std::vector<std::shared_ptr<RecordBatch>> group{numbered_batch(next, 5)};
    const Status status = (*store)->commit(group);
    if (status) {
      for (std::uint64_t n = next; n < next + 5; ++n) {
        acknowledged.push_back(record_text(n));
      }
    } else {
      EXPECT_EQ(status.error().code(), ErrorCode::kDiskFull);
      ++refused;
    }
    next += 5;
  }
  EXPECT_GT(refused, 0U);
  EXPECT_EQ(read_all((*store)->archive()), acknowledged);
  files_->set_capacity(UINT64_MAX);
  run_script(**store, next, acknowledged);
  EXPECT_EQ(read_all((*store)->archive()), acknowledged);
  ASSERT_TRUE((*store)->seal());
  EXPECT_TRUE(verify().clean()) << faults_of(verify());
}

TEST_F(StoreFaults, TooLittleFreeSpaceRefusesBeforeAnythingIsWritten) {
  options_.free_bytes_min = 1'000'000;
  files_->set_capacity(10'000);
  auto store = open();
  ASSERT_TRUE(store);
  const std::uint64_t before = files_->operations();
  const std::vector<std::shared_ptr<RecordBatch>> group{numbered_batch(1, 5)};
  const Status status = (*store)->commit(group);
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code(), ErrorCode::kDiskFull);
  EXPECT_EQ(files_->operations(), before);
}

TEST_F(StoreFaults, OpensOnAFullDiskAndServesTheWriteAheadFile) {
  {
    auto store = open();
    ASSERT_TRUE(store);
    const std::vector<std::shared_ptr<RecordBatch>> group{numbered_batch(1, 2)};
    ASSERT_TRUE((*store)->commit(group));
  }
  files_->kill();
  std::uint64_t used = 0;
  for (const std::string& path : files_->paths()) {
    used += files_->contents(path).size();
  }
  files_->set_capacity(used);
  auto store = open();
  ASSERT_TRUE(store) << store.error().full_text();
  EXPECT_EQ(read_all((*store)->archive()).size(), 2U);
  files_->set_capacity(UINT64_MAX);
  ASSERT_TRUE((*store)->seal());
  EXPECT_FALSE((*store)->has_open());
  EXPECT_EQ(read_all((*store)->archive()).size(), 2U);
}

// Every byte of small files, every 7th of larger ones.
TEST_F(StoreFaults, AFlippedByteAnywhereIsNamedAndTheRestIsServed) {
  std::vector<std::string> acknowledged;
  std::uint64_t next = 1;
  {
    auto store = open();
    ASSERT_TRUE(store);
    run_script(**store, next, acknowledged);
    ASSERT_TRUE((*store)->retire_before(Seq(40)));
    run_script(**store, next, acknowledged);
    const std::vector<std::shared_ptr<RecordBatch>> tail{numbered_batch(next, 2)};
    ASSERT_TRUE((*store)->commit(tail));
  }
  files_->kill();
  ASSERT_TRUE(verify().clean()) << faults_of(verify());
  std::size_t whole = 0;
  std::map<std::string, std::string> saved;
  for (const std::string& path : files_->paths()) {
    saved[path] = files_->contents(path);
  }
  {
    const auto archive = Archive::open_read_only(options_.directory, *files_, metrics_, log_);
    ASSERT_TRUE(archive);
    whole = read_all(**archive).size();
  }
  for (const auto& [path, bytes] : saved) {
    const std::size_t step = bytes.size() < 200 ? 1 : 7;
    for (std::size_t at = 0; at < bytes.size(); at += step) {
      SCOPED_TRACE(fmt::format("{} byte {} of {}", path, at, bytes.size()));
      std::string changed = bytes;
      changed[at] = static_cast<char>(changed[at] ^ 0x15);
      files_->set_contents(path, changed);
      const VerifyReport report = verify();
      ASSERT_FALSE(report.clean());
      const bool named = std::ranges::any_of(
          report.faults, [&](const Damage& fault) { return fault.file == path; });
      ASSERT_TRUE(named) << faults_of(report);
      const auto archive = Archive::open_read_only(options_.directory, *files_, metrics_, log_);
      ASSERT_TRUE(archive) << archive.error().full_text();
      // At most one block (or one write-ahead frame) is lost to readers.
      ASSERT_GE(read_all(**archive).size() + options_.block_records_max, whole);
      files_->set_contents(path, bytes);
    }
  }
}

TEST_F(StoreFaults, TornTailsOfEveryLengthAreCutAndNothingElse) {
  std::vector<std::string> acknowledged;
  std::uint64_t next = 1;
  {
    auto store = open();
    ASSERT_TRUE(store);
    run_script(**store, next, acknowledged);
  }
  files_->kill();
  std::map<std::string, std::string> saved;
  for (const std::string& path : files_->paths()) {
    saved[path] = files_->contents(path);
  }
  const auto restore = [&] {
    for (const std::string& path : files_->paths()) {
      if (!saved.contains(path)) {
        ASSERT_TRUE(files_->remove(path));
      }
    }
    for (const auto& [path, bytes] : saved) {
      files_->set_contents(path, bytes);
    }
  };
  // A block and a frame that were being written when the power went: every prefix of them.
  Compressor compressor(1);
  auto batch = numbered_batch(next, 3);
  batch->set_first_seq(Seq(acknowledged.size() + 1));
  std::string segment;
  for (const auto& [path, bytes] : saved) {
    segment = path.ends_with(".seg") ? path : segment;
  }
  const std::string block =
      build_block({{batch, 0, batch->size()}}, 1'000, BlockSeed{}, compressor).frame;
  for (std::size_t length = 1; length < block.size(); ++length) {
    SCOPED_TRACE(length);
    files_->set_contents(segment, saved[segment] + block.substr(0, length));
    const VerifyReport report = verify();
    ASSERT_TRUE(report.clean()) << faults_of(report);
    ASSERT_EQ(report.notes.size(), 1U);
    EXPECT_EQ(report.notes[0].offset, saved[segment].size());
    auto store = open();
    ASSERT_TRUE(store);
    ASSERT_EQ(read_all((*store)->archive()), acknowledged);
    store->reset();
    files_->kill();
    restore();
  }
}

}  // namespace
}  // namespace tocsin::journal
