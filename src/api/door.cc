#include "api/door.h"

#include <fmt/format.h>

#include "api/problem.h"
#include "api/session_cookie.h"
#include "base/encoding.h"
#include "base/hash.h"
#include "base/text.h"

namespace tocsin {
namespace {

constexpr std::string_view kBasic = "basic ";

HttpResponse unauthenticated(std::string_view detail, std::string_view request_id) {
  return problem(401, "unauthenticated", detail, request_id)
      .with("WWW-Authenticate", "Bearer realm=\"tocsin\"");
}

HttpResponse lacks_scope(const Principal& who, Scope needed, std::string_view request_id) {
  const std::string holder = who.is_person()
                                 ? fmt::format("{} has", who.name)
                                 : fmt::format("the key {} ({}) has", who.key_id, who.name);
  return problem(403, "denied",
                 fmt::format("{} the scope {}; this needs {}", holder, scopes_text(who.scopes),
                             scope_name(needed)),
                 request_id);
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
  const std::optional<std::string> token =
      key.empty() ? session_token_of(request) : std::optional<std::string>();
  if (key.empty() && !token) {
    return {{},
            unauthenticated("this needs an API key: Authorization: Bearer tok_… "
                            "(tocsin key create makes one), or a session",
                            request_id)};
  }
  Verdict verdict =
      token ? admit_session(*token, request, request_id) : admit_key(key, request, request_id);
  if (!verdict.refusal && !verdict.who.scopes.allows(*route.scope)) {
    verdict.refusal = lacks_scope(verdict.who, *route.scope, request_id);
  }
  return verdict;
}

Door::Verdict Door::admit_session(const std::string& token, const HttpRequest& request,
                                  std::string_view request_id) {
  Result<std::optional<SessionView>> session = sessions_.find(token, session_use(request));
  if (!session) {
    return {{}, problem_of(session.error(), request_id)};
  }
  if (!*session) {
    return {{}, problem(401, "session_expired", "the session is over; log in again", request_id)};
  }
  if (may_change(request) &&
      (!is_same_origin(request) ||
       !equal_in_constant_time(request.header("X-Csrf-Token"), csrf_token_of(token)))) {
    return {{},
            problem(403, "csrf",
                    "this did not come from a page of this server: the header X-Csrf-Token must "
                    "hold what GET /api/v1/session gives, and Origin must be this host",
                    request_id)};
  }
  const SessionView& view = **session;
  return {{.key_id = std::string(kUserIdPrefix) + view.user,
           .name = view.user,
           .scopes = scopes_of(view.role)},
          std::nullopt};
}

Door::Verdict Door::admit_key(const std::string& key, const HttpRequest& request,
                              std::string_view request_id) {
  if (!keys_.is_cached(key)) {
    if (const Span wait = limiter_.wait(request.peer_ip); wait > Span(0)) {
      return {{}, problem_wait("too many wrong API keys from this address", wait, request_id)};
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
  return {std::move(*who), std::nullopt};
}

}  // namespace tocsin
