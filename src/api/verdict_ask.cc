#include "api/verdict_ask.h"

#include <initializer_list>

#include "base/fail.h"
#include "base/text.h"
#include "http/url.h"

namespace tocsin {
namespace {

// The first that is there: the parameter, then the headers.
std::string_view first_of(const HttpRequest& request, std::string_view parameter,
                          std::initializer_list<std::string_view> headers) {
  if (const auto value = request.parameter(parameter)) {
    return *value;
  }
  for (const std::string_view name : headers) {
    if (const std::string_view value = request.header(name); !value.empty()) {
      return value;
    }
  }
  return {};
}

std::string cut(std::string_view text) {
  return std::string(text.substr(0, VerdictAsk::kValueBytesMax));
}

// What the nearest proxy itself saw is the last of the last such header.
std::string_view nearest_forwarded(const HttpRequest& request) {
  std::string_view last;
  for (const HttpHeader& header : request.headers) {
    if (equals_ignore_case(header.name, "X-Forwarded-For")) {
      last = header.value;
    }
  }
  const std::size_t comma = last.rfind(',');
  return trim(comma == std::string_view::npos ? last : last.substr(comma + 1));
}

}  // namespace

Result<VerdictAsk> read_verdict_ask(const HttpRequest& request) {
  VerdictAsk ask;
  std::string_view address = first_of(request, "ip", {"X-Real-IP"});
  if (address.empty()) {
    address = nearest_forwarded(request);
  }
  if (!address.empty()) {
    ask.address = parse_ip_lenient(trim(address));
    if (!ask.address) {
      return fail(ErrorCode::kInvalid, "not an IP address: {}", address.substr(0, 64));
    }
  }
  ask.user = cut(first_of(request, "user", {"X-Tocsin-User"}));
  ask.session = cut(first_of(request, "session", {"X-Tocsin-Session"}));
  ask.api_key = cut(first_of(request, "api_key", {"X-Tocsin-Api-Key"}));
  ask.method = cut(first_of(request, "method", {"X-Original-Method", "X-Forwarded-Method"}));
  ask.uri = first_of(request, "path", {"X-Original-URI", "X-Forwarded-Uri"});
  if (!ask.uri.empty()) {
    Result<RequestTarget> target = parse_target(ask.uri);
    ask.path = target ? std::move(target->path) : std::string(ask.uri.substr(0, ask.uri.find('?')));
  }
  return ask;
}

}  // namespace tocsin
