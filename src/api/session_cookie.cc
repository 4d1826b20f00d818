#include "api/session_cookie.h"

#include <fmt/format.h>

#include "base/ip.h"
#include "base/text.h"

namespace tocsin {
namespace {

constexpr std::string_view kName = "__Host-tocsin";
constexpr std::string_view kRules = "Path=/; Secure; HttpOnly; SameSite=Strict";

// "127.0.0.1" of "127.0.0.1:7117", "[::1]" of "[::1]:7117".
std::string_view host_name(std::string_view host) {
  const std::size_t colon = host.rfind(':');
  const std::size_t bracket = host.rfind(']');
  const bool has_port =
      colon != std::string_view::npos && (bracket == std::string_view::npos || colon > bracket);
  return has_port ? host.substr(0, colon) : host;
}

}  // namespace

std::optional<std::string> session_token_of(const HttpRequest& request) {
  for (const std::string_view part : split(request.header("Cookie"), ';')) {
    const std::string_view pair = trim(part);
    if (pair.size() > kName.size() && pair.starts_with(kName) && pair[kName.size()] == '=') {
      const std::string_view token = pair.substr(kName.size() + 1);
      return looks_like_session_token(token) ? std::optional(std::string(token)) : std::nullopt;
    }
  }
  return std::nullopt;
}

std::string session_cookie(std::string_view token) {
  return fmt::format("{}={}; {}", kName, token, kRules);
}

std::string ended_session_cookie() {
  return fmt::format("{}=; {}; Max-Age=0", kName, kRules);
}

bool browser_keeps_session(const HttpRequest& request) {
  const std::string_view host = host_name(request.header("Host"));
  const bool loopback = host == "localhost" || host.ends_with(".localhost") || host == "[::1]" ||
                        (host.starts_with("127.") && parse_ip(host));
  return request.tls || loopback || request.header("Origin").starts_with("https://");
}

bool is_same_origin(const HttpRequest& request) {
  const std::string_view origin = request.header("Origin");
  if (origin.empty()) {
    return true;
  }
  const std::size_t slashes = origin.find("://");
  return slashes != std::string_view::npos &&
         equals_ignore_case(origin.substr(slashes + 3), request.header("Host"));
}

bool may_change(const HttpRequest& request) {
  return request.method != "GET" && request.method != "HEAD";
}

SessionUse session_use(const HttpRequest& request) {
  return trim(request.header("X-Background")) == "1" ? SessionUse::kBackground
                                                     : SessionUse::kPerson;
}

}  // namespace tocsin
