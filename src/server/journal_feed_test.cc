#include "server/journal_feed.h"

#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "server/sequencer.h"

namespace tocsin {
namespace {

std::shared_ptr<const RecordBatch> batch_of(std::uint64_t first, std::size_t count) {
  auto batch = std::make_shared<RecordBatch>();
  const auto origin = batch->add_origin({"test", "", ""});
  for (std::size_t i = 0; i < count; ++i) {
    EXPECT_TRUE(batch->add(origin, Micros(1), "r" + std::to_string(first + i)));
  }
  batch->set_first_seq(Seq(first));
  return batch;
}

class JournalFeedTest : public testing::Test {
 protected:
  // A journal whose blocks begin at every multiple of 7, so that reads start before what was asked.
  JournalFeed::ReadBack journal() {
    return [this](Seq from) -> Result<std::shared_ptr<const RecordBatch>> {
      ++reads_;
      const std::uint64_t start = from.value / 7 * 7;
      return batch_of(std::max<std::uint64_t>(start, 1), start == 0 ? 6 : 7);
    };
  }

  std::vector<std::uint64_t> take(JournalFeed& feed, std::size_t count) {
    std::vector<std::uint64_t> seqs;
    while (seqs.size() < count) {
      const auto slice = feed.next();
      if (!slice) {
        break;
      }
      for (std::size_t i = slice->from; i < slice->batch->size(); ++i) {
        seqs.push_back((*slice->batch)[i].seq.value);
      }
    }
    return seqs;
  }

  void expect_in_order(const std::vector<std::uint64_t>& seqs, std::uint64_t first) {
    for (std::size_t i = 0; i < seqs.size(); ++i) {
      ASSERT_EQ(seqs[i], first + i);
    }
  }

  Metrics metrics_;
  Log log_;
  int reads_ = 0;
};

TEST_F(JournalFeedTest, GivesWhatWasOfferedWithoutReadingTheJournal) {
  JournalFeed feed(1'000'000, journal(), metrics_, log_);
  feed.start_at(Seq(1), Seq(1));
  feed.offer(batch_of(1, 3));
  feed.offer(batch_of(4, 2));
  expect_in_order(take(feed, 5), 1);
  EXPECT_EQ(reads_, 0);
  EXPECT_EQ(feed.waiting(), 0U);
}

TEST_F(JournalFeedTest, ReadsBackWhatDidNotFitAndGivesNothingTwice) {
  JournalFeed feed(10, journal(), metrics_, log_);
  feed.start_at(Seq(1), Seq(1));
  for (std::uint64_t first = 1; first <= 64; first += 3) {
    feed.offer(batch_of(first, 3));
  }
  const auto seqs = take(feed, 66);
  EXPECT_GE(seqs.size(), 66U);
  expect_in_order(seqs, 1);
  EXPECT_GT(reads_, 0);
}

TEST_F(JournalFeedTest, StartsInTheMiddleAfterARestart) {
  JournalFeed feed(1'000'000, journal(), metrics_, log_);
  feed.start_at(Seq(10), Seq(21));
  expect_in_order(take(feed, 11), 10);
}

TEST_F(JournalFeedTest, CloseEndsAWaitingReader) {
  JournalFeed feed(1'000'000, journal(), metrics_, log_);
  feed.start_at(Seq(1), Seq(1));
  std::jthread closer([&feed] { feed.close(); });
  EXPECT_FALSE(feed.next().has_value());
}

TEST_F(JournalFeedTest, PassesOverRecordsThatTheJournalLostAndCountsThem) {
  JournalFeed feed(
      1'000'000, [](Seq) -> Result<std::shared_ptr<const RecordBatch>> { return batch_of(5, 3); },
      metrics_, log_);
  feed.start_at(Seq(2), Seq(8));
  expect_in_order(take(feed, 3), 5);
  EXPECT_EQ(metrics_.total("tocsin_feed_damaged_records_total"), 3U);
}

TEST(Sequencer, GivesResultsInTicketOrderWhateverOrderTheyFinish) {
  Sequencer<int> sequencer(4);
  constexpr int kTickets = 1'000;
  std::vector<std::jthread> workers;
  for (int w = 0; w < 3; ++w) {
    workers.emplace_back([&sequencer] {
      while (const auto ticket = sequencer.issue()) {
        if (*ticket >= kTickets) {
          sequencer.finish(*ticket, -1);
          return;
        }
        sequencer.finish(*ticket, static_cast<int>(*ticket));
      }
    });
  }
  for (int i = 0; i < kTickets; ++i) {
    ASSERT_EQ(sequencer.next(), i);
  }
  sequencer.close();
}

TEST(Sequencer, DrainsIssuedTicketsAfterClose) {
  Sequencer<int> sequencer(4);
  const auto first = sequencer.issue();
  const auto second = sequencer.issue();
  sequencer.close();
  EXPECT_FALSE(sequencer.issue().has_value());
  sequencer.finish(*second, 2);
  sequencer.finish(*first, 1);
  EXPECT_EQ(sequencer.next(), 1);
  EXPECT_EQ(sequencer.next(), 2);
  EXPECT_FALSE(sequencer.next().has_value());
}

}  // namespace
}  // namespace tocsin
