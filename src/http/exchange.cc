#include "http/exchange.h"

#include <utility>

#include "base/check.h"

namespace tocsin {

bool QueuedStream::write(std::string_view bytes) {
  const MutexLock lock(mutex_);
  if (closed_ || finished_ || overrun_) {
    return false;
  }
  const bool was_empty = queue_.empty();
  if (bytes.size() > queue_bytes_max_ - queue_.size()) {
    overrun_ = true;
  } else {
    queue_.append(bytes);
  }
  if ((was_empty || overrun_) && wake_) {
    wake_();
  }
  return !overrun_;
}

void QueuedStream::finish() {
  const MutexLock lock(mutex_);
  finished_ = true;
  if (wake_) {
    wake_();
  }
}

bool QueuedStream::closed() const {
  const MutexLock lock(mutex_);
  return closed_ || finished_ || overrun_;
}

std::size_t QueuedStream::queued_bytes() const {
  const MutexLock lock(mutex_);
  return queue_.size();
}

QueuedStream::Taken QueuedStream::take() {
  const MutexLock lock(mutex_);
  return {std::exchange(queue_, {}), finished_, overrun_};
}

void QueuedStream::detach() {
  const MutexLock lock(mutex_);
  closed_ = true;
  wake_ = nullptr;
  queue_ = {};
}

void HttpExchange::answer(HttpAnswer answer) {
  CHECK(!answered_);
  answered_ = true;
  if (detached_) {
    return;
  }
  answer_.emplace(std::move(answer));
  if (waiting_ && wake_) {
    wake_();
  }
}

void HttpExchange::send(HttpResponse response) {
  const MutexLock lock(mutex_);
  answer({std::move(response), nullptr});
}

std::shared_ptr<EventStream> HttpExchange::start_stream(std::vector<HttpHeader> headers) {
  const MutexLock lock(mutex_);
  auto stream = std::make_shared<QueuedStream>(wake_, stream_queue_bytes_max_);
  if (detached_) {
    stream->detach();
  }
  // The caller's handle finishes the stream when it is let go; the connection holds the stream
  // itself.
  std::shared_ptr<EventStream> handle(stream.get(),
                                      [stream](EventStream* dropped) { dropped->finish(); });
  HttpResponse response;
  response.headers = std::move(headers);
  answer({std::move(response), std::move(stream)});
  return handle;
}

bool HttpExchange::detached() const {
  const MutexLock lock(mutex_);
  return detached_;
}

void HttpExchange::give_up() {
  const MutexLock lock(mutex_);
  gave_up_ = true;
  answer({HttpResponse::problem(500, "the request was not answered"), nullptr});
}

std::optional<HttpAnswer> HttpExchange::take_answer() {
  const MutexLock lock(mutex_);
  waiting_ = true;
  return std::exchange(answer_, std::nullopt);
}

void HttpExchange::detach() {
  const MutexLock lock(mutex_);
  detached_ = true;
  wake_ = nullptr;
  answer_.reset();
}

bool HttpExchange::gave_up() const {
  const MutexLock lock(mutex_);
  return gave_up_;
}

}  // namespace tocsin
