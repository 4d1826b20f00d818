// /api/v1/rules: what is in force, what was refused and why; reload; what a rule has
// seen; which logsources have events.
#pragma once

#include "api/call.h"
#include "api/cancel_watch.h"
#include "api/services.h"
#include "base/clock.h"
#include "index/event_store.h"
#include "model/catalog.h"

namespace tocsin {

struct RuleDesks {
  RuleDesk& rules;
  CoverageDesk& coverage;
};

class RulesResource {
 public:
  RulesResource(const RuleDesks& desks, EventStore& events, FieldCatalog& fields,
                CancelWatch& watch, Clock& clock)
      : desk_(desks.rules),
        coverage_(desks.coverage),
        events_(events),
        fields_(fields),
        watch_(watch),
        clock_(clock) {}

  Result<HttpResponse> list(const Call& call);
  Result<HttpResponse> reload(const Call& call);
  Result<HttpResponse> coverage(const Call& call);
  Result<HttpResponse> logsources(const Call& call);

 private:
  HttpResponse in_force();

  RuleDesk& desk_;
  CoverageDesk& coverage_;
  EventStore& events_;
  FieldCatalog& fields_;
  CancelWatch& watch_;
  Clock& clock_;
};

}  // namespace tocsin
