// JSON lines to findings on one core: the whole way (decode, match, correlate) and its stages
// apart, with 300 rules and with all of them.
//
//   TOCSIN_BENCH_EVENTS_FILE  lines to use; else the sample in ../shared/data; else lines of ours
//   TOCSIN_BENCH_RULES        folders with Sigma rules, separated by ':'; else rules/
//
// Counters: items_per_second (events a second of CPU), databases_MiB (pattern databases), hits (per
// 1,000 events); per event: tried (rules), values (asked about), new (of these: not remembered).
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include "base/clock.h"
#include "base/rng.h"
#include "cli/line_reader.h"
#include "decode/decoder.h"
#include "detect/compiled_rules.h"
#include "detect/detector.h"
#include "detect/gate.h"
#include "detect/rule_test.h"
#include "enrich/enricher.h"

namespace tocsin {
namespace {

constexpr std::size_t kBatchLines = 500;
constexpr std::size_t kLinesMax = 50'000;
constexpr Micros kReceived{1'795'444'200'000'000};

std::string environment(const char* name) {
  const char* text = std::getenv(name);  // NOLINT(concurrency-mt-unsafe)
  return text == nullptr ? std::string() : std::string(text);
}

// Sysmon's process creations and registry writes, about 1.3 KB, with values that repeat as real
// ones do.
std::string made_line(Rng& rng, std::uint64_t number) {
  static constexpr std::string_view kPrograms[] = {"cmd", "svchost", "chrome", "msedge",
                                                   "rundll32"};
  const std::string_view program = kPrograms[rng.below(std::size(kPrograms))];
  const bool process = rng.below(3) == 0;
  std::string line = fmt::format(
      R"({{"EventID":{},"Channel":"Microsoft-Windows-Sysmon/Operational","SourceName":"Microsoft-Windows-Sysmon")"
      R"(,"Hostname":"host{}.example","UtcTime":"2026-11-23 14:{:02}:{:02}.123","ProcessId":"{}")"
      R"(,"ProcessGuid":"{{{:032x}}}","Image":"C:\\Windows\\System32\\{}.exe","User":"EXAMPLE\\user{}")",
      process ? 1 : 13, rng.below(40), number / 60 % 60, number % 60, rng.below(9'000), rng.next(),
      program, rng.below(200));
  if (process) {
    line += fmt::format(
        R"(,"CommandLine":"{0}.exe /c \"task {1}\"","ParentImage":"C:\\Windows\\explorer.exe")"
        R"(,"OriginalFileName":"{0}.exe","Hashes":"SHA1={2:040X}","CurrentDirectory":"C:\\work\\")",
        program, rng.below(5'000), rng.next());
  } else {
    line +=
        fmt::format(R"(,"TargetObject":"HKLM\\System\\CurrentControlSet\\Services\\svc{}\\Start")"
                    R"(,"Details":"DWORD 0x{:08x}","EventType":"SetValue")",
                    rng.below(3'000), rng.below(9));
  }
  std::string message;
  for (int i = 0; i < 8; ++i) {
    message +=
        fmt::format("Detail{}: C:\\\\Windows\\\\System32\\\\part{}.dll\\r\\n", i, rng.below(99));
  }
  return line + fmt::format(R"(,"Message":"{}"}})", message);
}

std::vector<std::string> made_lines() {
  Rng rng(7);
  std::vector<std::string> lines;
  for (std::uint64_t i = 0; i < 20'000; ++i) {
    lines.push_back(made_line(rng, i));
  }
  return lines;
}

std::vector<std::string> corpus() {
  std::string path = environment("TOCSIN_BENCH_EVENTS_FILE");
  const std::string sample =
      std::string(TOCSIN_SOURCE_DIR) + "/../shared/data/windows/otrf_sample_40k.ndjson.zst";
  if (path.empty() && std::filesystem::exists(sample)) {
    path = sample;
  }
  PosixFileSystem files;
  auto source = path.empty() ? Result<std::unique_ptr<ByteSource>>() : open_bytes(files, path);
  if (path.empty() || !source) {
    return made_lines();
  }
  LineReader reader(std::move(*source));
  std::vector<std::string> lines;
  while (lines.size() < kLinesMax) {
    const auto line = reader.next();
    if (!line || !line->has_value()) {
      break;
    }
    lines.emplace_back(**line);
  }
  return lines;
}

std::vector<RuleSource> rule_sources() {
  const std::string given = environment("TOCSIN_BENCH_RULES");
  std::string_view rest = given.empty() ? TOCSIN_SOURCE_DIR "/rules" : std::string_view(given);
  PosixFileSystem files;
  std::vector<RuleSource> sources;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find(':'), rest.size());
    if (auto some = read_rule_sources(files, std::string(rest.substr(0, end)))) {
      std::ranges::move(*some, std::back_inserter(sources));
    }
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return sources;
}

// Everything that all measurements share; made once.
struct Stage {
  FieldCatalog fields;
  DatasetCatalog datasets;
  Metrics metrics;
  Published<EnrichTables> tables{std::make_shared<const EnrichTables>()};
  std::vector<std::shared_ptr<const RecordBatch>> records;
  std::vector<std::shared_ptr<EventBatch>> events;
  std::shared_ptr<const CompiledRules> some;
  std::shared_ptr<const CompiledRules> all;

  Stage() {
    Seq next{1};
    auto batch = std::make_shared<RecordBatch>();
    const auto close = [&] {
      batch->set_first_seq(next);
      next = seq_plus(next, batch->size());
      records.push_back(std::move(batch));
      batch = std::make_shared<RecordBatch>();
    };
    for (const std::string& line : corpus()) {
      static_cast<void>(batch->add(batch->add_origin({"file:bench", "", ""}), kReceived, line));
      if (batch->size() == kBatchLines) {
        close();
      }
    }
    if (!batch->empty()) {
      close();
    }
    const std::vector<RuleSource> sources = rule_sources();
    all = compile(sources);
    std::vector<RuleSource> few;
    const std::size_t step = std::max<std::size_t>(1, sources.size() / 300);
    for (std::size_t i = 0; i < sources.size() && few.size() < 300; i += step) {
      few.push_back(sources[i]);
    }
    some = compile(few);
    Decoding decoding(*this);
    for (const auto& one : records) {
      events.push_back(decoding.make(one));
    }
  }

  std::shared_ptr<const CompiledRules> compile(const std::vector<RuleSource>& sources) {
    PosixFileSystem files;
    const auto sources_of_names = read_rule_sources(files, TOCSIN_SOURCE_DIR "/rules/taxonomy");
    const auto taxonomy = Taxonomy::load(sources_of_names.value());
    LoadReport report;
    const auto rules = RuleSet::load(sources, *taxonomy, fields, {}, report);
    return CompiledRules::compile(rules).value();
  }

  struct Decoding {
    explicit Decoding(Stage& stage)
        : names(stage.fields),
          decoder(names, stage.datasets, stage.metrics),
          enricher(stage.tables, stage.metrics) {}
    std::shared_ptr<EventBatch> make(const std::shared_ptr<const RecordBatch>& batch) {
      auto made = std::make_shared<EventBatch>(batch);
      enricher.begin_batch();
      for (std::size_t i = 0; i < batch->size(); ++i) {
        decoder.decode_next(*batch, i, *made);
        enricher.enrich_last(*made);
      }
      return made;
    }
    FieldNames names;
    Decoder decoder;
    Enricher enricher;
  };
};

Stage& stage() {
  static Stage the_stage;
  return the_stage;
}

const std::shared_ptr<const CompiledRules>& rules_of(const benchmark::State& state) {
  return state.range(0) == 0 ? stage().all : stage().some;
}

// Goes over all batches again and again, one a step.
class Round {
 public:
  std::size_t next() { return at_ = (at_ + 1) % stage().records.size(); }

 private:
  std::size_t at_ = 0;
};

void report(benchmark::State& state, std::size_t events, const CompiledRules* rules = nullptr) {
  state.SetItemsProcessed(static_cast<std::int64_t>(events));
  if (rules != nullptr) {
    state.counters["rules"] = static_cast<double>(rules->rule_set()->rules().size());
    state.counters["databases_MiB"] = static_cast<double>(rules->memory_bytes()) / 1048576.0;
  }
}

void decode(benchmark::State& state) {
  Stage::Decoding decoding(stage());
  Round round;
  std::size_t events = 0;
  for (auto _ : state) {
    events += decoding.make(stage().records[round.next()])->size();
  }
  report(state, events);
}

void view(benchmark::State& state) {
  EventView looked(stage().fields, stage().datasets);
  Round round;
  std::size_t events = 0;
  for (auto _ : state) {
    const EventBatch& batch = *stage().events[round.next()];
    for (std::size_t i = 0; i < batch.size(); ++i) {
      looked.reset(batch, i);
    }
    events += batch.size();
  }
  report(state, events);
}

void gate(benchmark::State& state) {
  Evaluator evaluator(stage().fields, stage().datasets);
  Gate gates(rules_of(state)->rule_set());
  Round round;
  std::size_t events = 0;
  for (auto _ : state) {
    const EventBatch& batch = *stage().events[round.next()];
    for (std::size_t i = 0; i < batch.size(); ++i) {
      evaluator.reset(batch, i);
      benchmark::DoNotOptimize(&gates.candidates(evaluator));
    }
    events += batch.size();
  }
  report(state, events);
}

void match(benchmark::State& state) {
  Metrics metrics;
  const auto matcher = make_matcher(rules_of(state), stage().fields, stage().datasets, metrics);
  Round round;
  std::size_t events = 0;
  std::size_t found = 0;
  std::vector<RuleHit> hits;
  for (auto _ : state) {
    const EventBatch& batch = *stage().events[round.next()];
    hits.clear();
    matcher->match(batch, hits);
    events += batch.size();
    found += hits.size();
  }
  report(state, events, rules_of(state).get());
  const auto per_event = [events](std::uint64_t count) {
    return static_cast<double>(count) / static_cast<double>(events);
  };
  state.counters["hits"] = 1'000.0 * per_event(found);
  state.counters["tried"] = per_event(metrics.total("tocsin_detect_rules_tried_total"));
  state.counters["values"] = per_event(metrics.total("tocsin_detect_values_total"));
  state.counters["new"] =
      per_event(metrics.counter("tocsin_detect_values_total", "", {{"remembered", "no"}}).value());
}

// The whole corpus once, with a matcher that remembers nothing yet.
void first_pass(benchmark::State& state) {
  std::size_t events = 0;
  std::vector<RuleHit> hits;
  for (auto _ : state) {
    Metrics metrics;
    const auto matcher = make_matcher(rules_of(state), stage().fields, stage().datasets, metrics);
    for (const auto& batch : stage().events) {
      hits.clear();
      matcher->match(*batch, hits);
      events += batch->size();
    }
    state.counters["new"] =
        static_cast<double>(
            metrics.counter("tocsin_detect_values_total", "", {{"remembered", "no"}}).value()) /
        static_cast<double>(metrics.total("tocsin_detect_events_total"));
  }
  report(state, events, rules_of(state).get());
}

void json_to_findings(benchmark::State& state) {
  Stage::Decoding decoding(stage());
  const auto matcher =
      make_matcher(rules_of(state), stage().fields, stage().datasets, stage().metrics);
  Detector detector(rules_of(state)->rule_set(), stage().fields, stage().datasets, stage().metrics);
  Round round;
  std::size_t events = 0;
  std::vector<RuleHit> hits;
  std::vector<Finding> findings;
  for (auto _ : state) {
    const auto batch = decoding.make(stage().records[round.next()]);
    hits.clear();
    findings.clear();
    matcher->match(*batch, hits);
    detector.consume(*batch, hits, findings);
    events += batch->size();
  }
  report(state, events, rules_of(state).get());
}

BENCHMARK(decode)->Unit(benchmark::kMicrosecond);
BENCHMARK(view)->Unit(benchmark::kMicrosecond);
BENCHMARK(gate)->Arg(300)->Arg(0)->ArgName("rules")->Unit(benchmark::kMicrosecond);
BENCHMARK(match)->Arg(300)->Arg(0)->ArgName("rules")->Unit(benchmark::kMicrosecond);
BENCHMARK(first_pass)->Arg(300)->Arg(0)->ArgName("rules")->Unit(benchmark::kMillisecond);
BENCHMARK(json_to_findings)->Arg(300)->Arg(0)->ArgName("rules")->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace tocsin

BENCHMARK_MAIN();
