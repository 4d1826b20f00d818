// Rules as people write them: the text of one, what is wrong with a text, rules of one's own, and
// how much each rule found lately.
#pragma once

#include "alert/alert_store.h"
#include "api/call.h"
#include "api/services.h"
#include "base/clock.h"

namespace tocsin {

class RuleEditor {
 public:
  RuleEditor(RuleDesk& desk, AlertStore& alerts, Clock& clock)
      : desk_(desk), alerts_(alerts), clock_(clock) {}

  Result<HttpResponse> text(const Call& call);
  Result<HttpResponse> check(const Call& call);
  // 422 with the issues when the text does not load: nothing changed then.
  Result<HttpResponse> save(const Call& call);
  Result<HttpResponse> remove(const Call& call);
  Result<HttpResponse> activity(const Call& call);

 private:
  RuleDesk& desk_;
  AlertStore& alerts_;
  Clock& clock_;
};

}  // namespace tocsin
