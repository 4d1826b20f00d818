// What windows are made of, each against a plain container.
#include <algorithm>
#include <map>
#include <set>
#include <vector>

#include <gtest/gtest.h>

#include "base/rng.h"
#include "detect/correlate/entry_list.h"
#include "detect/correlate/ranked_numbers.h"
#include "detect/correlate/tally.h"
#include "detect/correlate/timer_wheel.h"
#include "detect/correlate/value_counts.h"

namespace tocsin {
namespace {

std::vector<std::uint64_t> seqs_of(const EntryList& list) {
  std::vector<std::uint64_t> seqs;
  for (std::size_t r = 0; r < list.runs(); ++r) {
    for (const WindowEntry& entry : list.run(r)) {
      seqs.push_back(entry.seq().value);
    }
  }
  return seqs;
}

TEST(EntryList, KeepsTheOrderOfTimeThenArrivalAtAnySize) {
  Rng rng(3);
  for (int round = 0; round < 60; ++round) {
    EntryList list;
    std::vector<WindowEntry> plain;
    const std::uint64_t late_one_in = 2 + rng.below(20);
    const std::uint64_t pops = rng.below(3);
    std::int64_t now = 1'000'000;
    for (std::uint64_t i = 1; i < 3'000; ++i) {
      now += static_cast<std::int64_t>(rng.below(3));
      const bool late = rng.below(late_one_in) == 0;
      const Micros time(now - (late ? static_cast<std::int64_t>(rng.below(900)) : 0));
      const WindowEntry entry(time, Seq(i), i);
      list.insert(entry);
      plain.insert(std::ranges::upper_bound(plain, time, {}, &WindowEntry::time), entry);
      for (std::uint64_t p = 0; p < pops && rng.below(2) == 0 && !plain.empty(); ++p) {
        if (rng.below(8) == 0) {
          list.pop_back();
          plain.pop_back();
        } else {
          list.pop_front();
          plain.erase(plain.begin());
        }
      }
      ASSERT_EQ(list.size(), plain.size());
      if (!plain.empty()) {
        ASSERT_EQ(list.front().seq(), plain.front().seq());
        ASSERT_EQ(list.back().seq(), plain.back().seq());
        ASSERT_EQ(list.front_time(), plain.front().time());
        ASSERT_EQ(list.back_time(), plain.back().time());
      }
      if (i % 97 == 0) {
        std::vector<std::uint64_t> wanted;
        for (const WindowEntry& each : plain) {
          wanted.push_back(each.seq().value);
        }
        ASSERT_EQ(seqs_of(list), wanted) << "round " << round << " after " << i;
        const Micros from(now - static_cast<std::int64_t>(rng.below(900)));
        std::uint64_t seen = 0;
        list.visit_from(from, [&](const WindowEntry&) { return ++seen > 0; });
        ASSERT_EQ(seen, static_cast<std::uint64_t>(std::ranges::count_if(
                            plain, [&](const WindowEntry& e) { return e.time() >= from; })));
      }
    }
  }
}

TEST(EntryList, MovesWithItsEntries) {
  EntryList list;
  for (std::uint64_t i = 1; i <= 500; ++i) {
    list.push_back({Micros(static_cast<std::int64_t>(i)), Seq(i), i});
  }
  EntryList moved = std::move(list);
  moved.push_back({Micros(501), Seq(501), 1});
  moved.pop_front();
  EXPECT_EQ(moved.size(), 500U);
  EXPECT_EQ(moved.front().seq(), Seq(2));
  EXPECT_EQ(moved.back().seq(), Seq(501));
}

TEST(WindowEntry, HoldsWhatItWasGiven) {
  const WindowEntry entry = WindowEntry::of_number(Micros(-5), Seq(1ULL << 40U), -2.5, 65'535);
  EXPECT_EQ(entry.time(), Micros(-5));
  EXPECT_EQ(entry.seq(), Seq(1ULL << 40U));
  EXPECT_EQ(entry.number(), -2.5);
  EXPECT_EQ(entry.count(), 65'535U);
}

TEST(ValueCounts, AgreesWithAMap) {
  Rng rng(5);
  ValueCounts counts;
  std::map<std::uint64_t, int> plain;
  for (int i = 0; i < 200'000; ++i) {
    const std::uint64_t value = rng.below(i % 50'000 < 25'000 ? 3'000 : 40);
    if (rng.below(2) == 0) {
      counts.add(value);
      ++plain[value];
    } else if (plain.contains(value)) {
      counts.remove(value);
      if (--plain[value] == 0) {
        plain.erase(value);
      }
    }
    ASSERT_EQ(counts.size(), plain.size());
    ASSERT_EQ(counts.contains(value), plain.contains(value));
  }
}

TEST(RankedNumbers, AgreesWithASortedList) {
  Rng rng(9);
  RankedNumbers numbers;
  std::multiset<double> plain;
  for (int i = 0; i < 20'000; ++i) {
    const double number = static_cast<double>(rng.below(300)) - 100;
    if (rng.below(5) < 3) {
      numbers.add(number);
      plain.insert(number);
    } else {
      const auto found = plain.find(number);
      ASSERT_EQ(numbers.remove(number), found != plain.end());
      if (found != plain.end()) {
        plain.erase(found);
      }
    }
    ASSERT_EQ(numbers.size(), plain.size());
    if (!plain.empty() && i % 50 == 0) {
      const std::size_t rank = rng.below(plain.size());
      ASSERT_EQ(numbers.at_rank(rank), *std::next(plain.begin(), static_cast<int>(rank)));
    }
  }
}

TEST(RankedNumbers, InterpolatesBetweenRanks) {
  RankedNumbers numbers;
  EXPECT_EQ(numbers.percentile(50), 0);
  for (const double number : {10.0, 20.0, 30.0, 40.0}) {
    numbers.add(number);
  }
  EXPECT_EQ(numbers.percentile(0), 10);
  EXPECT_EQ(numbers.percentile(50), 25);
  EXPECT_EQ(numbers.percentile(100), 40);
}

TEST(Tally, CoarserCountsNeverClaimMoreAndKeepTheTotal) {
  for (const WindowKind kind : {WindowKind::kCount, WindowKind::kSum}) {
    Tally tally(kind);
    for (std::uint64_t i = 0; i < 1'000; ++i) {
      tally.insert(WindowEntry::of_number(Micros(static_cast<std::int64_t>(i)), Seq(i + 1), 2));
    }
    EXPECT_EQ(tally.coarsen(), 0U);
    EXPECT_LT(tally.size(), 800U);
    EXPECT_EQ(tally.count(), 1'000U);
    for (std::int64_t begin = 0; begin < 1'000; begin += 7) {
      while (!tally.empty() && tally.entries().front().time() < Micros(begin)) {
        tally.take_front();
      }
      ASSERT_LE(tally.count(), 1'000U - static_cast<std::uint64_t>(begin));
      ASSERT_GE(tally.count() + 1, 1'000U - static_cast<std::uint64_t>(begin));
    }
  }
}

TEST(Tally, CoarserDistinctValuesStayExact) {
  Tally tally(WindowKind::kDistinct);
  for (std::uint64_t i = 0; i < 1'000; ++i) {
    tally.insert({Micros(static_cast<std::int64_t>(i)), Seq(i + 1), i % 30});
  }
  EXPECT_EQ(tally.coarsen(), 970U);
  EXPECT_EQ(tally.distinct(), 30U);
  EXPECT_EQ(tally.entries().front().time(), Micros(970));
}

TEST(Tally, ASumForgetsRoundingErrors) {
  Tally tally(WindowKind::kSum);
  tally.insert(WindowEntry::of_number(Micros(0), Seq(1), 1e17));
  for (std::uint64_t i = 1; i < 1'000; ++i) {
    tally.insert(WindowEntry::of_number(Micros(static_cast<std::int64_t>(i)), Seq(i + 1), 0.5));
    if (i > 300) {
      tally.take_front();
    }
  }
  EXPECT_EQ(tally.sum(), 0.5 * static_cast<double>(tally.size()));
}

TEST(TimerWheel, FiresOnceInTheSecondAfterAndBeyondTheHorizonEarly) {
  TimerWheel wheel;
  const Micros start(1'700'000'000'000'000);
  std::vector<std::uint32_t> fired;
  const auto note = [&fired](const Timer& timer) { fired.push_back(timer.slot); };
  wheel.advance(start, note);
  wheel.add(start + span_s(10), {1, 0});
  wheel.add(start - span_s(10), {2, 0});
  wheel.add(start + span_s(100'000), {3, 0});
  wheel.advance(start + span_s(1), note);
  EXPECT_EQ(fired, (std::vector<std::uint32_t>{2}));
  wheel.advance(start + span_s(10), note);
  EXPECT_EQ(fired.size(), 1U);
  wheel.advance(start + span_s(11), note);
  EXPECT_EQ(fired.size(), 2U);
  wheel.advance(start + span_s(50'000), note);
  EXPECT_EQ(fired, (std::vector<std::uint32_t>{2, 1, 3}));
  EXPECT_EQ(wheel.size(), 0U);
}

}  // namespace
}  // namespace tocsin
