// GCC 12 sees null pointers in Asio's inlined executors that cannot be.
#pragma GCC diagnostic ignored "-Wnull-dereference"

#include "intake/syslog/syslog_server.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <list>
#include <thread>
#include <utility>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/udp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "base/fail.h"
#include "base/ip.h"
#include "http/tls.h"
#include "intake/record_collector.h"
#include "intake/syslog/framing.h"
#include "intake/syslog/udp_receiver.h"

namespace tocsin {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using asio::ip::udp;
using boost::system::error_code;
using TlsStream = asio::ssl::stream<tcp::socket>;

constexpr std::size_t kReadBytes = 64 * 1024;
constexpr std::chrono::milliseconds kSweep(100);
constexpr std::chrono::milliseconds kAcceptPause(100);
constexpr Span kHandshakeTimeout = span_s(10);
constexpr Span kStopWait = span_s(2);

template <class Protocol>
Result<typename Protocol::endpoint> endpoint_of(const SyslogListener& listener) {
  error_code error;
  const auto address = asio::ip::make_address(listener.address, error);
  if (error) {
    return fail(ErrorCode::kInvalid, "\"{}\" is not an IP address to listen on", listener.address);
  }
  return typename Protocol::endpoint(address, listener.port);
}

std::string peer_of(const tcp::socket& socket) {
  error_code ignored;
  const std::string text = socket.remote_endpoint(ignored).address().to_string();
  const auto address = parse_ip_lenient(text);
  return address ? ip_text(*address) : text;
}

// One way in: a listener with its counters, and its socket.
struct Port {
  SyslogListener listener;
  std::string name;
  SourceCounters* counters = nullptr;
  std::optional<tcp::acceptor> acceptor;
  std::optional<udp::socket> socket;
  std::unique_ptr<UdpReceiver> receiver;
  std::shared_ptr<asio::ssl::context> tls;
  std::uint16_t number = 0;
};

// What the sweep needs to know of a TCP connection.
struct Connection {
  Connection(Port& port_in, std::string peer, std::size_t message_bytes_max)
      : port(port_in),
        origin{port_in.name, std::move(peer), port_in.listener.hint},
        framer(message_bytes_max) {}

  Port& port;
  const Origin origin;
  SyslogFramer framer;
  tcp::socket* raw = nullptr;
  Span last_activity;
  bool in_handshake = false;
  std::uint64_t bad_frames_counted = 0;
};

class AsioSyslogServer final : public SyslogServer {
 public:
  AsioSyslogServer(const SyslogLimits& limits, const IntakeContext& context)
      : limits_(limits),
        context_(context),
        collector_({.batch_bytes_max = limits.batch_bytes_max,
                    .batch_records_max = limits.batch_records_max,
                    .linger = limits.linger},
                   context, [this] { asio::post(io_, [this] { pump(); }); }) {}
  AsioSyslogServer(const AsioSyslogServer&) = delete;
  AsioSyslogServer& operator=(const AsioSyslogServer&) = delete;
  ~AsioSyslogServer() override { AsioSyslogServer::stop(); }

  Status listen(SyslogListener listener) {
    auto port = std::make_unique<Port>();
    port->listener = std::move(listener);
    const bool is_udp = port->listener.transport == SyslogTransport::kUdp;
    TRY(is_udp ? open_udp(*port) : open_tcp(*port));
    const std::string kind = is_udp ? "syslog-udp" : "syslog-tcp";
    port->name = port->listener.name.empty() ? fmt::format("{}:{}", kind, port->number)
                                             : port->listener.name;
    port->counters = &context_.stats.source(port->name, kind);
    ports_.push_back(std::move(port));
    return {};
  }

  void run() {
    for (const auto& port : ports_) {
      if (port->acceptor) {
        asio::co_spawn(io_, [this, p = port.get()] { return accept_all(*p); }, asio::detached);
      } else {
        asio::co_spawn(io_, [this, p = port.get()] { return receive_all(*p); }, asio::detached);
      }
    }
    asio::co_spawn(io_, [this] { return sweep(); }, asio::detached);
    thread_ = std::thread([this] { io_.run(); });
  }

  std::uint16_t port(std::size_t listener) const override { return ports_.at(listener)->number; }

  void stop() override {
    if (stopped_.exchange(true)) {
      return;
    }
    asio::post(io_, [this] { asio::co_spawn(io_, [this] { return finish(); }, asio::detached); });
    if (thread_.joinable()) {
      thread_.join();
    }
  }

 private:
  Error listen_error(const Port& port, const error_code& error) const {
    const ErrorCode code = error == asio::error::address_in_use  ? ErrorCode::kConflict
                           : error == asio::error::access_denied ? ErrorCode::kDenied
                                                                 : ErrorCode::kIo;
    return fail(code, "listening for syslog on {} port {}: {}", port.listener.address,
                port.listener.port, error.message());
  }

  Status open_udp(Port& port) {
    TRY_ASSIGN(const udp::endpoint endpoint, endpoint_of<udp>(port.listener));
    error_code error;
    port.socket.emplace(io_);
    port.socket->open(endpoint.protocol(), error);
    if (!error) {
      port.socket->bind(endpoint, error);
    }
    if (error) {
      return listen_error(port, error);
    }
    port.receiver = std::make_unique<UdpReceiver>(port.socket->native_handle(),
                                                  limits_.udp_receive_buffer_bytes);
    port.number = port.socket->local_endpoint(error).port();
    return {};
  }

  Status open_tcp(Port& port) {
    TRY_ASSIGN(const tcp::endpoint endpoint, endpoint_of<tcp>(port.listener));
    if (port.listener.tls) {
      TRY_ASSIGN(port.tls, make_tls_context(*port.listener.tls));
    }
    error_code error;
    port.acceptor.emplace(io_);
    port.acceptor->open(endpoint.protocol(), error);
    if (!error) {
      port.acceptor->set_option(tcp::acceptor::reuse_address(true), error);
    }
    if (!error) {
      port.acceptor->bind(endpoint, error);
    }
    if (!error) {
      port.acceptor->listen(asio::socket_base::max_listen_connections, error);
    }
    if (error) {
      return listen_error(port, error);
    }
    port.number = port.acceptor->local_endpoint(error).port();
    return {};
  }

  // Delivers what is due; wakes readers that wait for room.
  void pump() {
    collector_.poll();
    const std::uint64_t refused = collector_.take_refused();
    if (refused != 0) {
      ports_[0]->counters->lost(IntakeLoss::kRefused, refused);
    }
    if (!collector_.full()) {
      room_.cancel();
    }
    if (const auto wait = collector_.wait_time()) {
      due_.expires_after(std::chrono::microseconds(wait->value));
      due_.async_wait([this](const error_code& error) {
        if (!error) {
          pump();
        }
      });
    }
  }

  asio::awaitable<void> wait_for_room(Port& port) {
    pump();
    while (collector_.full() && !stopping_) {
      port.counters->waited();
      error_code ignored;
      co_await room_.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    }
  }

  void keep(Port& port, const Origin& origin, std::string_view message, Micros now) {
    port.counters->received(1, message.size(), now);
    collector_.add(origin, now, message);
  }

  asio::awaitable<void> receive_all(Port& port) {
    error_code error;
    Origin origin{port.name, "", port.listener.hint};
    while (!stopping_ && port.socket->is_open()) {
      co_await port.socket->async_wait(udp::socket::wait_read,
                                       asio::redirect_error(asio::use_awaitable, error));
      if (error) {
        co_return;
      }
      co_await wait_for_room(port);
      const Micros now = context_.clock.now();
      port.receiver->receive([&](const std::string& peer, std::string_view datagram) {
        std::string_view message = datagram_message(datagram);
        if (message.empty()) {
          port.counters->lost(IntakeLoss::kEmpty);
          return;
        }
        if (message.size() > limits_.message_bytes_max) {
          port.counters->lost(IntakeLoss::kMessageTooLong);
          message = message.substr(0, limits_.message_bytes_max);
        }
        if (origin.peer != peer) {
          origin.peer = peer;
        }
        keep(port, origin, message, now);
      });
      port.counters->lost(IntakeLoss::kKernelDrop, port.receiver->take_drops());
      pump();
    }
  }

  asio::awaitable<void> accept_all(Port& port) {
    asio::steady_timer pause(io_);
    while (!stopping_ && port.acceptor->is_open()) {
      error_code error;
      tcp::socket socket =
          co_await port.acceptor->async_accept(asio::redirect_error(asio::use_awaitable, error));
      if (error == asio::error::operation_aborted) {
        co_return;
      }
      if (error) {
        pause.expires_after(kAcceptPause);
        co_await pause.async_wait(asio::redirect_error(asio::use_awaitable, error));
        continue;
      }
      if (connections_.size() >= limits_.connections_max) {
        port.counters->lost(IntakeLoss::kTooManyConnections);
        continue;
      }
      spawn(port, std::move(socket));
    }
  }

  void spawn(Port& port, tcp::socket socket) {
    auto connection =
        std::make_shared<Connection>(port, peer_of(socket), limits_.message_bytes_max);
    connection->last_activity = context_.clock.since_boot();
    if (port.tls != nullptr) {
      auto stream = std::make_shared<TlsStream>(std::move(socket), *port.tls);
      connection->raw = &stream->next_layer();
      connection->in_handshake = true;
      connections_.push_back(connection);
      asio::co_spawn(
          io_, [this, connection, stream] { return serve_tls(connection, stream); },
          asio::detached);
    } else {
      auto stream = std::make_shared<tcp::socket>(std::move(socket));
      connection->raw = stream.get();
      connections_.push_back(connection);
      asio::co_spawn(
          io_, [this, connection, stream] { return serve(connection, stream); }, asio::detached);
    }
  }

  asio::awaitable<void> serve_tls(std::shared_ptr<Connection> connection,
                                  std::shared_ptr<TlsStream> stream) {
    error_code error;
    co_await stream->async_handshake(asio::ssl::stream_base::server,
                                     asio::redirect_error(asio::use_awaitable, error));
    connection->in_handshake = false;
    if (error) {
      connection->port.counters->lost(IntakeLoss::kBadFrame);
      connections_.remove(connection);
      co_return;
    }
    co_await serve(connection, stream);
  }

  template <class Stream>
  asio::awaitable<void> serve(std::shared_ptr<Connection> connection,
                              std::shared_ptr<Stream> stream) {
    std::vector<char> buffer(kReadBytes);
    error_code error;
    while (!stopping_) {
      co_await wait_for_room(connection->port);
      const std::size_t got = co_await stream->async_read_some(
          asio::buffer(buffer), asio::redirect_error(asio::use_awaitable, error));
      connection->last_activity = context_.clock.since_boot();
      if (got != 0) {
        connection->framer.feed({buffer.data(), got}, on_message(*connection));
        count_bad_frames(*connection);
        pump();
      }
      if (error) {
        break;
      }
    }
    connection->framer.finish(on_message(*connection));
    connections_.remove(connection);
    pump();
  }

  SyslogFramer::OnMessage on_message(Connection& connection) {
    return [this, &connection, now = context_.clock.now()](std::string_view message,
                                                           SyslogFramer::Cut cut) {
      if (cut == SyslogFramer::Cut::kYes) {
        connection.port.counters->lost(IntakeLoss::kMessageTooLong);
      }
      keep(connection.port, connection.origin, message, now);
    };
  }

  static void count_bad_frames(Connection& connection) {
    const std::uint64_t bad = connection.framer.bad_frames();
    connection.port.counters->lost(IntakeLoss::kBadFrame, bad - connection.bad_frames_counted);
    connection.bad_frames_counted = bad;
  }

  // Ends unframed messages and silent connections.
  asio::awaitable<void> sweep() {
    asio::steady_timer timer(io_);
    while (!stopping_) {
      error_code ignored;
      timer.expires_after(kSweep);
      co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
      const Span now = context_.clock.since_boot();
      for (const auto& connection : connections_) {
        const std::int64_t silent = now.value - connection->last_activity.value;
        if (connection->framer.has_partial() && silent >= limits_.unframed_silence.value) {
          connection->framer.silence(on_message(*connection));
        }
        const Span limit = connection->in_handshake ? kHandshakeTimeout : limits_.idle_timeout;
        if (silent >= limit.value) {
          connection->port.counters->lost(IntakeLoss::kIdleConnection);
          connection->last_activity = now;
          error_code closed;
          connection->raw->close(closed);
        }
      }
      pump();
    }
  }

  // The end: no more reading; what was read is delivered if the sink takes it soon.
  asio::awaitable<void> finish() {
    stopping_ = true;
    error_code ignored;
    for (const auto& port : ports_) {
      if (port->acceptor) {
        port->acceptor->close(ignored);
      } else {
        port->socket->close(ignored);
      }
    }
    for (const auto& connection : connections_) {
      connection->raw->close(ignored);
    }
    room_.cancel();
    asio::steady_timer timer(io_);
    const Span started = context_.clock.since_boot();
    while ((!connections_.empty() || !collector_.drained()) &&
           context_.clock.since_boot().value - started.value < kStopWait.value) {
      collector_.flush();
      pump();
      timer.expires_after(std::chrono::milliseconds(5));
      co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    }
    io_.stop();
  }

  const SyslogLimits limits_;
  const IntakeContext context_;
  asio::io_context io_{1};
  asio::executor_work_guard<asio::io_context::executor_type> work_{io_.get_executor()};
  asio::steady_timer room_{io_, std::chrono::steady_clock::time_point::max()};
  asio::steady_timer due_{io_};
  std::vector<std::unique_ptr<Port>> ports_;
  std::list<std::shared_ptr<Connection>> connections_;
  RecordCollector collector_;
  bool stopping_ = false;
  std::atomic<bool> stopped_{false};
  std::thread thread_;
};

}  // namespace

Result<std::unique_ptr<SyslogServer>> SyslogServer::start(std::vector<SyslogListener> listeners,
                                                          const SyslogLimits& limits,
                                                          const IntakeContext& context) {
  if (listeners.empty()) {
    return fail(ErrorCode::kInvalid, "a syslog server needs an address to listen on");
  }
  auto server = std::make_unique<AsioSyslogServer>(limits, context);
  for (SyslogListener& listener : listeners) {
    TRY(server->listen(std::move(listener)));
  }
  server->run();
  return std::unique_ptr<SyslogServer>(std::move(server));
}

}  // namespace tocsin
