// CrowdSec's wire with 100,000 decisions and 100 bouncers: the listing that all of them get at
// their start, what a delta costs each, and the verdict endpoint. CPU time counts: the machine may
// be busy.
#include <array>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <arpa/inet.h>
#include <benchmark/benchmark.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "api/door.h"
#include "api/lapi/lapi_stream.h"
#include "api/verdict_resource.h"
#include "base/check.h"
#include "base/rng.h"
#include "http/server.h"
#include "respond/response.h"

namespace tocsin {
namespace {

constexpr std::size_t kDecisions = 100'000;
constexpr int kBouncers = 100;

LapiFilter addresses() {
  LapiFilter filter;
  filter.scopes = {ScopeKind::kAddress, ScopeKind::kNetwork};
  return filter;
}

class NoAudit final : public AuditSink {
 public:
  void record(const AuditEntry& entry) override { benchmark::DoNotOptimize(&entry); }
};

class NoFacts final : public AddressFacts {
 public:
  Facts of(const IpAddress& address) override {
    benchmark::DoNotOptimize(&address);
    return {};
  }
};

// A decision book with every second address of 11.0.0.0/15 blocked, and what stands beside it.
class Filled {
 public:
  Filled()
      : directory_(std::filesystem::temp_directory_path() /
                   ("tocsin_lapi_bench_" + std::to_string(::getpid()))) {
    std::filesystem::create_directories(directory_);
    settings_.protect_private = false;
    settings_.protect_machine = false;
    db_ = std::move(*StateDb::open({.path = directory_ / "state.db"}, files_, clock_));
    response_ =
        std::move(*Response::open({settings_, {}, *db_, audit_, files_, clock_, metrics_, 42}));
    receipts_ = std::move(*ReceiptBook::open(enforcement_, *db_, clock_, metrics_));
    limits_ = std::make_unique<RateLimiter>(enforcement_, 7, clock_, metrics_);
    keys_ = std::move(*KeyStore::open(*db_, clock_, metrics_));
    take_more(kDecisions);
  }
  Filled(const Filled&) = delete;
  Filled& operator=(const Filled&) = delete;
  ~Filled() { std::filesystem::remove_all(directory_); }

  void take_more(std::size_t n) {
    std::vector<NewDecision> wanted(n);
    for (NewDecision& each : wanted) {
      each.proposer = Proposer::kImport;
      each.value = ip_text(IpAddress::from_v4(next_));
      each.duration = span_s(4 * 3'600);
      each.reason = "12 failed log-ins of 3 users within 60 s";
      each.decided_by = "rule Password spraying";
      next_ += 2;
    }
    CHECK(n == 0 || book().propose_all(wanted).has_value());
  }

  DecisionBook& book() { return response_->book(); }
  ReceiptBook& receipts() { return *receipts_; }
  RateLimiter& limits() { return *limits_; }
  KeyStore& keys() { return *keys_; }
  SystemClock& clock() { return clock_; }
  Metrics& metrics() { return metrics_; }

 private:
  const std::filesystem::path directory_;
  PosixFileSystem files_;
  SystemClock clock_;
  Metrics metrics_;
  NoAudit audit_;
  RespondSettings settings_;
  EnforcementSettings enforcement_;
  std::uint32_t next_ = 0x0B000000;
  std::unique_ptr<StateDb> db_;
  std::unique_ptr<Response> response_;
  std::unique_ptr<ReceiptBook> receipts_;
  std::unique_ptr<RateLimiter> limits_;
  std::unique_ptr<KeyStore> keys_;
};

Filled& bench() {
  static Filled made;
  return made;
}

void startup_first(benchmark::State& state) {
  const BodyCoding coding = state.range(0) == 0 ? BodyCoding::kPlain : BodyCoding::kGzip;
  std::size_t bytes = 0;
  for (auto _ : state) {
    LapiStream stream(bench().book(), bench().clock());
    bytes = stream.listing(addresses(), coding).bytes->size();
  }
  state.counters["MB"] = static_cast<double>(bytes) / 1e6;
}
BENCHMARK(startup_first)->ArgName("gzip")->Arg(0)->Arg(1)->Unit(benchmark::kMillisecond);

void startup_of_100_bouncers(benchmark::State& state) {
  for (auto _ : state) {
    LapiStream stream(bench().book(), bench().clock());
    for (int i = 0; i < kBouncers; ++i) {
      benchmark::DoNotOptimize(stream.listing(addresses(), BodyCoding::kGzip));
    }
  }
}
BENCHMARK(startup_of_100_bouncers)->Unit(benchmark::kMillisecond);

// What every bouncer asks every few seconds, after `changes` decisions were taken.
void delta(benchmark::State& state) {
  LapiStream stream(bench().book(), bench().clock());
  const std::uint64_t cursor = bench().book().active()->cursor();
  bench().take_more(static_cast<std::size_t>(state.range(0)));
  for (auto _ : state) {
    const auto body = stream.changes(addresses(), cursor);
    CHECK(body.has_value());
    benchmark::DoNotOptimize(body->bytes->size());
  }
}
BENCHMARK(delta)->ArgName("changes")->Arg(0)->Arg(10)->Arg(1'000)->Unit(benchmark::kMicrosecond);

VerdictResource::Parts verdict_parts() {
  static NoFacts facts;
  return {bench().book(),
          bench().limits(),
          bench().receipts(),
          facts,
          bench().clock(),
          bench().metrics(),
          ""};
}

void verdict(benchmark::State& state) {
  VerdictResource resource(verdict_parts());
  Rng rng(1);
  std::size_t refused = 0;
  for (auto _ : state) {
    VerdictAsk ask;
    ask.address = IpAddress::from_v4(static_cast<std::uint32_t>(0x0B000000 + rng.below(200'000)));
    ask.method = "GET";
    ask.path = "/cart";
    ask.user = "alice";
    refused += resource.judge(ask).word == VerdictWord::kAllow ? 0U : 1U;
  }
  state.counters["refused"] =
      benchmark::Counter(static_cast<double>(refused), benchmark::Counter::kAvgIterations);
}
BENCHMARK(verdict);

// One request after the other on a kept connection, as a proxy with keep-alive sends them.
class Proxy {
 public:
  explicit Proxy(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    CHECK(::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
  }
  Proxy(const Proxy&) = delete;
  Proxy& operator=(const Proxy&) = delete;
  ~Proxy() { ::close(socket_); }

  // Sends `requests` at once and reads as many answers without a body.
  void exchange(std::string_view requests, std::size_t answers) {
    CHECK(::send(socket_, requests.data(), requests.size(), MSG_NOSIGNAL) ==
          static_cast<ssize_t>(requests.size()));
    std::array<char, 16'384> piece;
    std::string got;
    while (answers > 0) {
      const ssize_t n = ::recv(socket_, piece.data(), piece.size(), 0);
      CHECK(n > 0);
      got.append(piece.data(), static_cast<std::size_t>(n));
      std::size_t end = 0;
      for (std::size_t at = got.find("\r\n\r\n"); at != std::string::npos;
           at = got.find("\r\n\r\n", end)) {
        end = at + 4;
        --answers;
      }
      got.erase(0, end);
    }
  }

 private:
  int socket_;
};

// The whole way over HTTP with the key's check; CPU is that of server and sender together.
void verdict_over_http(benchmark::State& state) {
  const std::string key = *bench().keys().create(
      {.name = "edge", .scopes = {Scope::kEnforcer}, .expires = {}, .created_by = "bench"});
  VerdictResource resource(verdict_parts());
  Door door(bench().keys(), bench().clock());
  const Route route{"GET", "/api/v1/verdict/check", Scope::kEnforcer, Place::kHere, {}};
  Log log;
  const auto server = HttpServer::start(
      {},
      [&](HttpRequest request, Responder responder) {
        Door::Verdict admitted = door.admit(request, route, "");
        CHECK(!admitted.refusal);
        const Call call{.request = std::move(request),
                        .responder = Responder(nullptr),
                        .who = std::move(admitted.who),
                        .request_id = {},
                        .path_values = {}};
        responder.send(*resource.check(call));
      },
      bench().metrics(), log, bench().clock());
  CHECK(server.has_value());
  Proxy proxy((*server)->port());
  const auto pipelined = static_cast<std::size_t>(state.range(0));
  std::string requests;
  for (std::size_t i = 0; i < pipelined; ++i) {
    requests +=
        "GET /api/v1/verdict/check?statuses=nginx HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " +
        key + "\r\nX-Real-IP: 198.51.100." + std::to_string(i % 250) +
        "\r\nX-Original-URI: /cart?item=7\r\nX-Original-Method: GET\r\n\r\n";
  }
  for (auto _ : state) {
    proxy.exchange(requests, pipelined);
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(verdict_over_http)
    ->ArgName("pipelined")
    ->Arg(1)
    ->Arg(32)
    ->MeasureProcessCPUTime()
    ->UseRealTime();

}  // namespace
}  // namespace tocsin

BENCHMARK_MAIN();
