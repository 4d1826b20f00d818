// GCC 12 sees null pointers in Asio's inlined executors that cannot be.
#pragma GCC diagnostic ignored "-Wnull-dereference"

#include "http/server.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <map>
#include <thread>
#include <utility>
#include <vector>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "base/fail.h"
#include "base/mutex.h"
#include "base/text.h"
#include "http/connection.h"
#include "http/tls.h"

namespace tocsin {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

constexpr std::chrono::milliseconds kAcceptPause(100);
constexpr std::string_view kBusy =
    "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nRetry-After: 1\r\n"
    "Connection: close\r\n\r\n";

// One I/O thread and the connections that belong to it; `connections` is touched by it alone.
struct IoThread {
  asio::io_context context{1};
  asio::executor_work_guard<asio::io_context::executor_type> work{context.get_executor()};
  std::map<HttpConnection*, std::weak_ptr<HttpConnection>> connections;
  std::thread thread;
};

class AsioHttpServer final : public HttpServer {
 public:
  AsioHttpServer(HttpServerOptions options, HttpHandler handler, Metrics& metrics, Log& log,
                 Clock& clock)
      : options_(std::move(options)),
        handler_(std::move(handler)),
        counters_(metrics),
        log_(log),
        connection_context_{
            options_,
            handler_,
            std::make_shared<BodyBudget>(options_.limits.bodies_in_memory_bytes_max),
            counters_,
            log,
            clock} {
    const std::size_t threads = std::max<std::size_t>(1, options_.threads);
    for (std::size_t i = 0; i < threads; ++i) {
      threads_.push_back(std::make_unique<IoThread>());
    }
  }
  AsioHttpServer(const AsioHttpServer&) = delete;
  AsioHttpServer& operator=(const AsioHttpServer&) = delete;
  ~AsioHttpServer() override { AsioHttpServer::stop(); }

  Status listen() {
    if (options_.tls) {
      TRY_ASSIGN(tls_, make_tls_context(*options_.tls));
    }
    error_code error;
    const auto address = asio::ip::make_address(options_.address, error);
    if (error) {
      return fail(ErrorCode::kInvalid, "\"{}\" is not an IP address to listen on",
                  options_.address);
    }
    const tcp::endpoint endpoint(address, options_.port);
    acceptor_.emplace(threads_[0]->context);
    acceptor_->open(endpoint.protocol(), error);
    if (!error) {
      acceptor_->set_option(tcp::acceptor::reuse_address(true), error);
    }
    if (!error) {
      acceptor_->bind(endpoint, error);
    }
    if (!error) {
      acceptor_->listen(asio::socket_base::max_listen_connections, error);
    }
    if (error) {
      return listen_error(error);
    }
    port_ = acceptor_->local_endpoint().port();
    return {};
  }

  void run() {
    asio::co_spawn(threads_[0]->context, [this] { return accept_all(); }, asio::detached);
    for (const auto& thread : threads_) {
      thread->thread = std::thread([&context = thread->context] { context.run(); });
    }
  }

  std::uint16_t port() const override { return port_; }
  std::size_t connections() const override { return open_.load(std::memory_order_relaxed); }

  void stop() override {
    if (stopped_.exchange(true)) {
      return;
    }
    for (const auto& thread : threads_) {
      asio::post(thread->context, [this, io = thread.get()] {
        if (io == threads_[0].get()) {
          error_code ignored;
          acceptor_->close(ignored);
        }
        for_each_connection(*io, [](HttpConnection& connection) { connection.drain(); });
      });
    }
    wait_until_drained();
    for (const auto& thread : threads_) {
      asio::post(thread->context, [io = thread.get()] {
        for_each_connection(*io, [](HttpConnection& connection) { connection.close(); });
        io->context.stop();
      });
      if (thread->thread.joinable()) {
        thread->thread.join();
      }
    }
  }

 private:
  template <class Visit>
  static void for_each_connection(IoThread& io, const Visit& visit) {
    for (const auto& [raw, weak] : io.connections) {
      if (const auto connection = weak.lock()) {
        visit(*connection);
      }
    }
  }

  Error listen_error(const error_code& error) const {
    const ErrorCode code = error == asio::error::address_in_use  ? ErrorCode::kConflict
                           : error == asio::error::access_denied ? ErrorCode::kDenied
                                                                 : ErrorCode::kIo;
    return fail(code, "listening on {} port {}: {}", options_.address, options_.port,
                error.message());
  }

  void wait_until_drained() {
    drained_mutex_.lock();
    drained_.wait_for(drained_mutex_,
                      std::chrono::microseconds(options_.limits.drain_timeout.value),
                      [this] { return open_.load() == 0; });
    drained_mutex_.unlock();
  }

  asio::awaitable<void> accept_all() {
    std::size_t next = 0;
    asio::steady_timer pause(threads_[0]->context);
    bool warned = false;
    while (acceptor_->is_open()) {
      IoThread& io = *threads_[next++ % threads_.size()];
      error_code error;
      tcp::socket socket = co_await acceptor_->async_accept(
          io.context, asio::redirect_error(asio::use_awaitable, error));
      if (error == asio::error::operation_aborted || !acceptor_->is_open()) {
        co_return;
      }
      if (error) {
        if (!warned) {
          log_.warning("accepting a connection: {}", error.message());
        }
        warned = true;
        pause.expires_after(kAcceptPause);
        co_await pause.async_wait(asio::redirect_error(asio::use_awaitable, error));
        continue;
      }
      warned = false;
      admit(std::move(socket), io);
    }
  }

  void admit(tcp::socket socket, IoThread& io) {
    if (open_.load() >= options_.limits.connections_max) {
      counters_.add(HttpCount::kTooManyConnections);
      error_code ignored;
      socket.non_blocking(true, ignored);
      if (tls_ == nullptr) {
        socket.write_some(asio::buffer(kBusy.data(), kBusy.size()), ignored);
      }
      return;
    }
    ++open_;
    counters_.add(HttpCount::kConnections);
    asio::post(io.context, [this, &io, moved = std::move(socket)]() mutable {
      const auto connection = make_connection(std::move(moved), tls_.get(), connection_context_);
      HttpConnection* const raw = connection.get();
      io.connections.emplace(raw, connection);
      connection->start([this, &io, raw] {
        io.connections.erase(raw);
        const MutexLock lock(drained_mutex_);
        --open_;
        drained_.notify_all();
      });
      if (stopped_) {
        connection->drain();
      }
    });
  }

  const HttpServerOptions options_;
  const HttpHandler handler_;
  HttpCounters counters_;
  Log& log_;
  ConnectionContext connection_context_;
  std::shared_ptr<asio::ssl::context> tls_;
  std::vector<std::unique_ptr<IoThread>> threads_;
  std::optional<tcp::acceptor> acceptor_;  // before the contexts go
  std::uint16_t port_ = 0;
  std::atomic<std::size_t> open_{0};
  std::atomic<bool> stopped_{false};
  Mutex drained_mutex_;
  Condition drained_;
};

}  // namespace

Result<std::unique_ptr<HttpServer>> HttpServer::start(HttpServerOptions options,
                                                      HttpHandler handler, Metrics& metrics,
                                                      Log& log, Clock& clock) {
  auto server =
      std::make_unique<AsioHttpServer>(std::move(options), std::move(handler), metrics, log, clock);
  TRY(server->listen());
  server->run();
  return std::unique_ptr<HttpServer>(std::move(server));
}

Result<ListenAddress> parse_listen_address(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  const auto port =
      colon == std::string_view::npos ? std::nullopt : parse_int(text.substr(colon + 1));
  if (!port || *port < 0 || *port > 65535) {
    return fail(ErrorCode::kInvalid, "\"{}\" is not ADDRESS:PORT", text);
  }
  std::string_view address = text.substr(0, colon);
  if (address.starts_with('[') && address.ends_with(']')) {
    address = address.substr(1, address.size() - 2);
  }
  if (address.empty() || address == "*") {
    address = "0.0.0.0";
  } else if (address == "localhost") {
    address = "127.0.0.1";
  }
  error_code error;
  asio::ip::make_address(std::string(address), error);
  if (error) {
    return fail(ErrorCode::kInvalid, "\"{}\" is not an IP address (in \"{}\")", address, text);
  }
  return ListenAddress{std::string(address), static_cast<std::uint16_t>(*port)};
}

}  // namespace tocsin
