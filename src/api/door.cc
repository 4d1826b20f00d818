#include "api/door.h"

#include <fmt/format.h>

#include "api/problem.h"
#include "base/encoding.h"
#include "base/text.h"

namespace tocsin {
namespace {

constexpr std::string_view kBasic = "basic ";

HttpResponse unauthenticated(std::string_view detail, std::string_view request_id) {
  return problem(401, "unauthenticated", detail, request_id)
      .with("WWW-Authenticate", "Bearer realm=\"tocsin\"");
}

std::string basic_password(std::string_view authorization) {
  const std::optional<std::string> pair = base64_decode(trim(authorization.substr(kBasic.size())));
  if (!pair) {
    return {};
  }
  const std::size_t colon = pair->find(':');
  if (colon == std::string::npos) {
    return *pair;
  }
  return colon + 1 < pair->size() ? pair->substr(colon + 1) : pair->substr(0, colon);
}

}  // namespace

std::string key_of_request(const HttpRequest& request) {
  const std::string_view authorization = request.header("Authorization");
  if (equals_ignore_case(authorization.substr(0, kBasic.size()), kBasic)) {
    return basic_password(authorization);
  }
  if (const std::string_view bearer = request.bearer_token(); !bearer.empty()) {
    return std::string(bearer);
  }
  return std::string(trim(request.header("X-Api-Key")));
}

Door::Verdict Door::admit(const HttpRequest& request, const Route& route,
                          std::string_view request_id) {
  if (!route.scope) {
    return {};
  }
  const std::string key = key_of_request(request);
  if (key.empty()) {
    return {{},
            unauthenticated("this needs an API key: Authorization: Bearer tok_… "
                            "(tocsin key create makes one)",
                            request_id)};
  }
  if (!keys_.is_cached(key)) {
    if (const Span wait = limiter_.wait(request.peer_ip); wait > Span(0)) {
      HttpResponse refusal =
          problem(429, "exhausted", "too many wrong API keys from this address", request_id);
      for (HttpHeader& header : refusal.headers) {
        if (header.name == "Retry-After") {
          header.value = std::to_string(wait.value / kMicrosPerSecond + 1);
        }
      }
      return {{}, std::move(refusal)};
    }
  }
  Result<Principal> who = keys_.verify(key);
  if (!who && who.error().code() == ErrorCode::kDenied) {
    limiter_.failed(request.peer_ip);
    return {{}, unauthenticated(who.error().text(), request_id)};
  }
  if (!who) {
    return {{}, problem_of(who.error(), request_id)};
  }
  if (!who->scopes.allows(*route.scope)) {
    return {{},
            problem(403, "denied",
                    fmt::format("the key {} ({}) has the scope {}; this needs {}", who->key_id,
                                who->name, scopes_text(who->scopes), scope_name(*route.scope)),
                    request_id)};
  }
  return {std::move(*who), std::nullopt};
}

}  // namespace tocsin
