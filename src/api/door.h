// Door: who comes in. A key is asked for in the KeyStore, a browser's cookie in the SessionStore;
// wrong guesses are limited, and refusals are in words that help. What comes with a cookie and may
// change something must also prove that one of our pages sent it. Thread-safe; cheap enough for an
// I/O thread.
#pragma once

#include <optional>
#include <string>

#include "access/failure_limiter.h"
#include "access/key_store.h"
#include "access/session_store.h"
#include "api/router.h"
#include "http/message.h"

namespace tocsin {

class Door {
 public:
  Door(KeyStore& keys, SessionStore& sessions, Clock& clock)
      : keys_(keys), sessions_(sessions), limiter_(FailureLimits{}, clock) {}

  // Either who it is, or the answer that refuses.
  struct Verdict {
    Principal who;
    std::optional<HttpResponse> refusal;
  };
  Verdict admit(const HttpRequest& request, const Route& route, std::string_view request_id);

 private:
  Verdict admit_session(const std::string& token, const HttpRequest& request,
                        std::string_view request_id);
  Verdict admit_key(const std::string& key, const HttpRequest& request,
                    std::string_view request_id);

  KeyStore& keys_;
  SessionStore& sessions_;
  FailureLimiter limiter_;
};

// From "Authorization: Bearer", "X-Api-Key", or the password of "Authorization: Basic" (the user
// name when the password is empty); empty when there is none.
std::string key_of_request(const HttpRequest& request);

}  // namespace tocsin
