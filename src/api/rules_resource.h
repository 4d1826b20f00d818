// /api/v1/rules: what is in force, what was refused and why; reload.
#pragma once

#include "api/call.h"
#include "api/services.h"

namespace tocsin {

class RulesResource {
 public:
  explicit RulesResource(RuleDesk& desk) : desk_(desk) {}

  Result<HttpResponse> list(const Call& call);
  Result<HttpResponse> reload(const Call& call);

 private:
  HttpResponse in_force();

  RuleDesk& desk_;
};

}  // namespace tocsin
