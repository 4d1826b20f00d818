// /api/v1/setup: the first user; /api/v1/session: log in, see who one is, log out, change one's
// password.
#pragma once

#include "access/failure_limiter.h"
#include "api/account_audit.h"
#include "api/account_services.h"
#include "api/call.h"

namespace tocsin {

class SessionResource {
 public:
  SessionResource(const AccountServices& of, AccountAudit& audit, Metrics& metrics, Clock& clock)
      : users_(of.users),
        sessions_(of.sessions),
        setup_(of.setup),
        audit_(audit),
        metrics_(metrics),
        limiter_(FailureLimits{}, clock) {}

  Result<HttpResponse> set_up(const Call& call);
  Result<HttpResponse> show(const Call& call);
  Result<HttpResponse> log_in(const Call& call);
  Result<HttpResponse> log_out(const Call& call);
  Result<HttpResponse> change_password(const Call& call);

 private:
  // Why nobody may type a password here and now.
  std::optional<HttpResponse> refuse_place(const Call& call);
  Result<HttpResponse> begin(const Call& call, const std::string& user, int status);
  HttpResponse refuse(const Call& call, const std::string& user, const LogIn& login);
  Result<HttpResponse> answer(const std::string& token, int status);

  UserStore& users_;
  SessionStore& sessions_;
  SetupLink& setup_;
  AccountAudit& audit_;
  Metrics& metrics_;
  FailureLimiter limiter_;  // by address, over all names
};

}  // namespace tocsin
