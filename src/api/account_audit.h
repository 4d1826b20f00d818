// What is written down about people: log-ins, and changes of users.
#pragma once

#include <string>
#include <string_view>

#include "base/clock.h"
#include "respond/audit.h"

namespace tocsin {

class AccountAudit {
 public:
  AccountAudit(AuditSink& sink, Clock& clock) : sink_(sink), clock_(clock) {}

  // `reason`: of a failure. `user` is what somebody typed: cut, and never trusted.
  void login(std::string_view user, std::string_view peer, bool success, std::string_view reason);
  // "alice added bob as analyst"
  void deed(std::string_view who, std::string_view action, std::string sentence);

 private:
  AuditSink& sink_;
  Clock& clock_;
};

}  // namespace tocsin
