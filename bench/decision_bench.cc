// Decisions: look-up by address among a million, their memory, the cost of one more, and a flood.
#include <array>
#include <cstdio>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/rng.h"
#include "respond/decision_contexts.h"
#include "respond/decision_snapshot.h"

namespace tocsin {
namespace {

constexpr std::uint32_t kDecisions = 1'000'000;
constexpr Micros kNow(1'795'444'400'000'000);

std::uint64_t resident_bytes() {
  std::ifstream statm("/proc/self/statm");
  std::uint64_t pages = 0;
  std::uint64_t resident = 0;
  statm >> pages >> resident;
  return resident * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
}

// One in ten is a network, of eight sizes, one in twenty IPv6; ours have a sentence of their own.
Decision decision_of(std::uint32_t n, Rng& rng, bool of_list) {
  Decision decision;
  decision.id = n + 1;
  IpAddress address = IpAddress::from_v4(static_cast<std::uint32_t>(rng.next()));
  if (n % 20 == 7) {
    address = {0x2A00'0000'0000'0000ULL | rng.below(1ULL << 56U), rng.next()};
  }
  const unsigned prefix =
      n % 10 == 3 ? (address.is_v4() ? 116U : 48U) + static_cast<unsigned>(rng.below(8)) : 128U;
  decision.network = network_around(address, prefix);
  decision.scope = prefix == 128 ? ScopeKind::kAddress : ScopeKind::kNetwork;
  decision.created = kNow;
  decision.until = kNow + span_s(3'600);
  decision.origin = of_list ? "lists:firehol" : "tocsin";
  decision.reason = of_list ? "on the list firehol"
                            : std::to_string(n % 90) + " failed log-ins of " +
                                  std::to_string(n % 7) + " users within 60 s";
  decision.rule_id = of_list ? "" : "5f2c7a34-98ab-4c33-8f0e-3d1f6a8e7b21";
  decision.decided_by = of_list ? "user alice" : "rule Password spraying";
  decision.alert_id = of_list ? "" : "0123456789abcdef0123456789abcdef";
  return decision;
}

struct Filled {
  DecisionSnapshot snapshot{42};
  DecisionContexts contexts;
  std::uint64_t bytes = 0;

  explicit Filled(bool of_list) {
    Rng rng(1);
    const std::uint64_t before = resident_bytes();
    for (std::uint32_t n = 0; n < kDecisions; ++n) {
      const Decision decision = decision_of(n, rng, of_list);
      const DecisionTarget target{decision.scope, "", decision.network};
      if (snapshot.exact(target, decision.kind, "") == nullptr) {
        snapshot.insert(
            PackedDecision::make(decision, contexts.of(decision), snapshot.hash_of(target)));
      }
    }
    bytes = resident_bytes() - before;
  }
};

const Filled& filled(bool of_list) {
  static const Filled kLists(true);
  static const Filled kOurs(false);
  return of_list ? kLists : kOurs;
}

void look_up(benchmark::State& state, bool hit) {
  const Filled& all = filled(false);
  std::vector<IpAddress> wanted;
  Rng rng(hit ? 1 : 2);
  for (std::uint32_t n = 0; n < 1U << 16U; ++n) {
    wanted.push_back(decision_of(n, rng, false).network.base);
  }
  std::vector<const PackedDecision*> found;
  std::size_t at = 0;
  for (auto unused : state) {
    static_cast<void>(unused);
    found.clear();
    all.snapshot.find(wanted[at++ % wanted.size()], kNow, found);
    benchmark::DoNotOptimize(found.data());
  }
  state.counters["decisions"] = static_cast<double>(all.snapshot.size());
  state.counters["MiB_ours"] = static_cast<double>(all.bytes) / (1 << 20U);
}
BENCHMARK_CAPTURE(look_up, that_is_decided, true);
BENCHMARK_CAPTURE(look_up, of_a_stranger, false);

void memory_of_lists(benchmark::State& state) {
  for (auto unused : state) {
    static_cast<void>(unused);
    benchmark::DoNotOptimize(filled(true).snapshot.size());
  }
  state.counters["MiB_lists"] = static_cast<double>(filled(true).bytes) / (1 << 20U);
}
BENCHMARK(memory_of_lists);

// The next snapshot with one more and one less, as every decision makes it.
void next_snapshot(benchmark::State& state) {
  const Filled& all = filled(false);
  DecisionContexts contexts;
  DecisionSnapshot current = all.snapshot;
  std::uint64_t id = 10'000'000;
  for (auto unused : state) {
    static_cast<void>(unused);
    Decision decision;
    decision.id = ++id;
    decision.network = {IpAddress{0x2B00'0000'0000'0000ULL, id}, 128};
    decision.until = kNow + span_s(60);
    decision.origin = "tocsin";
    decision.reason = "14 failed log-ins within 60 s";
    const DecisionTarget target{decision.scope, "", decision.network};
    DecisionSnapshot next = current;
    next.insert(PackedDecision::make(decision, contexts.of(decision), next.hash_of(target)));
    if (const PackedDecision* old = next.by_id(id - 1'000)) {
      next.erase(*old);
    }
    current = std::move(next);
  }
}
BENCHMARK(next_snapshot);

}  // namespace
}  // namespace tocsin

BENCHMARK_MAIN();
