// What one core makes into records a second: bodies of POST /api/v1/events, and syslog over TCP.
#include <cstdint>
#include <string>
#include <string_view>

#include <benchmark/benchmark.h>

#include "intake/http_json/events_body.h"
#include "intake/syslog/framing.h"

namespace tocsin {
namespace {

constexpr int kRecords = 1000;

std::string lines(std::string_view before, std::string_view after) {
  std::string body;
  for (int i = 0; i < kRecords; ++i) {
    body += before;
    body += std::to_string(i * 7919);
    body += after;
    body += '\n';
  }
  return body;
}

std::string access_lines() {
  return lines("203.0.113.9 - - [23/Nov/2026:14:00:00 +0000] \"GET /shop/item?id=",
               " HTTP/1.1\" 200 5120 \"https://shop.example/\" \"Mozilla/5.0 (X11; Linux x86_64) "
               "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36\"");
}

std::string json_lines() {
  return lines("{\"@timestamp\":\"2026-11-23T14:00:00.123Z\",\"level\":\"info\",\"user\":{\"id\":",
               ",\"name\":\"alice\"},\"message\":\"order accepted\",\"http\":{\"method\":\"POST\","
               "\"status\":201,\"path\":\"/api/orders\"},\"tags\":[\"shop\",\"eu\"]}");
}

void read_body(benchmark::State& state, const std::string& body, std::string_view type) {
  for (auto _ : state) {
    RecordBatch batch;
    const std::uint32_t origin = batch.add_origin({"http:bench", "127.0.0.1", ""});
    benchmark::DoNotOptimize(read_events_body(body, type, {}, Micros(1), origin, batch));
  }
  state.SetItemsProcessed(state.iterations() * kRecords);
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(body.size()));
}

void BM_PlainLines(benchmark::State& state) {
  read_body(state, access_lines(), "text/plain");
}
BENCHMARK(BM_PlainLines);

void BM_JsonLines(benchmark::State& state) {
  read_body(state, json_lines(), "application/x-ndjson");
}
BENCHMARK(BM_JsonLines);

void BM_JsonArray(benchmark::State& state) {
  std::string body = json_lines();
  for (char& c : body) {
    c = c == '\n' ? ',' : c;
  }
  body.back() = ']';
  read_body(state, "[" + body, "application/json");
}
BENCHMARK(BM_JsonArray);

void BM_SyslogLines(benchmark::State& state) {
  const std::string stream = lines("<13>Nov 23 14:00:00 web1 sshd[", "]: Failed password for root");
  for (auto _ : state) {
    SyslogFramer framer(1 << 18U);
    std::size_t messages = 0;
    for (std::size_t at = 0; at < stream.size(); at += 65'536) {
      framer.feed(std::string_view(stream).substr(at, 65'536),
                  [&messages](std::string_view, SyslogFramer::Cut) { ++messages; });
    }
    benchmark::DoNotOptimize(messages);
  }
  state.SetItemsProcessed(state.iterations() * kRecords);
}
BENCHMARK(BM_SyslogLines);

}  // namespace
}  // namespace tocsin

BENCHMARK_MAIN();
