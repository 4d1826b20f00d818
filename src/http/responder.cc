#include "http/responder.h"

#include <utility>

#include "base/check.h"
#include "http/exchange.h"

namespace tocsin {

Responder::Responder(std::shared_ptr<HttpExchange> exchange) : exchange_(std::move(exchange)) {}

Responder::Responder(Responder&& other) noexcept = default;

Responder& Responder::operator=(Responder&& other) noexcept {
  if (this != &other) {
    if (exchange_ != nullptr) {
      exchange_->give_up();
    }
    exchange_ = std::move(other.exchange_);
  }
  return *this;
}

Responder::~Responder() {
  if (exchange_ != nullptr) {
    exchange_->give_up();
  }
}

void Responder::send(HttpResponse response) {
  CHECK(exchange_ != nullptr);
  std::exchange(exchange_, nullptr)->send(std::move(response));
}

std::shared_ptr<EventStream> Responder::start_stream(std::vector<HttpHeader> headers) {
  CHECK(exchange_ != nullptr);
  return std::exchange(exchange_, nullptr)->start_stream(std::move(headers));
}

bool Responder::abandoned() const {
  return exchange_ == nullptr || exchange_->detached();
}

}  // namespace tocsin
