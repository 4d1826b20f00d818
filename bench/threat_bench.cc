// What threat lists cost an event: one list of 1 M addresses, 100,000 domains and 100,000 hashes;
// with and without URLs and user agents. Events look like a proxy's, none or one in ten is listed.
#include <string>
#include <vector>

#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include "base/encoding.h"
#include "base/hash.h"
#include "base/rng.h"
#include "enrich/enricher.h"
#include "model/ecs_fields.h"

namespace tocsin {
namespace {

constexpr std::size_t kEvents = 4'096;

void put(ThreatListBuilder& list, IndicatorKind kind, const std::string& text) {
  list.add(kind, text, list.detail(), 1);
}

std::string sha256_text(std::uint64_t number) {
  return hex_encode(digest_view(sha256(fmt::format("{}", number))));
}

enum class Size : std::uint8_t { kNone, kAddresses, kDomainsToo, kHashesToo, kEverything };

std::shared_ptr<const EnrichTables> tables_of(Size size) {
  auto tables = std::make_shared<EnrichTables>();
  if (size == Size::kNone) {
    return tables;
  }
  Rng rng(3);
  BadLines bad;
  ThreatListBuilder list({.name = "big", .seed = 9}, bad);
  for (int i = 0; i < 1'000'000; ++i) {
    const auto address = static_cast<std::uint32_t>(0x0B000000U + rng.below(0xD0000000U));
    put(list, IndicatorKind::kAddress, ip_text(IpAddress::from_v4(address)));
  }
  for (int i = 0; i < 100'000 && size >= Size::kDomainsToo; ++i) {
    put(list, IndicatorKind::kDomain, fmt::format("d{}.evil{}.example", i, rng.below(1'000)));
  }
  for (std::uint64_t i = 0; i < 100'000 && size >= Size::kHashesToo; ++i) {
    put(list, IndicatorKind::kHash, sha256_text(i));
  }
  for (int i = 0; i < 100'000 && size == Size::kEverything; ++i) {
    put(list, IndicatorKind::kUrl, fmt::format("http://bad{}.example/x{}", i % 5'000, i));
    if (i < 1'000) {
      put(list, IndicatorKind::kAgent, fmt::format("*evilbot{}*", i));
    }
  }
  tables->threats.push_back(list.finish());
  return tables;
}

struct Texts {
  std::string source, destination, domain, url, hash, agent;
};

std::vector<Texts> events_of(Rng& rng) {
  std::vector<Texts> all;
  for (std::size_t i = 0; i < kEvents; ++i) {
    const bool listed = i % 10 == 0;
    const std::string domain = listed ? fmt::format("www.d{}.evil{}.example", i, rng.below(1'000))
                                      : fmt::format("shop{}.good.example", i);
    all.push_back(
        {fmt::format("10.0.{}.{}", i / 256, i % 256),
         ip_text(
             IpAddress::from_v4(static_cast<std::uint32_t>(0x0B000000U + rng.below(0xD0000000U)))),
         domain, fmt::format("https://{}/cart/item?id={}&x=1", domain, i),
         sha256_text(listed ? i : i + 1'000'000),
         "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0"});
  }
  return all;
}

void BM_ThreatsPerEvent(benchmark::State& state) {
  const Published<EnrichTables> published(tables_of(static_cast<Size>(state.range(0))));
  Metrics metrics;
  Enricher enricher(published, metrics);
  Rng rng(4);
  const std::vector<Texts> texts = events_of(rng);
  auto records = std::make_shared<RecordBatch>();
  const std::uint32_t origin = records->add_origin({"bench", "", ""});
  for (std::size_t i = 0; i < kEvents; ++i) {
    if (!records->add(origin, Micros(1), "x")) {
      state.SkipWithError("no room");
    }
  }
  for (auto _ : state) {
    EventBatch events(records);
    for (std::size_t i = 0; i < kEvents; ++i) {
      events.begin_event(i);
      events.add_text(fields::source_ip, texts[i].source);
      events.add_text(fields::destination_ip, texts[i].destination);
      events.add_text(fields::url_domain, texts[i].domain);
      events.add_text(fields::url_full, texts[i].url);
      events.add_text(fields::file_hash_sha256, texts[i].hash);
      events.add_text(fields::user_agent, texts[i].agent);
      enricher.enrich_last(events);
    }
    benchmark::DoNotOptimize(events.size());
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kEvents));
  const auto tables = published.get();
  state.counters["MiB"] = tables->threats.empty()
                              ? 0.0
                              : static_cast<double>(tables->threats[0]->memory_bytes()) / 1048576.0;
}
BENCHMARK(BM_ThreatsPerEvent)->DenseRange(0, 4)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace tocsin

BENCHMARK_MAIN();
