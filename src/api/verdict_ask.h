// VerdictAsk: whom a request is from and what it wants, as a proxy or an application tells it.
//
// Headers and parameters are believed because only keys of the scope enforcer come here; which of
// them a client could have forged is the proxy's to strip (docs/enforcement.md). Pure.
#pragma once

#include <optional>
#include <string>

#include "base/ip.h"
#include "base/result.h"
#include "http/message.h"

namespace tocsin {

struct VerdictAsk {
  static constexpr std::size_t kValueBytesMax = 256;

  std::optional<IpAddress> address;
  std::string user;
  std::string session;
  std::string api_key;
  std::string method;
  std::string path;  // decoded and normalised, without query
  std::string uri;   // as it was, for coming back after a challenge
};

// Parameters ip, user, session, api_key, method, path; else the headers X-Real-IP (or the last of
// X-Forwarded-For: the one that the proxy itself saw), X-Tocsin-User, X-Tocsin-Session,
// X-Tocsin-Api-Key, X-Original-Method or X-Forwarded-Method, X-Original-URI or X-Forwarded-Uri.
// kInvalid when an address is none.
Result<VerdictAsk> read_verdict_ask(const HttpRequest& request);

}  // namespace tocsin
