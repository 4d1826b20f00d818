// What the HTTP server answers a second on one I/O thread, over loopback with keep-alive: small
// requests, and the bodies of 1,000 access-log lines that shippers send. CPU is that of server and
// sender together.
#include <cstdint>
#include <string>
#include <string_view>

#include <arpa/inet.h>
#include <benchmark/benchmark.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/check.h"
#include "http/content_coding.h"
#include "http/server.h"

namespace tocsin {
namespace {

// Sends one request after the other on one connection; answers have no body.
class Sender {
 public:
  explicit Sender(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    CHECK(::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
  }
  Sender(const Sender&) = delete;
  Sender& operator=(const Sender&) = delete;
  ~Sender() { ::close(socket_); }

  void exchange(std::string_view request) {
    while (!request.empty()) {
      const ssize_t sent = ::send(socket_, request.data(), request.size(), MSG_NOSIGNAL);
      CHECK(sent > 0);
      request.remove_prefix(static_cast<std::size_t>(sent));
    }
    char answer[1024];
    std::string_view got;
    std::size_t size = 0;
    while (!got.ends_with("\r\n\r\n")) {
      const ssize_t n = ::recv(socket_, answer + size, sizeof answer - size, 0);
      CHECK(n > 0);
      size += static_cast<std::size_t>(n);
      got = {answer, size};
    }
  }

 private:
  int socket_;
};

void serve(benchmark::State& state, const std::string& request) {
  Metrics metrics;
  Log log;
  SystemClock clock;
  auto server = HttpServer::start(
      {}, [](HttpRequest, Responder responder) { responder.send(HttpResponse::empty(204)); },
      metrics, log, clock);
  CHECK(server.has_value());
  Sender sender((*server)->port());
  for (auto _ : state) {
    sender.exchange(request);
  }
  state.SetItemsProcessed(state.iterations());
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(request.size()));
}

std::string post(const std::string& body, std::string_view more_headers) {
  std::string request = "POST /api/v1/events HTTP/1.1\r\nHost: localhost\r\nContent-Length: ";
  request += std::to_string(body.size());
  request += "\r\n";
  request += more_headers;
  return request + "\r\n" + body;
}

std::string access_lines() {
  std::string body;
  for (int i = 0; i < 1000; ++i) {
    body += "203.0.113." + std::to_string(i % 250) +
            " - - [23/Nov/2026:14:00:00 +0000] \"GET /shop/item?id=" + std::to_string(i * 7919) +
            " HTTP/1.1\" 200 5120 \"https://shop.example/\" \"Mozilla/5.0 (X11; Linux x86_64) "
            "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36\"\n";
  }
  return body;
}

void BM_SmallRequests(benchmark::State& state) {
  serve(state, "GET /api/v1/health HTTP/1.1\r\nHost: localhost\r\nUser-Agent: bench\r\n\r\n");
}
BENCHMARK(BM_SmallRequests)->MeasureProcessCPUTime()->UseRealTime();

void BM_BatchesOfAThousandLines(benchmark::State& state) {
  serve(state, post(access_lines(), ""));
}
BENCHMARK(BM_BatchesOfAThousandLines)->MeasureProcessCPUTime()->UseRealTime();

void BM_BatchesOfAThousandLinesGzip(benchmark::State& state) {
  serve(state, post(gzip_encode(access_lines()), "Content-Encoding: gzip\r\n"));
}
BENCHMARK(BM_BatchesOfAThousandLinesGzip)->MeasureProcessCPUTime()->UseRealTime();

}  // namespace
}  // namespace tocsin

BENCHMARK_MAIN();
