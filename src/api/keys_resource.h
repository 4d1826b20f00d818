// /api/v1/keys: list, create, revoke.
#pragma once

#include "access/key_store.h"
#include "api/call.h"
#include "base/clock.h"

namespace tocsin {

class KeysResource {
 public:
  KeysResource(KeyStore& keys, Clock& clock) : keys_(keys), clock_(clock) {}

  Result<HttpResponse> list(const Call& call);
  Result<HttpResponse> create(const Call& call);
  Result<HttpResponse> revoke(const Call& call);

 private:
  KeyStore& keys_;
  Clock& clock_;
};

}  // namespace tocsin
