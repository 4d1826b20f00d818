// The index alone: taking events, sealing them, and the searches of docs/performance.md over
// synthetic access-log events. TOCSIN_BENCH_EVENTS sets how many (default 1,000,000).
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>

#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include "base/clock.h"
#include "base/rng.h"
#include "base/text.h"
#include "index/event_store.h"
#include "query/query.h"
#include "query/row_buffer.h"
#include "testing/temp_directory.h"

namespace tocsin {
namespace {

constexpr std::uint64_t kBatch = 1'000;
constexpr std::int64_t kStart = 1'790'000'000'000'000;

std::uint64_t events_wanted() {
  const char* text = std::getenv("TOCSIN_BENCH_EVENTS");  // NOLINT(concurrency-mt-unsafe)
  const auto number = text != nullptr ? parse_int(text) : std::nullopt;
  return number && *number > 0 ? static_cast<std::uint64_t>(*number) : 1'000'000;
}

// Combined access-log lines as decode/ and enrich/ leave them: about 20 fields.
class Traffic {
 public:
  Traffic(FieldCatalog&, DatasetCatalog& datasets) : dataset_(datasets.intern("nginx.access")) {
    constexpr int kAddresses = 20'000;
    constexpr int kPaths = 3'000;
    constexpr int kAgents = 300;
    for (int i = 0; i < kAddresses; ++i) {
      addresses_.push_back(fmt::format("{}.{}.{}.{}", 11 + rng_.below(200), rng_.below(256),
                                       rng_.below(256), rng_.below(256)));
    }
    for (int i = 0; i < kPaths; ++i) {
      paths_.push_back(fmt::format("/shop/category-{}/product-{}", i % 40, i));
    }
    for (int i = 0; i < kAgents; ++i) {
      agents_.push_back(
          fmt::format("Mozilla/5.0 (X11; Linux x86_64; rv:{0}.0) Gecko/20100101 "
                      "Firefox/{0}.{1}",
                      80 + i % 50, i));
    }
  }

  std::shared_ptr<const EventBatch> batch(std::uint64_t first) {
    auto records = std::make_shared<RecordBatch>();
    const std::uint32_t origin = records->add_origin({"http:shop", "127.0.0.1", ""});
    for (std::uint64_t i = 0; i < kBatch; ++i) {
      static_cast<void>(records->add(origin, time_of(first + i), "x"));
    }
    records->set_first_seq(Seq(first));
    auto batch = std::make_shared<EventBatch>(records);
    for (std::uint64_t i = 0; i < kBatch; ++i) {
      add(*batch, i, first + i);
    }
    return batch;
  }

 private:
  static Micros time_of(std::uint64_t seq) {
    return Micros(kStart + static_cast<std::int64_t>(seq) * 8'000);  // 10 M events: 22 hours
  }
  template <class T>
  const T& pick(const std::vector<T>& from) {  // few are frequent, many are rare
    const double skewed = rng_.unit() * rng_.unit() * rng_.unit();
    return from[static_cast<std::size_t>(skewed * static_cast<double>(from.size()))];
  }

  void add(EventBatch& batch, std::uint64_t index, std::uint64_t seq) {
    EventHead& head = batch.begin_event(index);
    head.time = time_of(seq);
    head.dataset = dataset_;
    const std::string& path = pick(paths_);
    const bool failed = rng_.chance(0.03);
    const bool query = rng_.chance(0.2);
    const std::string text =
        query ? fmt::format("ref={}&page={}", rng_.below(100'000), seq % 9) : "";
    batch.add_text(fields::source_ip,
                   seq % 1'000'003 == 0 ? std::string_view("203.0.113.77") : pick(addresses_));
    batch.add_text(fields::source_geo_country, kCountries[rng_.below(8)]);
    batch.add(fields::source_as_number,
              Value::integer(64'000 + static_cast<std::int64_t>(rng_.below(300))));
    batch.add_text(fields::source_scope, "public");
    batch.add_text(fields::http_method, rng_.chance(0.8) ? "GET" : "POST");
    batch.add_text(fields::url_path, path);
    if (query) {
      batch.add_copy(fields::url_query, text);
      batch.add_copy(fields::url_original, path + "?" + text);
    } else {
      batch.add_text(fields::url_original, path);
    }
    batch.add_text(fields::http_version, "1.1");
    batch.add(fields::http_status, Value::integer(failed ? 404 : 200));
    batch.add(fields::http_response_body_bytes,
              Value::integer(static_cast<std::int64_t>(rng_.below(40'000))));
    batch.add_text(fields::http_referrer, rng_.chance(0.5) ? std::string_view("-") : pick(paths_));
    batch.add_text(fields::user_agent, pick(agents_));
    batch.add_text(fields::event_category, "web");
    batch.add_text(fields::event_kind, "event");
    batch.add_text(fields::event_outcome, failed ? "failure" : "success");
    batch.add_text(fields::event_type, "access");
    batch.add_text(fields::event_module, "nginx");
    batch.add_text(fields::logsource_category, "webserver");
    batch.add_text(fields::logsource_product, "nginx");
  }

  static constexpr std::string_view kCountries[8] = {"DE", "US", "FR", "CN",
                                                     "BR", "IN", "NL", "PL"};
  Rng rng_{42};
  DatasetId dataset_;
  std::vector<std::string> addresses_;
  std::vector<std::string> paths_;
  std::vector<std::string> agents_;
};

// One filled store for all searches.
class Filled {
 public:
  Filled() : traffic_(fields_, datasets_) {
    options_.directory = directory_ / "segments";
    open();
    const double making = making_cpu_seconds();
    const std::clock_t cpu_before = std::clock();
    const Span begun = clock_.since_boot();
    for (std::uint64_t first = 1; first < events_wanted(); first += kBatch) {
      const auto batch = traffic_.batch(first);
      const Span before = clock_.since_boot();
      if (!store_->append(*batch)) {
        std::abort();
      }
      appending_ += clock_.since_boot().value - before.value;
    }
    const Span before = clock_.since_boot();
    if (!store_->seal()) {
      std::abort();
    }
    appending_ += clock_.since_boot().value - before.value;
    const double cpu = static_cast<double>(std::clock() - cpu_before) / CLOCKS_PER_SEC - making;
    const StoreStats stats = store_->stats();
    const double rows = static_cast<double>(stats.rows);
    fmt::print(
        "{} events in {} segments, {:.1f} B/event; {:.2f} µs CPU/event, {:.2f} µs/event to take "
        "and seal "
        "(waiting included), {:.1f} s with making them\n",
        stats.rows, stats.segments, static_cast<double>(stats.disk_bytes) / rows, cpu * 1e6 / rows,
        static_cast<double>(appending_) / rows,
        static_cast<double>(clock_.since_boot().value - begun.value) / 1e6);
    const Span reopened = clock_.since_boot();
    store_.reset();
    open();
    static_cast<void>(search("| head 1"));
    fmt::print("opened and searched in {} ms\n",
               (clock_.since_boot().value - reopened.value) / 1'000);
    std::fflush(stdout);
  }

  std::uint64_t search(std::string_view text) {
    const auto query = parse_query(text);
    RowBuffer rows;
    const Cancel cancel;
    QueryRequest request;
    request.now = clock_.now();
    const auto done = query ? run_query(*store_, *query, request, rows, cancel)
                            : Result<QueryOutcome>(query.error());
    if (!done) {
      fmt::print("{}: {}\n", text, done.error().full_text());
      std::abort();
    }
    return rows.rows().size();
  }

  EventStore& store() { return *store_; }

 private:
  // CPU of making the events themselves, which is not the store's.
  double making_cpu_seconds() {
    FieldCatalog fields;
    DatasetCatalog datasets;
    Traffic traffic(fields, datasets);
    const std::clock_t before = std::clock();
    for (std::uint64_t first = 1; first < events_wanted(); first += kBatch) {
      benchmark::DoNotOptimize(traffic.batch(first));
    }
    return static_cast<double>(std::clock() - before) / CLOCKS_PER_SEC;
  }

  void open() {
    auto store = open_event_store(options_, {files_, clock_, log_, metrics_, fields_, datasets_});
    if (!store) {
      std::abort();
    }
    store_ = std::move(*store);
  }

  TempDirectory directory_;
  PosixFileSystem files_;
  SystemClock clock_;
  Log log_;
  Metrics metrics_;
  FieldCatalog fields_;
  DatasetCatalog datasets_;
  Traffic traffic_;
  StoreOptions options_;
  std::int64_t appending_ = 0;
  std::unique_ptr<EventStore> store_;
};

void search(benchmark::State& state, Filled& filled, std::string_view query) {
  std::uint64_t rows = 0;
  for (auto _ : state) {
    rows = filled.search(query);
  }
  state.counters["rows"] = static_cast<double>(rows);
}

void append(benchmark::State& state) {
  TempDirectory directory;
  PosixFileSystem files;
  SystemClock clock;
  Log log;
  Metrics metrics;
  FieldCatalog fields;
  DatasetCatalog datasets;
  Traffic traffic(fields, datasets);
  StoreOptions options;
  options.directory = directory / "segments";
  options.seal_rows_max = UINT64_MAX;
  options.seal_bytes_max = 3ULL << 30U;
  auto store = open_event_store(options, {files, clock, log, metrics, fields, datasets});
  std::uint64_t first = 1;
  for (auto _ : state) {
    state.PauseTiming();
    const auto batch = traffic.batch(first);
    state.ResumeTiming();
    static_cast<void>((*store)->append(*batch).has_value());
    first += kBatch;
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(first - 1));
  state.counters["hot_bytes_per_event"] =
      static_cast<double>((*store)->stats().hot_bytes) / static_cast<double>(first - 1);
}

}  // namespace
}  // namespace tocsin

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  benchmark::RegisterBenchmark("append", tocsin::append)->Iterations(300)->MeasureProcessCPUTime();
  tocsin::Filled filled;
  const std::pair<const char*, const char*> queries[] = {
      {"newest_100", "| head 100"},
      {"newest_100_filtered", "event.outcome:failure | head 100"},
      {"needle", "source.ip:203.0.113.77"},
      {"needle_count", "source.ip:203.0.113.77 | stats count"},
      {"needle_word_count", "\"203.0.113.77\" | stats count"},
      {"needle_absent", "source.ip:203.0.113.99"},
      {"needle_word", "\"203.0.113.77\""},
      {"count", "| stats count"},
      {"count_filtered", "event.outcome:failure | stats count"},
      {"group_by_few", "| stats count by http.response.status_code"},
      {"group_by_country",
       "| stats count, sum(http.response.body.bytes) by source.geo.country_iso_code"},
      {"top_addresses", "| top 10 source.ip"},
      {"histogram", "| timechart count"},
      {"histogram_filtered", "event.outcome:failure | timechart count"},
      {"histogram_by", "| timechart count by event.outcome"},
      {"substring", "url.path:*product-77*  | stats count"},
  };
  for (const auto& [name, query] : queries) {
    benchmark::RegisterBenchmark(
        name,
        [&filled, text = query](benchmark::State& state) { tocsin::search(state, filled, text); })
        ->Unit(benchmark::kMillisecond)
        ->MeasureProcessCPUTime()
        ->UseRealTime();
  }
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
  return 0;
}
