// GCC 12 sees null pointers in Asio's inlined executors that cannot be.
#pragma GCC diagnostic ignored "-Wnull-dereference"

#include "http/connection.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <exception>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>

#include "base/ip.h"
#include "base/text.h"
#include "http/content_coding.h"
#include "http/exchange.h"
#include "http/response_head.h"
#include "http/url.h"

namespace tocsin {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using asio::ip::tcp;
using boost::system::error_code;
using Parser = http::request_parser<http::string_body>;

constexpr std::size_t kBodyReadBytes = 64 * 1024;
constexpr std::size_t kHeadReadBytes = 4 * 1024;
constexpr std::size_t kWritePieceBytes = 256 * 1024;
constexpr std::size_t kGzipBytesMin = 1024;
constexpr std::uint64_t kLingerBytesMax = 4U << 20U;
constexpr Span kLinger = span_s(2);

std::chrono::microseconds duration(Span span) {
  return std::chrono::microseconds(span.value);
}

// An answer that the connection gives by itself.
struct Refusal {
  HttpCount why;
  int status;
  std::string detail;
};

Refusal refusal_of_header(const error_code& error) {
  if (error == http::error::header_limit || error == http::error::buffer_overflow) {
    return {HttpCount::kHeaderTooLarge, 431, "the request's header is too large"};
  }
  if (error == http::error::body_limit) {
    return {HttpCount::kBodyTooLarge, 413, "the request's body is too large"};
  }
  return {HttpCount::kBadRequest, 400, "not an HTTP/1.1 request: " + error.message()};
}

bool is_gone(const error_code& error) {
  return error == http::error::end_of_stream || error == http::error::partial_message ||
         error == asio::error::connection_reset || error == asio::error::operation_aborted ||
         error == asio::error::eof || error == asio::error::broken_pipe ||
         error == asio::ssl::error::stream_truncated;
}

bool has_no_body(int status) {
  return status == 204 || status == 304;
}

bool may_gzip(const HttpResponse& response) {
  if (response.shared_body != nullptr || response.body.size() < kGzipBytesMin) {
    return false;
  }
  bool is_text = false;
  for (const HttpHeader& header : response.headers) {
    if (equals_ignore_case(header.name, "Content-Encoding")) {
      return false;
    }
    if (equals_ignore_case(header.name, "Content-Type")) {
      is_text = header.value.starts_with("text/") || contains_ignore_case(header.value, "json") ||
                contains_ignore_case(header.value, "javascript") ||
                contains_ignore_case(header.value, "xml") ||
                contains_ignore_case(header.value, "yaml");
    }
  }
  return is_text;
}

std::string chunk(std::string_view bytes) {
  std::string framed = fmt::format("{:x}\r\n", bytes.size());
  framed.reserve(framed.size() + bytes.size() + 2);
  framed += bytes;
  framed += "\r\n";
  return framed;
}

// Tells the answering side, however the coroutine ends, that nobody listens any more.
class DetachAtEnd {
 public:
  explicit DetachAtEnd(std::shared_ptr<HttpExchange> exchange) : exchange_(std::move(exchange)) {}
  explicit DetachAtEnd(std::shared_ptr<QueuedStream> stream) : stream_(std::move(stream)) {}
  DetachAtEnd(const DetachAtEnd&) = delete;
  DetachAtEnd& operator=(const DetachAtEnd&) = delete;
  ~DetachAtEnd() {
    if (exchange_ != nullptr) {
      exchange_->detach();
    }
    if (stream_ != nullptr) {
      stream_->detach();
    }
  }

 private:
  std::shared_ptr<HttpExchange> exchange_;
  std::shared_ptr<QueuedStream> stream_;
};

struct Exchanged {
  Persistence persistence = Persistence::kClose;
  bool head_only = false;
  bool http10 = false;
  bool gzip = false;
};

template <class Stream>
class Connection final : public HttpConnection,
                         public std::enable_shared_from_this<Connection<Stream>> {
 public:
  template <class... TlsContext>
  Connection(tcp::socket socket, const ConnectionContext& context, TlsContext&... tls)
      : stream_(std::move(socket), tls...),
        wakeup_(stream_.get_executor()),
        context_(context),
        limits_(context.options.limits) {
    error_code ignored;
    tcp::socket& raw = lowest().socket();
    raw.set_option(tcp::no_delay(true), ignored);
    const tcp::endpoint peer = raw.remote_endpoint(ignored);
    const auto address = parse_ip_lenient(peer.address().to_string());
    peer_ip_ = address ? ip_text(*address) : peer.address().to_string();
    peer_port_ = peer.port();
  }

  void start(std::function<void()> on_end) override {
    auto self = this->shared_from_this();
    asio::co_spawn(
        stream_.get_executor(), [self]() { return self->run(); },
        [self, on_end = std::move(on_end)](const std::exception_ptr& thrown) {
          self->log_exception(thrown);
          on_end();
        });
  }

  void drain() override {
    draining_ = true;
    if (idle_) {
      close();
    }
    if (event_stream_ != nullptr) {
      event_stream_->finish();
    }
  }

  void close() override {
    error_code ignored;
    lowest().socket().close(ignored);
    wakeup_.cancel();
  }

 private:
  static constexpr bool kIsTls = !std::is_same_v<Stream, beast::tcp_stream>;

  beast::tcp_stream& lowest() { return beast::get_lowest_layer(stream_); }
  void count(HttpCount what, std::uint64_t n = 1) { context_.counters.add(what, n); }

  void log_exception(const std::exception_ptr& thrown) {
    if (thrown == nullptr) {
      return;
    }
    try {
      std::rethrow_exception(thrown);
    } catch (const std::exception& e) {
      context_.log.error("http connection of {}: {}", peer_ip_, e.what());
    }
  }

  asio::awaitable<void> run() {
    const bool ready = co_await handshake();
    if (!ready) {
      co_return;
    }
    bool more = true;
    while (more && !draining_) {
      more = co_await serve_one();
    }
    co_await shut_down();
  }

  asio::awaitable<bool> handshake() {
    if constexpr (kIsTls) {
      error_code error;
      lowest().expires_after(duration(limits_.header_timeout));
      co_await stream_.async_handshake(asio::ssl::stream_base::server,
                                       asio::redirect_error(asio::use_awaitable, error));
      if (error) {
        count(HttpCount::kTlsFailed);
        co_return false;
      }
    }
    co_return true;
  }

  // False when the client has gone or stayed silent: nothing is owed to it.
  asio::awaitable<bool> wait_for_request() {
    if (buffer_.size() > 0) {
      co_return true;
    }
    if (buffer_.capacity() > kBodyReadBytes) {
      buffer_.shrink_to_fit();
    }
    error_code error;
    lowest().expires_after(duration(served_ == 0 ? limits_.header_timeout : limits_.idle_timeout));
    idle_ = true;
    const std::size_t n = co_await stream_.async_read_some(
        buffer_.prepare(kHeadReadBytes), asio::redirect_error(asio::use_awaitable, error));
    idle_ = false;
    buffer_.commit(n);
    if (error == beast::error::timeout && served_ == 0) {
      count(HttpCount::kHeaderTimeout);
    }
    co_return !error;
  }

  // False: the connection ends.
  asio::awaitable<bool> serve_one() {
    const bool arrived = co_await wait_for_request();
    if (!arrived) {
      co_return false;
    }
    Parser parser;
    parser.header_limit(limits_.header_bytes_max);
    parser.body_limit(limits_.body_bytes_max);
    error_code error;
    lowest().expires_after(duration(limits_.header_timeout));
    co_await http::async_read_header(stream_, buffer_, parser,
                                     asio::redirect_error(asio::use_awaitable, error));
    if (error == beast::error::timeout || is_gone(error)) {
      count(error == beast::error::timeout ? HttpCount::kHeaderTimeout : HttpCount::kClosedEarly);
      co_return false;
    }
    if (error) {
      co_await refuse(refusal_of_header(error));
      co_return false;
    }
    ++served_;
    HttpRequest request;
    const std::optional<Refusal> bad_head = fill_head(parser, request);
    if (bad_head) {
      co_await refuse(*bad_head);
      co_return false;
    }
    Exchanged exchanged;
    exchanged.http10 = parser.get().version() < 11;
    exchanged.persistence =
        parser.keep_alive() && !draining_ ? Persistence::kKeepAlive : Persistence::kClose;
    exchanged.head_only = request.method == "HEAD";
    exchanged.gzip =
        context_.options.gzip_responses && accepts_gzip(request.header("Accept-Encoding"));
    const bool passed = co_await pass_gate(parser, request, exchanged);
    if (!passed) {
      co_return exchanged.persistence == Persistence::kKeepAlive;
    }
    const bool body_read = co_await read_body(parser, request);
    if (!body_read) {
      co_return false;
    }
    co_return co_await answer(std::move(request), exchanged);
  }

  std::optional<Refusal> fill_head(const Parser& parser, HttpRequest& request) {
    const auto& message = parser.get();
    request.method = message.method_string();
    request.target = message.target();
    request.peer_ip = peer_ip_;
    request.peer_port = peer_port_;
    request.tls = kIsTls;
    request.headers.reserve(16);
    std::size_t hosts = 0;
    for (const auto& field : message) {
      hosts += field.name() == http::field::host ? 1U : 0U;
      request.headers.push_back({std::string(field.name_string()), std::string(field.value())});
    }
    if (hosts != 1 && !(hosts == 0 && message.version() < 11)) {
      return Refusal{HttpCount::kBadRequest, 400, "an HTTP/1.1 request has one Host header"};
    }
    Result<RequestTarget> target = parse_target(request.target);
    if (!target) {
      return Refusal{HttpCount::kBadRequest, 400, target.error().text()};
    }
    request.path = std::move(target->path);
    request.query = std::move(target->query);
    return std::nullopt;
  }

  // False when the gate has answered. Then the connection may be used again only if there was no
  // body to skip.
  asio::awaitable<bool> pass_gate(Parser& parser, const HttpRequest& request,
                                  Exchanged& exchanged) {
    if (!context_.options.gate) {
      co_return true;
    }
    std::optional<HttpResponse> refused = context_.options.gate(request);
    if (!refused) {
      co_return true;
    }
    const bool has_body = !parser.is_done();
    if (has_body) {
      exchanged.persistence = Persistence::kClose;
    }
    const bool written = co_await write_response(*std::move(refused), exchanged);
    if (!written) {
      exchanged.persistence = Persistence::kClose;
    } else if (has_body) {
      co_await linger();
    }
    co_return false;
  }

  asio::awaitable<bool> read_body(Parser& parser, HttpRequest& request) {
    request.body_lease = BodyLease(context_.budget);
    if (!parser.is_done()) {
      const bool invited = co_await invite_body(request);
      if (!invited) {
        co_return false;
      }
      const std::optional<Refusal> failed = co_await receive_body(parser, request.body_lease);
      if (failed && failed->status == 0) {
        count(failed->why);
        co_return false;
      }
      if (failed) {
        co_await refuse(*failed);
        co_return false;
      }
    }
    request.body = std::move(parser.get().body());
    request.body_wire_bytes = request.body.size();
    count(HttpCount::kBytesIn, request.body.size());
    const std::optional<Refusal> undecoded = decode_body(request);
    if (undecoded) {
      co_await refuse(*undecoded);
      co_return false;
    }
    co_return true;
  }

  asio::awaitable<bool> invite_body(const HttpRequest& request) {
    if (equals_ignore_case(request.header("Expect"), "100-continue") && buffer_.size() == 0) {
      co_return co_await write_all("HTTP/1.1 100 Continue\r\n\r\n", {});
    }
    co_return true;
  }

  // A refusal with status 0: the client has gone or was cut (Beast closes the socket when a time
  // limit is reached), there is nobody to answer.
  asio::awaitable<std::optional<Refusal>> receive_body(Parser& parser, BodyLease& lease) {
    const Span started = context_.clock.since_boot();
    std::uint64_t got = 0;
    parser.eager(true);
    buffer_.reserve(kBodyReadBytes);
    while (!parser.is_done()) {
      const Span allowed(
          limits_.body_silence_timeout.value +
          static_cast<std::int64_t>(got * static_cast<std::uint64_t>(kMicrosPerSecond) /
                                    std::max<std::uint64_t>(1, limits_.body_bytes_per_second_min)));
      const Span elapsed(context_.clock.since_boot().value - started.value);
      const Span left(std::min(limits_.body_silence_timeout.value, allowed.value - elapsed.value));
      if (left.value <= 0) {
        co_return Refusal{HttpCount::kBodyTimeout, 0, {}};
      }
      error_code error;
      lowest().expires_after(duration(left));
      got += co_await http::async_read_some(stream_, buffer_, parser,
                                            asio::redirect_error(asio::use_awaitable, error));
      if (error == beast::error::timeout) {
        co_return Refusal{HttpCount::kBodyTimeout, 0, {}};
      }
      if (is_gone(error)) {
        co_return Refusal{HttpCount::kClosedEarly, 0, {}};
      }
      if (error == http::error::body_limit) {
        co_return Refusal{HttpCount::kBodyTooLarge, 413, "the request's body is too large"};
      }
      if (error) {
        co_return Refusal{HttpCount::kBadRequest, 400, "bad body: " + error.message()};
      }
      if (!lease.grow_to(parser.get().body().size())) {
        co_return Refusal{HttpCount::kMemoryBudget, 503,
                          "the server holds too many bytes of request bodies; try again"};
      }
    }
    co_return std::nullopt;
  }

  std::optional<Refusal> decode_body(HttpRequest& request) {
    const std::string_view coding = request.header("Content-Encoding");
    if (coding.empty() || request.body.empty()) {
      return std::nullopt;
    }
    DecodeLimits limits;
    limits.bytes_max = limits_.decompressed_bytes_max;
    limits.ratio_max = limits_.decompression_ratio_max;
    limits.lease = &request.body_lease;
    Result<std::string> decoded = decode_content(coding, std::move(request.body), limits);
    if (decoded) {
      request.body = *std::move(decoded);
      return std::nullopt;
    }
    const std::string& text = decoded.error().text();
    const ErrorCode code = decoded.error().code();
    if (code == ErrorCode::kTooLarge) {
      return Refusal{HttpCount::kBodyBombed, 413, text};
    }
    if (code == ErrorCode::kExhausted) {
      return Refusal{HttpCount::kMemoryBudget, 503, text};
    }
    if (code == ErrorCode::kInvalid) {
      return Refusal{HttpCount::kCodingUnknown, 415, text};
    }
    return Refusal{HttpCount::kBodyCorrupt, 400, text};
  }

  // False: the connection ends.
  asio::awaitable<bool> answer(HttpRequest request, Exchanged exchanged) {
    const auto exchange =
        std::make_shared<HttpExchange>(make_wake(), limits_.stream_queue_bytes_max);
    const DetachAtEnd detach(exchange);
    count(HttpCount::kRequests);
    call_handler(std::move(request), exchange);
    std::optional<HttpAnswer> ready = exchange->take_answer();
    while (!ready) {
      error_code ignored;
      wakeup_.expires_at(std::chrono::steady_clock::time_point::max());
      co_await wakeup_.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
      if (!lowest().socket().is_open()) {
        co_return false;
      }
      ready = exchange->take_answer();
    }
    if (exchange->gave_up()) {
      count(HttpCount::kNotAnswered);
    }
    if (draining_) {
      exchanged.persistence = Persistence::kClose;
    }
    if (ready->stream != nullptr) {
      co_await write_stream(*std::move(ready), exchanged);
      co_return false;
    }
    const bool written = co_await write_response(std::move(ready->response), exchanged);
    co_return written&& exchanged.persistence == Persistence::kKeepAlive;
  }

  void call_handler(HttpRequest request, const std::shared_ptr<HttpExchange>& exchange) {
    try {
      context_.handler(std::move(request), Responder(exchange));
    } catch (const std::exception& e) {
      context_.log.error("the handler of an HTTP request threw: {}", e.what());
    }
  }

  std::function<void()> make_wake() {
    return [executor = stream_.get_executor(), weak = this->weak_from_this()] {
      asio::post(executor, [weak] {
        if (const auto self = weak.lock()) {
          self->wakeup_.cancel();
        }
      });
    };
  }

  asio::awaitable<bool> write_response(HttpResponse response, Exchanged exchanged) {
    if (exchanged.gzip && may_gzip(response)) {
      response.body = gzip_encode(response.body);
      response.with("Content-Encoding", "gzip").with("Vary", "Accept-Encoding");
    }
    ResponseFraming framing;
    framing.persistence = exchanged.persistence;
    framing.server_name = context_.options.server_name;
    framing.now = context_.clock.now();
    if (!has_no_body(response.status)) {
      framing.content_length = response.body_view().size();
    }
    const std::string head = response_head(response, framing);
    const bool with_body = !exchanged.head_only && !has_no_body(response.status);
    const std::string_view body = with_body ? response.body_view() : std::string_view{};
    const bool written = co_await write_all(head, body);
    if (written) {
      count(HttpCount::kResponses);
      count(HttpCount::kBytesOut, body.size());
      if (response.on_written) {
        response.on_written();
      }
    }
    co_return written;
  }

  asio::awaitable<void> write_stream(HttpAnswer answer, Exchanged exchanged) {
    const DetachAtEnd detach(answer.stream);
    event_stream_ = answer.stream;
    if (draining_) {
      event_stream_->finish();
    }
    ResponseFraming framing;
    framing.persistence = Persistence::kClose;
    framing.chunked = !exchanged.http10;
    framing.server_name = context_.options.server_name;
    framing.now = context_.clock.now();
    const std::string head = response_head(answer.response, framing);
    bool open = co_await write_all(head, {});
    if (open && !exchanged.head_only) {
      lowest().expires_never();
      asio::co_spawn(
          stream_.get_executor(),
          [self = this->shared_from_this(), stream = answer.stream]() {
            return self->watch_for_close(stream);
          },
          asio::detached);
      co_await pump_stream(*answer.stream, framing.chunked);
    }
    event_stream_.reset();
    count(HttpCount::kResponses);
  }

  asio::awaitable<void> pump_stream(QueuedStream& stream, bool chunked) {
    while (true) {
      QueuedStream::Taken taken = stream.take();
      if (taken.overrun) {
        count(HttpCount::kStreamOverrun);
        close();
        co_return;
      }
      if (!taken.bytes.empty()) {
        const std::string framed = chunked ? chunk(taken.bytes) : std::move(taken.bytes);
        const bool written = co_await write_all(framed, {});
        if (!written) {
          co_return;
        }
        count(HttpCount::kBytesOut, framed.size());
      } else if (taken.finished) {
        if (chunked) {
          co_await write_all("0\r\n\r\n", {});
        }
        co_return;
      } else {
        error_code ignored;
        wakeup_.expires_at(std::chrono::steady_clock::time_point::max());
        co_await wakeup_.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
        if (!lowest().socket().is_open()) {
          co_return;
        }
      }
    }
  }

  // While a stream is written, the only thing that the client can say is good-bye.
  asio::awaitable<void> watch_for_close(std::shared_ptr<QueuedStream> stream) {
    std::array<char, 512> thrown_away;
    error_code error;
    while (!error) {
      co_await stream_.async_read_some(asio::buffer(thrown_away),
                                       asio::redirect_error(asio::use_awaitable, error));
    }
    stream->detach();
    if (event_stream_ == stream) {
      close();
    }
  }

  asio::awaitable<bool> write_all(std::string_view head, std::string_view body) {
    while (!head.empty() || !body.empty()) {
      const std::string_view piece = body.substr(0, kWritePieceBytes);
      const std::array<asio::const_buffer, 2> buffers = {asio::buffer(head.data(), head.size()),
                                                         asio::buffer(piece.data(), piece.size())};
      error_code error;
      lowest().expires_after(duration(limits_.write_timeout));
      co_await asio::async_write(stream_, buffers,
                                 asio::redirect_error(asio::use_awaitable, error));
      if (error) {
        count(error == beast::error::timeout ? HttpCount::kWriteTimeout : HttpCount::kClosedEarly);
        close();
        co_return false;
      }
      head = {};
      body.remove_prefix(piece.size());
    }
    co_return true;
  }

  asio::awaitable<void> refuse(Refusal refusal) {
    count(refusal.why);
    HttpResponse response = HttpResponse::problem(refusal.status, refusal.detail);
    if (refusal.status == 503) {
      response.with("Retry-After", "1");
    }
    if (refusal.status == 415) {
      response.with("Accept-Encoding", "gzip, deflate, zstd");
    }
    const bool written = co_await write_response(std::move(response), Exchanged{});
    if (written) {
      co_await linger();
    }
  }

  // Lets the answer reach a client that is still sending: closing with unread bytes would reset
  // the connection and could destroy the answer on its way.
  asio::awaitable<void> linger() {
    error_code error;
    lowest().socket().shutdown(tcp::socket::shutdown_send, error);
    lowest().expires_after(duration(kLinger));
    std::array<char, 4096> thrown_away;
    std::uint64_t bytes = 0;
    while (!error && bytes < kLingerBytesMax) {
      bytes += co_await lowest().async_read_some(asio::buffer(thrown_away),
                                                 asio::redirect_error(asio::use_awaitable, error));
    }
    close();
  }

  asio::awaitable<void> shut_down() {
    error_code ignored;
    if constexpr (kIsTls) {
      if (lowest().socket().is_open()) {
        lowest().expires_after(duration(kLinger));
        co_await stream_.async_shutdown(asio::redirect_error(asio::use_awaitable, ignored));
      }
    }
    lowest().socket().shutdown(tcp::socket::shutdown_both, ignored);
    close();
    co_return;
  }

  Stream stream_;
  beast::flat_buffer buffer_;
  asio::steady_timer wakeup_;
  const ConnectionContext context_;
  const HttpLimits& limits_;
  std::string peer_ip_;
  std::uint16_t peer_port_ = 0;
  std::uint64_t served_ = 0;
  std::shared_ptr<QueuedStream> event_stream_;
  bool idle_ = false;
  bool draining_ = false;
};

}  // namespace

std::shared_ptr<HttpConnection> make_connection(tcp::socket socket, asio::ssl::context* tls,
                                                const ConnectionContext& context) {
  if (tls == nullptr) {
    return std::make_shared<Connection<beast::tcp_stream>>(std::move(socket), context);
  }
  return std::make_shared<Connection<beast::ssl_stream<beast::tcp_stream>>>(std::move(socket),
                                                                            context, *tls);
}

}  // namespace tocsin
