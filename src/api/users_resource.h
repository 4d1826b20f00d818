// /api/v1/users: who may log in, and as what.
#pragma once

#include "access/user_store.h"
#include "api/account_audit.h"
#include "api/call.h"

namespace tocsin {

class UsersResource {
 public:
  UsersResource(UserStore& users, AccountAudit& audit) : users_(users), audit_(audit) {}

  Result<HttpResponse> list(const Call& call);
  Result<HttpResponse> add(const Call& call);
  Result<HttpResponse> change(const Call& call);
  Result<HttpResponse> remove(const Call& call);

 private:
  UserStore& users_;
  AccountAudit& audit_;
};

}  // namespace tocsin
