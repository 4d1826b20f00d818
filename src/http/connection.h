// One accepted connection of the HTTP server, plain or TLS. Internal to http/: Beast lives behind
// this header. Everything here is called on the connection's own I/O thread.
#pragma once

#include <functional>
#include <memory>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>

#include "base/clock.h"
#include "http/body_budget.h"
#include "http/counters.h"
#include "http/server.h"
#include "obs/log.h"

namespace tocsin {

// What all connections of a server share; outlives them.
struct ConnectionContext {
  const HttpServerOptions& options;
  const HttpHandler& handler;
  std::shared_ptr<BodyBudget> budget;
  HttpCounters& counters;
  Log& log;
  Clock& clock;
};

class HttpConnection {
 public:
  virtual ~HttpConnection() = default;
  // Runs until the connection ends, then calls `on_end` once (not when the io_context is destroyed
  // before).
  virtual void start(std::function<void()> on_end) = 0;
  // Closes now when idle, else after the answer under way.
  virtual void drain() = 0;
  virtual void close() = 0;
};

// `tls` null: plain.
std::shared_ptr<HttpConnection> make_connection(boost::asio::ip::tcp::socket socket,
                                                boost::asio::ssl::context* tls,
                                                const ConnectionContext& context);

}  // namespace tocsin
