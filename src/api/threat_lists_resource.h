// /api/v1/threat-lists: what is listed, how fresh it is; refresh; is this value listed?
#pragma once

#include "api/call.h"
#include "api/services.h"

namespace tocsin {

class ThreatListsResource {
 public:
  explicit ThreatListsResource(ThreatListDesk& desk) : desk_(desk) {}

  Result<HttpResponse> list(const Call& call);
  Result<HttpResponse> lookup(const Call& call);
  // The fetch begins soon: 202.
  Result<HttpResponse> refresh(const Call& call);

 private:
  ThreatListDesk& desk_;
};

}  // namespace tocsin
