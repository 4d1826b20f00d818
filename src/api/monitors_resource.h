// /api/v1/monitors: what is learned of whom, what is expected; training from stored records.
#pragma once

#include "api/call.h"
#include "api/monitor_desk.h"

namespace tocsin {

class MonitorsResource {
 public:
  explicit MonitorsResource(MonitorDesk& desk) : desk_(desk) {}

  Result<HttpResponse> list(const Call& call);
  Result<HttpResponse> get(const Call& call);
  // Begins; 202.
  Result<HttpResponse> train(const Call& call);

 private:
  MonitorDesk& desk_;
};

}  // namespace tocsin
