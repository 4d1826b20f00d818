// Monitors: updates a second, one thread, by model and number of keys. An iteration is a batch of
// 65,536 hits, a minute of event time (an hour for seasonal, so that its profiles are in use);
// making the batch is not measured. Half of the hits belong to a hundredth of the keys; 50
// addresses.
#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>

#include "base/rng.h"
#include "detect/baseline/monitor_engine.h"

namespace tocsin {
namespace {

constexpr std::size_t kBatchEvents = 65'536;
constexpr Micros kStart{1'700'000'000'000'000};

const std::vector<std::string> kMonitors = {
    "{model: level, group-by: [user.name]}",
    "{model: seasonal, group-by: [user.name]}",
    "{model: level, group-by: [user.name], measure: {sum: source.bytes}}",
    "{model: level, group-by: [user.name], measure: {distinct: source.ip}}",
    "{model: level, group-by: [user.name], direction: both}",
    "{model: new-value, group-by: [user.name], field: source.ip}",
    "{model: silence, group-by: [user.name]}",
    "{model: beacon, group-by: [user.name]}"};

class Stream {
 public:
  Stream(const std::string& monitor, std::size_t keys)
      : keys_(keys), rng_(7), step_(monitor.contains("seasonal") ? span_s(3'600) : span_s(60)) {
    LoadReport report;
    const auto taxonomy = Taxonomy::load(
        {{"taxonomy.yml", "sources:\n  - logsource: {category: any}\n    when: true\n"}});
    rules_ = RuleSet::load({{"monitor.yml",
                             "title: Bench\nid: bench\nlogsource: {category: any}\n"
                             "detection: {a: {event.action: login}, condition: a}\nmonitor: " +
                                 monitor + "\n"}},
                           *taxonomy, fields_, {}, report);
    engine_ = std::make_unique<MonitorEngine>(rules_, metrics_, MonitorOptions{span_s(10), 3});
    for (std::uint32_t i = 0; i < kBatchEvents; ++i) {
      hits_.push_back({i, 0});
    }
    for (std::size_t i = 0; i < keys; ++i) {
      users_.push_back("user" + std::to_string(i));
    }
  }

  std::unique_ptr<EventBatch> next() {
    auto records = std::make_shared<RecordBatch>();
    const std::uint32_t origin = records->add_origin({"bench", "", ""});
    time_ = time_ + step_;
    for (std::size_t i = 0; i < kBatchEvents; ++i) {
      static_cast<void>(records->add(origin, time_, ""));
    }
    records->set_first_seq(seq_);
    seq_ = records->end_seq();
    auto batch = std::make_unique<EventBatch>(records);
    for (std::size_t i = 0; i < kBatchEvents; ++i) {
      batch->begin_event(i).time = time_;
      const std::size_t among = rng_.chance(0.5) ? std::max<std::size_t>(1, keys_ / 100) : keys_;
      batch->add_text(fields::user_name, users_[rng_.below(among)]);
      batch->add(fields::source_bytes,
                 Value::integer(static_cast<std::int64_t>(rng_.below(9'000))));
      batch->add_text(fields::source_ip, users_[rng_.below(50)]);
    }
    return batch;
  }
  void feed(const EventBatch& batch) {
    engine_->consume(batch, hits_, findings_);
    findings_.clear();
  }
  std::string snapshot() const { return engine_->snapshot(); }
  std::size_t keys() const { return engine_->list()[0].keys; }

 private:
  const std::size_t keys_;
  Rng rng_;
  FieldCatalog fields_;
  Metrics metrics_;
  std::shared_ptr<const RuleSet> rules_;
  std::unique_ptr<MonitorEngine> engine_;
  std::vector<RuleHit> hits_;
  std::vector<std::string> users_;
  std::vector<Finding> findings_;
  const Span step_;
  Micros time_ = kStart;
  Seq seq_{1};
};

void monitor_updates(benchmark::State& state) {
  Stream stream(kMonitors[static_cast<std::size_t>(state.range(0))],
                static_cast<std::size_t>(state.range(1)));
  // Fills the table.
  for (int i = 0; i < 30; ++i) {
    stream.feed(*stream.next());
  }
  for (auto _ : state) {
    state.PauseTiming();
    const std::unique_ptr<EventBatch> batch = stream.next();
    state.ResumeTiming();
    stream.feed(*batch);
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kBatchEvents));
  state.SetLabel(kMonitors[static_cast<std::size_t>(state.range(0))]);
  state.counters["keys"] = static_cast<double>(stream.keys());
}
BENCHMARK(monitor_updates)
    ->ArgsProduct({benchmark::CreateDenseRange(0, static_cast<std::int64_t>(kMonitors.size()) - 1,
                                               1),
                   {1'000, 100'000}})
    ->MinTime(1.0);

// All state of 100,000 keys as bytes, and back.
void monitor_snapshot(benchmark::State& state) {
  Stream stream(kMonitors[static_cast<std::size_t>(state.range(0))], 100'000);
  for (int i = 0; i < 30; ++i) {
    stream.feed(*stream.next());
  }
  std::size_t bytes = 0;
  for (auto _ : state) {
    bytes = stream.snapshot().size();
    benchmark::DoNotOptimize(bytes);
  }
  state.counters["bytes_a_key"] = static_cast<double>(bytes) / static_cast<double>(stream.keys());
}
BENCHMARK(monitor_snapshot)->Arg(0)->Arg(1);

}  // namespace
}  // namespace tocsin

BENCHMARK_MAIN();
