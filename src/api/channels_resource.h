// /api/v1/channels and /api/v1/notifications: the ways to people, their test, and the messages:
// delivery log, what waits, the dead-letter list with retry and drop. Secrets go in, never out.
#pragma once

#include "alert/notify/notifier.h"
#include "api/call.h"

namespace tocsin {

class ChannelsResource {
 public:
  explicit ChannelsResource(Notifier& notifier) : notifier_(notifier) {}

  Result<HttpResponse> list(const Call& call);
  Result<HttpResponse> put(const Call& call);
  Result<HttpResponse> remove(const Call& call);
  Result<HttpResponse> test(const Call& call);
  Result<HttpResponse> messages(const Call& call);
  Result<HttpResponse> retry(const Call& call);
  Result<HttpResponse> drop(const Call& call);

 private:
  Notifier& notifier_;
};

}  // namespace tocsin
