// Once worked out, given to many; never older than it may be; never more than fits.
#include "api/answer_cache.h"

#include <atomic>
#include <thread>

#include <gtest/gtest.h>

#include "testing/fake_clock.h"

namespace tocsin {
namespace {

using Turn = AnswerCache::Turn;

std::shared_ptr<const std::string> text(std::string of) {
  return std::make_shared<const std::string>(std::move(of));
}

class AnswerCacheTest : public testing::Test {
 protected:
  Turn ask(const std::string& key, AnswerCache::Waiter waiter = {}) {
    return cache_.ask(key, span_s(2), kept_, [&] { return waiter; });
  }
  FakeClock clock_;
  AnswerCache cache_{100, clock_};
  AnswerCache::Answer kept_;
};

TEST_F(AnswerCacheTest, WhatIsFreshIsGivenAgain) {
  EXPECT_EQ(ask("q"), Turn::kWorks);
  cache_.settle("q", text("one"));
  clock_.advance(span_ms(1'500));
  EXPECT_EQ(ask("q"), Turn::kKept);
  EXPECT_EQ(*kept_.body, "one");
  EXPECT_EQ(kept_.age, span_ms(1'500));
  clock_.advance(span_ms(500));
  EXPECT_EQ(ask("q"), Turn::kWorks);
  EXPECT_EQ(ask("other"), Turn::kWorks);
}

TEST_F(AnswerCacheTest, WhoAsksMeanwhileWaitsForThatAnswer) {
  std::vector<std::string> got;
  const auto waiter = [&got](const Result<AnswerCache::Answer>& answer) {
    got.push_back(answer ? *answer->body : answer.error().text());
  };
  EXPECT_EQ(ask("q"), Turn::kWorks);
  EXPECT_FALSE(cache_.is_awaited("q"));
  EXPECT_EQ(ask("q", waiter), Turn::kWaits);
  EXPECT_EQ(ask("q", waiter), Turn::kWaits);
  EXPECT_TRUE(cache_.is_awaited("q"));
  cache_.settle("q", text("one"));
  EXPECT_EQ(got, (std::vector<std::string>{"one", "one"}));
  EXPECT_FALSE(cache_.is_awaited("q"));
}

TEST_F(AnswerCacheTest, AFailureIsToldAndNotKept) {
  std::string got;
  EXPECT_EQ(ask("q"), Turn::kWorks);
  EXPECT_EQ(ask("q", [&got](const auto& answer) { got = answer.error().text(); }), Turn::kWaits);
  cache_.settle("q", Error(ErrorCode::kExhausted, "too long"));
  EXPECT_EQ(got, "too long");
  EXPECT_EQ(ask("q"), Turn::kWorks);
}

TEST_F(AnswerCacheTest, TheOldestMakeRoom) {
  for (const std::string key : {"a", "b", "c"}) {
    EXPECT_EQ(ask(key), Turn::kWorks);
    cache_.settle(key, text(std::string(40, 'x')));
    clock_.advance(span_ms(1));
  }
  EXPECT_EQ(ask("a"), Turn::kWorks);
  EXPECT_EQ(ask("b"), Turn::kKept);
  EXPECT_EQ(ask("c"), Turn::kKept);
  EXPECT_EQ(ask("d"), Turn::kWorks);
  cache_.settle("d", text(std::string(101, 'x')));  // fits nowhere
  EXPECT_EQ(ask("d"), Turn::kWorks);
}

TEST_F(AnswerCacheTest, EverybodyIsAnsweredOnceWhateverTheThreadsDo) {
  std::atomic<int> worked{0};
  std::atomic<int> answered{0};
  std::vector<std::thread> threads;
  threads.reserve(4);
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 500; ++i) {
        const std::string key = "q" + std::to_string(i % 7);
        AnswerCache::Answer kept;
        const Turn turn = cache_.ask(key, Span(0), kept, [&] {
          return [&answered](const Result<AnswerCache::Answer>&) { ++answered; };
        });
        if (turn == Turn::kWorks) {
          ++worked;
          cache_.settle(key, text("x"));
          ++answered;
        }
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  EXPECT_EQ(answered, 2'000);
  EXPECT_GE(worked, 7);
}

}  // namespace
}  // namespace tocsin
