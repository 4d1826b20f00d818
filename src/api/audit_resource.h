// /api/v1/audit: what people, keys and Tocsin itself did, newest first, from the index.
#pragma once

#include "api/call.h"
#include "base/clock.h"
#include "index/event_store.h"

namespace tocsin {

class AuditResource {
 public:
  AuditResource(EventStore& events, Clock& clock) : events_(events), clock_(clock) {}

  Result<HttpResponse> list(const Call& call);

 private:
  EventStore& events_;
  Clock& clock_;
};

}  // namespace tocsin
