// Floods of findings: how long until they are folded into alerts and durable.
#include <filesystem>

#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include "alert/alert_store.h"
#include "base/check.h"

namespace tocsin {
namespace {

constexpr std::uint64_t kFindings = 100'000;

std::vector<Finding> flood(std::uint64_t keys) {
  RuleInfo info;
  info.id = "3f1a0c1e-0000-4000-8000-000000000001";
  info.title = "Brute force on one account";
  info.version = "v1";
  const auto rule = std::make_shared<const RuleInfo>(info);
  std::vector<Finding> findings(kFindings);
  for (std::uint64_t i = 0; i < kFindings; ++i) {
    Finding& finding = findings[i];
    finding.rule = rule;
    finding.key = {{"source.ip", fmt::format("10.{}.{}.{}", (i % keys) >> 16U & 255U,
                                             (i % keys) >> 8U & 255U, (i % keys) & 255U)}};
    finding.seq = Seq(i + 1);
    finding.time = Micros(static_cast<std::int64_t>(i));
    finding.first = finding.time;
    finding.events = {finding.seq};
    finding.sentence = "12 failed log-ins within 1m 10s";
  }
  return findings;
}

void fold_flood(benchmark::State& state) {
  const std::vector<Finding> findings = flood(static_cast<std::uint64_t>(state.range(0)));
  const std::string directory = std::filesystem::temp_directory_path() / "tocsin-alert-bench";
  for (auto turn : state) {
    static_cast<void>(turn);
    state.PauseTiming();
    std::filesystem::remove_all(directory);
    std::filesystem::create_directories(directory);
    PosixFileSystem files;
    SystemClock clock;
    Metrics metrics;
    auto db = StateDb::open({.path = directory + "/state.db"}, files, clock);
    CHECK(db.has_value());
    auto alerts = AlertStore::open(**db, clock, metrics);
    CHECK(alerts.has_value());
    state.ResumeTiming();
    CHECK((*alerts)->fold(findings, Seq(kFindings)).has_value());
  }
  std::filesystem::remove_all(directory);
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kFindings));
}
BENCHMARK(fold_flood)
    ->ArgName("keys")
    ->Arg(1)
    ->Arg(1'000)
    ->Arg(100'000)
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace tocsin

BENCHMARK_MAIN();
