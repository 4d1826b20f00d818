// Door: who comes in. Finds the key in a request, asks the KeyStore, limits wrong guesses, and
// refuses in words that help. Thread-safe; cheap enough for an I/O thread.
#pragma once

#include <optional>
#include <string>

#include "access/failure_limiter.h"
#include "access/key_store.h"
#include "api/router.h"
#include "http/message.h"

namespace tocsin {

class Door {
 public:
  Door(KeyStore& keys, Clock& clock) : keys_(keys), limiter_(FailureLimits{}, clock) {}

  // Either who it is, or the answer that refuses.
  struct Verdict {
    Principal who;
    std::optional<HttpResponse> refusal;
  };
  Verdict admit(const HttpRequest& request, const Route& route, std::string_view request_id);

 private:
  KeyStore& keys_;
  FailureLimiter limiter_;
};

// From "Authorization: Bearer", "X-Api-Key", or the password of "Authorization: Basic" (the user
// name when the password is empty); empty when there is none.
std::string key_of_request(const HttpRequest& request);

}  // namespace tocsin
