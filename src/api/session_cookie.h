// The cookie that a browser's session is in, and what protects requests that carry it.
//
// "__Host-": browsers take it only with Secure, from this very host, for every path; over plain
// HTTP they take it from a loopback name alone.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "access/session_store.h"
#include "http/message.h"

namespace tocsin {

// The token; nothing when there is no cookie of ours, or none that could be one.
std::optional<std::string> session_token_of(const HttpRequest& request);
// Values of Set-Cookie.
std::string session_cookie(std::string_view token);
std::string ended_session_cookie();

// Whether the browser would keep the cookie: TLS here or in front of us, or a loopback name.
bool browser_keeps_session(const HttpRequest& request);
// "Origin", when it is sent, is this very host.
bool is_same_origin(const HttpRequest& request);
// GET and HEAD change nothing.
bool may_change(const HttpRequest& request);
// "X-Background: 1": a page refreshed itself.
SessionUse session_use(const HttpRequest& request);

}  // namespace tocsin
