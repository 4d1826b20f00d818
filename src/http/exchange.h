// HttpExchange: one request's meeting point of its connection (an I/O thread) and whoever answers
// (any thread). Internal to http/.
//
// Outlives both sides: after detach() everything the answering side does is thrown away quietly.
// `wake` is called under the exchange's lock and must only post, never run anything inline.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/mutex.h"
#include "http/message.h"
#include "http/responder.h"

namespace tocsin {

class QueuedStream final : public EventStream {
 public:
  QueuedStream(std::function<void()> wake, std::size_t queue_bytes_max)
      : queue_bytes_max_(queue_bytes_max), wake_(std::move(wake)) {}

  bool write(std::string_view bytes) override EXCLUDES(mutex_);
  void finish() override EXCLUDES(mutex_);
  bool closed() const override EXCLUDES(mutex_);
  std::size_t queued_bytes() const override EXCLUDES(mutex_);

  // The connection's side.
  struct Taken {
    std::string bytes;
    bool finished = false;  // nothing comes after `bytes`
    bool overrun = false;   // the client was too slow
  };
  Taken take() EXCLUDES(mutex_);
  // Nobody will take any more.
  void detach() EXCLUDES(mutex_);

 private:
  const std::size_t queue_bytes_max_;
  mutable Mutex mutex_;
  std::function<void()> wake_ GUARDED_BY(mutex_);
  std::string queue_ GUARDED_BY(mutex_);
  bool finished_ GUARDED_BY(mutex_) = false;
  bool overrun_ GUARDED_BY(mutex_) = false;
  bool closed_ GUARDED_BY(mutex_) = false;
};

struct HttpAnswer {
  HttpResponse response;
  std::shared_ptr<QueuedStream> stream;  // null for an ordinary response
};

class HttpExchange {
 public:
  HttpExchange(std::function<void()> wake, std::size_t stream_queue_bytes_max)
      : stream_queue_bytes_max_(stream_queue_bytes_max), wake_(std::move(wake)) {}

  // The answering side.
  void send(HttpResponse response) EXCLUDES(mutex_);
  std::shared_ptr<EventStream> start_stream(std::vector<HttpHeader> headers) EXCLUDES(mutex_);
  bool detached() const EXCLUDES(mutex_);
  // The Responder went away without an answer: 500.
  void give_up() EXCLUDES(mutex_);

  // The connection's side. Nothing when there is no answer yet; then `wake` will be called.
  std::optional<HttpAnswer> take_answer() EXCLUDES(mutex_);
  void detach() EXCLUDES(mutex_);
  bool gave_up() const EXCLUDES(mutex_);

 private:
  void answer(HttpAnswer answer) REQUIRES(mutex_);

  const std::size_t stream_queue_bytes_max_;
  mutable Mutex mutex_;
  std::function<void()> wake_ GUARDED_BY(mutex_);
  std::optional<HttpAnswer> answer_ GUARDED_BY(mutex_);
  bool answered_ GUARDED_BY(mutex_) = false;
  bool waiting_ GUARDED_BY(mutex_) = false;
  bool gave_up_ GUARDED_BY(mutex_) = false;
  bool detached_ GUARDED_BY(mutex_) = false;
};

}  // namespace tocsin
