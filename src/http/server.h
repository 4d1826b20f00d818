// HttpServer: HTTP/1.1 over TCP, optionally TLS. Reads whole requests under limits, hands them to
// one handler, writes its answers. No routes, no authentication, no business.
//
// Threads: `threads` I/O threads of its own; a connection belongs to one of them. The handler runs
// on an I/O thread and must not block; it answers at once or keeps the Responder for later.
// Requests of one connection are answered one after the other, in order (pipelining is safe).
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"
#include "base/time.h"
#include "http/message.h"
#include "http/responder.h"
#include "obs/log.h"
#include "obs/metrics.h"

namespace tocsin {

struct TlsFiles {
  std::string certificate_file;  // PEM, the chain, leaf first
  std::string key_file;          // PEM
};

struct HttpLimits {
  std::uint32_t header_bytes_max = 32 * 1024;
  std::uint64_t body_bytes_max = 64ULL << 20U;               // as it comes over the wire
  std::uint64_t decompressed_bytes_max = 256ULL << 20U;      // after Content-Encoding
  std::uint32_t decompression_ratio_max = 1000;              // applies above 1 MiB of output
  std::uint64_t bodies_in_memory_bytes_max = 512ULL << 20U;  // over all connections: else 503
  std::size_t connections_max = 1024;
  std::size_t stream_queue_bytes_max = 1 << 20U;  // of one event stream
  Span header_timeout = span_s(15);  // from the first byte of a request to the end of its header
  Span idle_timeout = span_s(75);    // between requests of a kept connection
  Span body_silence_timeout = span_s(20);          // no byte of the body for so long
  std::uint32_t body_bytes_per_second_min = 1024;  // measured after body_silence_timeout
  Span write_timeout = span_s(30);                 // no progress while writing
  Span drain_timeout = span_s(3);                  // stop() waits so long for answers under way
};

// Looks at a request whose body was not read yet (`body` is empty): authentication, 404, 413.
// An answer refuses the request without reading its body. Runs on an I/O thread; must not block.
using HttpGate = std::function<std::optional<HttpResponse>(const HttpRequest& head)>;

struct HttpServerOptions {
  std::string address = "127.0.0.1";  // numeric IPv4 or IPv6
  std::uint16_t port = 0;             // 0: any free port, see HttpServer::port()
  std::size_t threads = 1;
  HttpLimits limits;
  std::optional<TlsFiles> tls;
  bool gzip_responses = true;  // text and JSON of 1 KiB and more, when the client accepts it
  std::string server_name = "tocsin";  // the Server header; empty: none
  HttpGate gate;                       // may be empty
};

using HttpHandler = std::function<void(HttpRequest, Responder)>;

class HttpServer {
 public:
  // Listens when it returns. `metrics`, `log` and `clock` outlive the server. Errors: kConflict
  // (address in use), kDenied (port), kInvalid (address, certificate or key).
  static Result<std::unique_ptr<HttpServer>> start(HttpServerOptions options, HttpHandler handler,
                                                   Metrics& metrics, Log& log, Clock& clock);
  virtual ~HttpServer() = default;  // stops

  virtual std::uint16_t port() const = 0;
  virtual std::size_t connections() const = 0;
  // Stops accepting, waits for answers under way up to drain_timeout, closes everything and joins.
  // Responders that are still held stay harmless. Not from the handler.
  virtual void stop() = 0;
};

// "127.0.0.1:8080", "[::1]:8080", ":8080" (all addresses), "localhost:8080".
struct ListenAddress {
  std::string address;
  std::uint16_t port = 0;
};
Result<ListenAddress> parse_listen_address(std::string_view text);

}  // namespace tocsin
