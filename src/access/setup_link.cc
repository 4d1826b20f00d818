#include "access/setup_link.h"

#include "access/session_store.h"
#include "base/fail.h"

namespace tocsin {

Result<std::optional<std::string>> SetupLink::make() {
  const MutexLock lock(mutex_);
  hash_.reset();
  TRY_ASSIGN(const bool any, users_.any());
  if (any) {
    return std::optional<std::string>();
  }
  std::string token = random_token();
  hash_ = sha256(token);
  return std::optional(std::move(token));
}

Status SetupLink::use(std::string_view token, const std::string& name,
                      const std::string& password) {
  const MutexLock lock(mutex_);
  TRY_ASSIGN(const bool any, users_.any());
  if (any) {
    return fail(ErrorCode::kNotFound, "this link was used; log in, or ask an administrator");
  }
  if (!hash_ || !equal_in_constant_time(digest_view(*hash_), digest_view(sha256(token)))) {
    return fail(ErrorCode::kDenied,
                "this link is not valid; the server prints the valid one when it starts");
  }
  NewUser first;
  first.name = name;
  first.role = Role::kAdmin;
  first.password = password;
  first.created_by = "set-up";
  TRY(users_.add(first));
  hash_.reset();
  return {};
}

}  // namespace tocsin
