// /health, /api/v1/health, /metrics, /api/v1/openapi.json: how the server is and what it speaks.
#pragma once

#include <string>

#include "alert/alert_store.h"
#include "api/call.h"
#include "api/services.h"
#include "base/clock.h"
#include "index/event_store.h"
#include "journal/journal.h"
#include "obs/metrics.h"

namespace tocsin {

class ServerResource {
 public:
  struct Parts {
    Vitals& vitals;
    Journal& journal;
    EventStore& events;
    Metrics& metrics;
    Clock& clock;
  };
  ServerResource(const Parts& parts, std::string version)
      : parts_(parts), version_(std::move(version)) {}

  Result<HttpResponse> alive(const Call& call);
  Result<HttpResponse> health(const Call& call);
  Result<HttpResponse> metrics(const Call& call);
  Result<HttpResponse> openapi(const Call& call);

 private:
  const Parts parts_;
  const std::string version_;
};

}  // namespace tocsin
