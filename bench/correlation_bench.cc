// Base hits to findings of correlations on one core: how many hits a second, how much memory a key.
//
// Arguments: live keys. Keys are spread evenly, hits 10 µs apart in event time, so that the windows
// of 10 minutes always hold many more hits than keys fire. Counters: items_per_second (hits a
// second of CPU), bytes_per_key (as accounted), MiB (memory of the process that the run added).
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>
#include <fmt/format.h>
#include <malloc.h>
#include <unistd.h>

#include "base/rng.h"
#include "detect/correlate/correlator.h"
#include "detect/detector.h"

namespace tocsin {
namespace {

constexpr std::size_t kBatchEvents = 2'048;
constexpr Micros kStart{1'795'444'200'000'000};

double resident_mib() {
  std::ifstream statm("/proc/self/statm");
  std::size_t size = 0;
  std::size_t resident = 0;
  statm >> size >> resident;
  return static_cast<double>(resident) * static_cast<double>(sysconf(_SC_PAGESIZE)) / 1048576;
}

struct Setup {
  FieldCatalog fields;
  DatasetCatalog datasets;
  Metrics metrics;
  std::shared_ptr<const RuleSet> rules;

  explicit Setup(const std::string& correlation) {
    const std::string base =
        "title: A\nname: a\nlogsource: {category: any}\ndetection: {s: {kind: a}, condition: s}\n"
        "---\n"
        "title: B\nname: b\nlogsource: {category: any}\ndetection: {s: {kind: b}, condition: s}\n"
        "---\n";
    LoadReport report;
    rules = RuleSet::load({{"bench.yml", base + "title: C\ncorrelation: {" + correlation + "}\n"}},
                          *Taxonomy::load({}), fields, {}, report);
  }
};

// Batches that are used again and again with later times.
class Hits {
 public:
  Hits(Setup& setup, std::uint64_t keys) : keys_(keys) {
    ip_ = *setup.fields.intern("source.ip");
    user_ = *setup.fields.intern("user.name");
    bytes_ = *setup.fields.intern("http.response.bytes");
  }

  std::shared_ptr<EventBatch> next() {
    auto records = std::make_shared<RecordBatch>();
    const std::uint32_t origin = records->add_origin({"bench", "", ""});
    for (std::size_t i = 0; i < kBatchEvents; ++i) {
      static_cast<void>(records->add(origin, time_of(i), ""));
    }
    records->set_first_seq(Seq(1 + made_));
    auto batch = std::make_shared<EventBatch>(records);
    for (std::size_t i = 0; i < kBatchEvents; ++i) {
      batch->begin_event(i).time = time_of(i);
      const std::uint64_t key = rng_.below(keys_);
      batch->add_copy(ip_,
                      fmt::format("10.{}.{}.{}", key >> 16U & 255U, key >> 8U & 255U, key & 255U));
      batch->add_copy(user_, fmt::format("user{}", rng_.below(50)));
      batch->add(bytes_, Value::integer(static_cast<std::int64_t>(rng_.below(10'000))));
      hits_[i] = {static_cast<std::uint32_t>(i), rng_.below(8) == 0 ? 1U : 0U};
    }
    made_ += kBatchEvents;
    return batch;
  }

  std::span<const RuleHit> hits() const { return hits_; }

 private:
  Micros time_of(std::size_t i) const {
    return kStart + Span(static_cast<std::int64_t>((made_ + i) * 10));
  }

  std::uint64_t keys_;
  Rng rng_{42};
  std::uint64_t made_ = 0;
  FieldId ip_, user_, bytes_;
  std::vector<RuleHit> hits_ = std::vector<RuleHit>(kBatchEvents);
};

void correlate(benchmark::State& state, const char* correlation) {
  Setup setup(correlation);
  const auto keys = static_cast<std::uint64_t>(state.range(0));
  Hits hits(setup, keys);
  const double before = resident_mib();
  Correlator correlator(setup.rules, setup.metrics, {});
  std::vector<Finding> findings;
  // All keys are live before the clock runs.
  for (std::uint64_t made = 0; made < 2 * keys; made += kBatchEvents) {
    const auto batch = hits.next();
    correlator.consume(*batch, hits.hits(), findings);
    findings.clear();
  }
  std::size_t found = 0;
  for (auto _ : state) {
    state.PauseTiming();
    const auto batch = hits.next();
    state.ResumeTiming();
    correlator.consume(*batch, hits.hits(), findings);
    found += findings.size();
    findings.clear();
  }
  const auto counted = static_cast<double>(state.iterations() * kBatchEvents);
  state.SetItemsProcessed(static_cast<std::int64_t>(counted));
  state.counters["keys"] = static_cast<double>(correlator.groups());
  state.counters["bytes_per_key"] =
      static_cast<double>(correlator.bytes()) /
      static_cast<double>(std::max<std::size_t>(1, correlator.groups()));
  state.counters["MiB"] = resident_mib() - before;
  state.counters["findings_per_1000"] = static_cast<double>(found) * 1000 / counted;
}

void plain_findings(benchmark::State& state) {
  Setup setup("type: event_count, rules: [b], timespan: 1m, condition: {gte: 1000000000}");
  Hits hits(setup, 1'000);
  Detector detector(setup.rules, setup.fields, setup.datasets, setup.metrics);
  std::vector<Finding> findings;
  for (auto _ : state) {
    state.PauseTiming();
    const auto batch = hits.next();
    state.ResumeTiming();
    detector.consume(*batch, hits.hits(), findings);
    findings.clear();
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations() * kBatchEvents));
}

void with_keys(benchmark::internal::Benchmark* bench) {
  bench->Arg(1'000)->Arg(100'000)->Arg(1'000'000)->Unit(benchmark::kMicrosecond);
}

BENCHMARK_CAPTURE(correlate, event_count,
                  "type: event_count, rules: [a, b], group-by: [source.ip], timespan: 10m, "
                  "condition: {gte: 100}")
    ->Apply(with_keys);
BENCHMARK_CAPTURE(correlate, value_count,
                  "type: value_count, rules: [a, b], group-by: [source.ip], timespan: 10m, "
                  "condition: {field: user.name, gte: 60}")
    ->Apply(with_keys);
BENCHMARK_CAPTURE(correlate, temporal,
                  "type: temporal, rules: [a, b], group-by: [source.ip], timespan: 10m")
    ->Apply(with_keys);
BENCHMARK_CAPTURE(correlate, temporal_ordered,
                  "type: temporal_ordered, rules: [a, b], group-by: [source.ip], timespan: 10m")
    ->Arg(1'000)
    ->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(correlate, value_sum,
                  "type: value_sum, rules: [a, b], group-by: [source.ip], timespan: 10m, "
                  "condition: {field: http.response.bytes, gte: 1000000000000}")
    ->Arg(1'000)
    ->Arg(100'000)
    ->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(correlate, value_percentile,
                  "type: value_percentile, rules: [a, b], group-by: [source.ip], timespan: 1m, "
                  "condition: {field: http.response.bytes, percentile: 95, gte: 1000000}")
    ->Arg(1'000)
    ->Unit(benchmark::kMicrosecond);
BENCHMARK(plain_findings)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace tocsin

BENCHMARK_MAIN();
