// /api/v1/events/{seq}: one record as it was received, the event made of it, and its proof.
#pragma once

#include "api/call.h"
#include "base/clock.h"
#include "index/event_store.h"
#include "journal/journal.h"

namespace tocsin {

class RecordResource {
 public:
  RecordResource(Journal& journal, EventStore& events, Clock& clock)
      : journal_(journal), events_(events), clock_(clock) {}

  Result<HttpResponse> get(const Call& call);

 private:
  Result<std::string> event_of(Seq seq);

  Journal& journal_;
  EventStore& events_;
  Clock& clock_;
};

}  // namespace tocsin
