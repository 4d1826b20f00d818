// Accounts: everything that the API answers about people who log in, built together.
#pragma once

#include <vector>

#include "api/account_services.h"
#include "api/router.h"
#include "api/session_resource.h"
#include "api/users_resource.h"

namespace tocsin {

class Accounts {
 public:
  Accounts(const AccountServices& of, Metrics& metrics, Clock& clock)
      : audit_(of.audit, clock), session_(of, audit_, metrics, clock), users_(of.users, audit_) {}

  std::vector<Route> routes();

 private:
  AccountAudit audit_;
  SessionResource session_;
  UsersResource users_;
};

}  // namespace tocsin
