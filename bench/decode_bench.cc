// What one core decodes and enriches a second, on lines of ours.
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include "base/rng.h"
#include "decode/decoder.h"
#include "enrich/enricher.h"
#include "enrich/threat_format.h"

namespace tocsin {
namespace {

constexpr std::size_t kRecords = 1'000;
constexpr Micros kReceived{1'795'444'200'000'000};

std::string address(Rng& rng) {
  return fmt::format("{}.{}.{}.{}", 1 + rng.below(220), rng.below(256), rng.below(256),
                     rng.below(256));
}

std::vector<std::string> access_lines() {
  Rng rng(1);
  std::vector<std::string> lines;
  for (std::size_t i = 0; i < kRecords; ++i) {
    lines.push_back(fmt::format(
        "{} - - [23/Nov/2026:14:{:02}:{:02} +0000] \"GET /shop/category/{}/item?id={}&ref=mail "
        "HTTP/1.1\" 200 {} \"https://shop.example/category/{}\" \"Mozilla/5.0 (X11; Linux x86_64) "
        "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36\"",
        address(rng), i / 60 % 60, i % 60, rng.below(50), rng.below(100'000), rng.below(90'000),
        rng.below(50)));
  }
  return lines;
}

std::vector<std::string> sshd_lines() {
  Rng rng(2);
  std::vector<std::string> lines;
  for (std::size_t i = 0; i < kRecords; ++i) {
    lines.push_back(fmt::format(
        "Nov 23 13:{:02}:{:02} web1 sshd[{}]: Failed password for invalid user u{} from {} port {} "
        "ssh2",
        i / 60 % 60, i % 60, rng.below(30'000), rng.below(500), address(rng),
        1024 + rng.below(60'000)));
  }
  return lines;
}

// About 2.4 kB with 32 keys, as NXLog writes a Sysmon process creation.
std::vector<std::string> windows_lines() {
  Rng rng(3);
  std::vector<std::string> lines;
  std::string message;
  for (int i = 0; i < 26; ++i) {
    message += fmt::format("Detail{}: C:\\\\Windows\\\\System32\\\\part{}.dll\\r\\n", i, i * 7);
  }
  for (std::size_t i = 0; i < kRecords; ++i) {
    std::string line = fmt::format(R"({{"EventID":1)"
                                   R"(,"Channel":"Microsoft-Windows-Sysmon/Operational")"
                                   R"(,"UtcTime":"2026-11-23 14:00:{:02}.123","ProcessId":"{}")"
                                   R"(,"Image":"C:\\Windows\\System32\\cmd.exe")"
                                   R"(,"CommandLine":"cmd.exe /c \"echo {}\"","Message":"{}")",
                                   i % 60, rng.below(9'000), rng.next(), message);
    for (int key = 0; key < 25; ++key) {
      line += fmt::format(R"(,"Attribute{}":"{:032x}")", key, rng.next());
    }
    lines.push_back(line + "}");
  }
  return lines;
}

std::vector<std::string> pino_lines() {
  Rng rng(4);
  std::vector<std::string> lines;
  for (std::size_t i = 0; i < kRecords; ++i) {
    lines.push_back(
        fmt::format(R"({{"level":30,"time":{},"pid":17,"hostname":"web1")"
                    R"(,"req":{{"id":{},"method":"GET","url":"/api/items/{}")"
                    R"(,"remoteAddress":"{}"}})"
                    R"(,"res":{{"statusCode":200}},"responseTime":12,"msg":"request completed"}})",
                    1'795'442'400'000ULL + i, i, rng.below(10'000), address(rng)));
  }
  return lines;
}

std::shared_ptr<const RecordBatch> batch_of(const std::vector<std::string>& lines) {
  auto records = std::make_shared<RecordBatch>();
  const std::uint32_t origin = records->add_origin({"bench", "", ""});
  for (const std::string& line : lines) {
    if (!records->add(origin, kReceived, line)) {
      break;
    }
  }
  return records;
}

void decode_lines(benchmark::State& state, const std::vector<std::string>& lines) {
  const auto records = batch_of(lines);
  FieldCatalog catalog;
  FieldNames names(catalog);
  DatasetCatalog datasets;
  Metrics metrics;
  Decoder decoder(names, datasets, metrics);
  for (auto _ : state) {
    EventBatch events(records);
    for (std::size_t i = 0; i < records->size(); ++i) {
      decoder.decode_next(*records, i, events);
    }
    benchmark::DoNotOptimize(events.size());
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(records->size()));
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(records->bytes()));
}

void BM_DecodeAccess(benchmark::State& state) {
  decode_lines(state, access_lines());
}
void BM_DecodeSshd(benchmark::State& state) {
  decode_lines(state, sshd_lines());
}
void BM_DecodeWindows(benchmark::State& state) {
  decode_lines(state, windows_lines());
}
void BM_DecodePino(benchmark::State& state) {
  decode_lines(state, pino_lines());
}
BENCHMARK(BM_DecodeAccess);
BENCHMARK(BM_DecodeSshd);
BENCHMARK(BM_DecodeWindows);
BENCHMARK(BM_DecodePino);

std::shared_ptr<const EnrichTables> big_tables() {
  Rng rng(5);
  auto tables = std::make_shared<EnrichTables>();
  BadLines bad;
  std::string threats;
  std::string owners;
  for (int i = 0; i < 1'000'000; ++i) {
    threats += address(rng) + "\n";
  }
  for (std::uint32_t i = 0; i < 400'000; ++i) {
    const std::uint32_t first = 0x01000000U + i * 8'192U;
    owners += fmt::format("{},{},{},Owner {}\n", ip_text(IpAddress::from_v4(first)),
                          ip_text(IpAddress::from_v4(first + 8'191)), i % 60'000, i % 60'000);
  }
  tables->owner = NetworkOwnerTable::parse({owners}, bad);
  tables->threats.push_back(
      parse_threat_list({}, {.name = "big", .seed = 5}, threats, bad).value());
  return tables;
}

// Only the enrichment: range(0) distinct addresses are seen again and again.
void BM_Enrich(benchmark::State& state) {
  static const auto tables = big_tables();
  Published<EnrichTables> published(tables);
  Metrics metrics;
  Enricher enricher(published, metrics);
  Rng rng(6);
  std::vector<std::string> addresses;
  for (std::int64_t i = 0; i < state.range(0); ++i) {
    addresses.push_back(address(rng));
  }
  const auto records = batch_of(std::vector<std::string>(kRecords, "x"));
  std::size_t next = 0;
  for (auto _ : state) {
    EventBatch events(records);
    for (std::size_t i = 0; i < kRecords; ++i) {
      events.begin_event(i);
      events.add_text(fields::source_ip, addresses[next++ % addresses.size()]);
      enricher.enrich_last(events);
    }
    benchmark::DoNotOptimize(events.size());
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kRecords));
}
BENCHMARK(BM_Enrich)->Arg(1'000)->Arg(200'000);

void BM_ThreatLookUp(benchmark::State& state) {
  static const auto tables = big_tables();
  Rng rng(7);
  std::vector<IpAddress> addresses;
  for (int i = 0; i < 65'536; ++i) {
    addresses.push_back(IpAddress::from_v4(static_cast<std::uint32_t>(rng.next())));
  }
  std::size_t next = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(
        tables->threats[0]->find_address(addresses[next++ & 65'535U], Micros(0)));
  }
}
BENCHMARK(BM_ThreatLookUp);

}  // namespace
}  // namespace tocsin

BENCHMARK_MAIN();
