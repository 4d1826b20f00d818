// The journal alone: several producers append batches of access-log lines, group commit and
// fdatasync included; then reading back in Seq order, and opening again.
//
// JOURNAL_BENCH_DIR: where to write (a real disk; default: the current directory).
#include <atomic>
#include <condition_variable>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <benchmark/benchmark.h>

#include "base/check.h"
#include "base/clock.h"
#include "base/rng.h"
#include "journal/journal.h"

namespace tocsin {
namespace {

constexpr std::size_t kBatchRecords = 1000;
constexpr std::size_t kRecords = 2'000'000;

// Combined access-log lines of about 237 bytes with a realistic spread of values.
std::string access_line(Rng& rng) {
  static constexpr std::array<std::string_view, 8> kPaths = {"/",
                                                             "/api/v1/orders",
                                                             "/static/js/main.4f3a2b.js",
                                                             "/login",
                                                             "/account/settings",
                                                             "/search?q=garden+chair&sort=price",
                                                             "/images/products/",
                                                             "/api/v1/cart/items"};
  static constexpr std::array<std::string_view, 4> kAgents = {
      "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
      "Chrome/124.0.0.0 Safari/537.36",
      "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) "
      "Version/17.4 Safari/605.1.15",
      "Mozilla/5.0 (X11; Linux x86_64; rv:125.0) Gecko/20100101 Firefox/125.0",
      "Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148"};
  const auto second = rng.below(3600);
  return fmt::format(
      "{}.{}.{}.{} - - [17/May/2026:10:{:02}:{:02} +0000] \"GET {}{} HTTP/1.1\" {} {} "
      "\"https://shop.example.com{}\" \"{}\"",
      20 + rng.below(80), rng.below(16), rng.below(256), rng.below(256), second / 60, second % 60,
      kPaths[rng.below(kPaths.size())], rng.below(5000), rng.chance(0.9) ? 200 : 404,
      rng.below(60'000), kPaths[rng.below(kPaths.size())], kAgents[rng.below(kAgents.size())]);
}

std::vector<std::string> make_lines() {
  Rng rng(7);
  std::vector<std::string> lines;
  for (std::size_t i = 0; i < 50'000; ++i) {
    lines.push_back(access_line(rng));
  }
  return lines;
}

std::shared_ptr<RecordBatch> make_batch(const std::vector<std::string>& lines, std::size_t from) {
  auto batch = std::make_shared<RecordBatch>();
  batch->reserve(kBatchRecords, kBatchRecords * 260);
  const std::uint32_t origin = batch->add_origin({"http:shop", "192.0.2.10", "nginx.access"});
  for (std::size_t i = 0; i < kBatchRecords; ++i) {
    const Micros received(1'780'000'000'000'000 + static_cast<std::int64_t>(from));
    CHECK(batch->add(origin, received, lines[(from + i) % lines.size()]));
  }
  return batch;
}

class Bench {
 public:
  Bench() {
    const char* base = std::getenv("JOURNAL_BENCH_DIR");
    directory_ = std::string(base == nullptr ? "." : base) + "/journal-bench-data";
    std::filesystem::remove_all(directory_);
    open();
  }
  ~Bench() {
    journal_.reset();
    std::filesystem::remove_all(directory_);
  }

  void open() {
    journal_.reset();
    JournalOptions options;
    options.directory = directory_ + "/journal";
    options.key_directory = directory_ + "/keys";
    auto opened = Journal::open(options, files_, clock_, metrics_, log_, nullptr);
    CHECK(opened.has_value());
    journal_ = std::move(*opened);
  }

  // One producer: at most `in_flight` batches unacknowledged.
  void produce(const std::vector<std::shared_ptr<RecordBatch>>& batches, std::size_t in_flight) {
    std::mutex mutex;
    std::condition_variable changed;
    std::size_t open_batches = 0;
    for (const auto& batch : batches) {
      std::unique_lock lock(mutex);
      changed.wait(lock, [&] { return open_batches < in_flight; });
      ++open_batches;
      lock.unlock();
      journal_->append(batch, [&](const Status& status) {
        CHECK(status.has_value());
        const std::scoped_lock held(mutex);
        --open_batches;
        changed.notify_all();
      });
    }
    std::unique_lock lock(mutex);
    changed.wait(lock, [&] { return open_batches == 0; });
  }

  Journal& journal() { return *journal_; }

 private:
  std::string directory_;
  PosixFileSystem files_;
  SystemClock clock_;
  Metrics metrics_;
  Log log_;
  std::unique_ptr<Journal> journal_;
};

// Batches are built before the clock runs: the journal alone is measured.
void append(benchmark::State& state) {
  const auto producers = static_cast<std::size_t>(state.range(0));
  const auto in_flight = static_cast<std::size_t>(state.range(1));
  const std::vector<std::string> lines = make_lines();
  std::uint64_t stored = 0;
  std::uint64_t records = 0;
  for (auto _ : state) {
    state.PauseTiming();
    {
      Bench bench;
      std::vector<std::vector<std::shared_ptr<RecordBatch>>> work(producers);
      for (std::size_t i = 0; i < kRecords / kBatchRecords; ++i) {
        work[i % producers].push_back(make_batch(lines, i * kBatchRecords));
      }
      state.ResumeTiming();
      std::vector<std::thread> threads;
      for (const auto& batches : work) {
        threads.emplace_back([&bench, &batches, in_flight] { bench.produce(batches, in_flight); });
      }
      for (std::thread& thread : threads) {
        thread.join();
      }
      state.PauseTiming();
      CHECK(bench.journal().close().has_value());
      stored += bench.journal().stored_bytes();
      records += kRecords;
    }
    state.ResumeTiming();
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(records));
  state.counters["stored_bytes_per_record"] =
      static_cast<double>(stored) / static_cast<double>(records);
}

void read_back(benchmark::State& state) {
  const std::vector<std::string> lines = make_lines();
  Bench bench;
  std::vector<std::shared_ptr<RecordBatch>> batches;
  for (std::size_t i = 0; i < 500; ++i) {
    batches.push_back(make_batch(lines, i * kBatchRecords));
  }
  bench.produce(batches, 8);
  std::int64_t records = 0;
  for (auto _ : state) {
    for (Seq from(1); from < bench.journal().end();) {
      const auto batch = bench.journal().read(from, 100'000, std::size_t{64} << 20U);
      CHECK(batch.has_value());
      records += static_cast<std::int64_t>((*batch)->size());
      from = (*batch)->end_seq();
    }
  }
  state.SetItemsProcessed(records);
}

void open_again(benchmark::State& state) {
  const std::vector<std::string> lines = make_lines();
  Bench bench;
  std::vector<std::shared_ptr<RecordBatch>> batches;
  for (std::size_t i = 0; i < 1000; ++i) {
    batches.push_back(make_batch(lines, i * kBatchRecords));
  }
  for (int round = 0; round < 10; ++round) {
    bench.produce(batches, 8);  // the same batches again: the journal gives them new Seqs
  }
  for (auto _ : state) {
    bench.open();
  }
  state.counters["records"] = static_cast<double>(bench.journal().end().value - 1);
}

BENCHMARK(append)
    ->ArgNames({"producers", "in_flight"})
    ->Args({1, 1})
    ->Args({1, 8})
    ->Args({4, 4})
    ->Iterations(2)
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);
BENCHMARK(read_back)->UseRealTime()->Unit(benchmark::kMillisecond);
BENCHMARK(open_again)->UseRealTime()->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace tocsin

BENCHMARK_MAIN();
