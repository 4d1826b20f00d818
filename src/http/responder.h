// Responder: the one answer to one request, from any thread, now or later.
//
// Movable, not copyable. Exactly one of send() and start_stream() is called, once; a Responder
// dropped without an answer sends 500, so that no client waits for ever. Answers after the client
// or the server has gone are thrown away quietly. Thread-safe as a value: one owner at a time.
#pragma once

#include <cstddef>
#include <memory>
#include <string_view>
#include <vector>

#include "http/message.h"

namespace tocsin {

class HttpExchange;  // between the connection and whoever answers; internal to http/

// A response body without an end (server-sent events, exports). Thread-safe.
class EventStream {
 public:
  virtual ~EventStream() = default;
  // Queues the bytes. False when the client has gone or its queue is over the limit; then
  // nothing of `bytes` was taken and the stream is closed (a client that lags is cut, never
  // given a stream with holes).
  virtual bool write(std::string_view bytes) = 0;
  // The orderly end, after what is queued was sent. Destroying the stream does the same.
  virtual void finish() = 0;
  virtual bool closed() const = 0;
  virtual std::size_t queued_bytes() const = 0;
};

class Responder {
 public:
  explicit Responder(std::shared_ptr<HttpExchange> exchange);
  Responder(Responder&& other) noexcept;
  Responder& operator=(Responder&& other) noexcept;
  Responder(const Responder&) = delete;
  Responder& operator=(const Responder&) = delete;
  ~Responder();

  void send(HttpResponse response);
  // Status 200 with these headers, then what is written to the stream (chunked).
  // For server-sent events: Content-Type: text/event-stream, see http/sse.h.
  std::shared_ptr<EventStream> start_stream(std::vector<HttpHeader> headers);
  // The client is known to have gone: the work may stop. False means "as far as we know".
  bool abandoned() const;

 private:
  std::shared_ptr<HttpExchange> exchange_;
};

}  // namespace tocsin
