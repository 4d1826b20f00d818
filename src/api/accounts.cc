#include "api/accounts.h"

#include "api/answer_route.h"

namespace tocsin {

std::vector<Route> Accounts::routes() {
  constexpr auto kPool = Place::kPool;
  constexpr auto kRead = Scope::kRead;
  constexpr auto kAdmin = Scope::kAdmin;
  constexpr std::optional<Scope> kOpen;
  using S = SessionResource;
  using U = UsersResource;
  // clang-format off
  return {
      {"POST", "/api/v1/setup", kOpen, kPool, answer(session_, &S::set_up)},
      {"GET", "/api/v1/session", kOpen, kPool, answer(session_, &S::show)},
      {"POST", "/api/v1/session", kOpen, kPool, answer(session_, &S::log_in)},
      {"DELETE", "/api/v1/session", kRead, kPool, answer(session_, &S::log_out)},
      {"POST", "/api/v1/session/password", kRead, kPool, answer(session_, &S::change_password)},

      {"GET", "/api/v1/users", kAdmin, kPool, answer(users_, &U::list)},
      {"POST", "/api/v1/users", kAdmin, kPool, answer(users_, &U::add)},
      {"PATCH", "/api/v1/users/{name}", kAdmin, kPool, answer(users_, &U::change)},
      {"DELETE", "/api/v1/users/{name}", kAdmin, kPool, answer(users_, &U::remove)},
  };
  // clang-format on
}

}  // namespace tocsin
