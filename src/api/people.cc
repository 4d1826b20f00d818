#include "api/people.h"

#include "api/answer_route.h"

namespace tocsin {

std::vector<Route> People::routes() {
  constexpr auto kPool = Place::kPool;
  constexpr auto kRead = Scope::kRead;
  constexpr auto kTriage = Scope::kTriage;
  constexpr auto kAdmin = Scope::kAdmin;
  using Ways = ChannelsResource;
  using Expected = ExceptionsResource;
  // clang-format off
  return {
      {"GET", "/api/v1/channels", kRead, kPool, answer(channels_, &Ways::list)},
      {"PUT", "/api/v1/channels/{name}", kAdmin, kPool, answer(channels_, &Ways::put)},
      {"DELETE", "/api/v1/channels/{name}", kAdmin, kPool, answer(channels_, &Ways::remove)},
      {"POST", "/api/v1/channels/{name}/test", kAdmin, kPool, answer(channels_, &Ways::test)},
      {"GET", "/api/v1/notifications", kRead, kPool, answer(channels_, &Ways::messages)},
      {"POST", "/api/v1/notifications/retry", kAdmin, kPool, answer(channels_, &Ways::retry)},
      {"POST", "/api/v1/notifications/drop", kAdmin, kPool, answer(channels_, &Ways::drop)},

      {"GET", "/api/v1/exceptions", kRead, kPool, answer(exceptions_, &Expected::list)},
      {"POST", "/api/v1/exceptions", kTriage, kPool, answer(exceptions_, &Expected::create)},
      {"POST", "/api/v1/exceptions/preview", kRead, kPool, answer(exceptions_, &Expected::preview)},
      {"GET", "/api/v1/exceptions/{id}", kRead, kPool, answer(exceptions_, &Expected::get)},
      {"DELETE", "/api/v1/exceptions/{id}", kTriage, kPool, answer(exceptions_, &Expected::end)},
  };
  // clang-format on
}

}  // namespace tocsin
