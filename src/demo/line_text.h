// The texts of log lines, as the programs of a small shop write them. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/time.h"

namespace tocsin {

struct WebLine {
  std::string_view address;
  std::string_view method = "GET";
  std::string_view url;
  int status = 200;
  std::uint64_t bytes = 0;
  std::string_view referrer = "-";
  std::string_view agent;
};
// nginx, combined.
std::string web_line(Micros time, const WebLine& line);

struct AuthLine {
  std::string_view action = "login";
  std::string_view outcome;
  std::string_view user;
  std::string_view address;
  std::string_view reason;  // may be empty
};
// pino with ECS names, one JSON object.
std::string auth_line(Micros time, const AuthLine& line);

// OWASP logging vocabulary, one JSON object. `event`: "authz_fail:mallory,/admin".
std::string owasp_line(Micros time, std::string_view event, std::string_view level,
                       std::string_view address);

// "2026-11-23T14:00:00.123Z - Login attempt by user: alice"
std::string node_line(Micros time, std::string_view text);
// "2026-11-23 14:00:00,123 - Event: API Request, Details: Endpoint: /stock, Status: 200"
std::string python_line(Micros time, std::string_view event, std::string_view details);

// "Nov 23 14:00:00 web1 sshd[812]: …"; no "[pid]" when pid is 0.
std::string syslog_line(Micros time, std::string_view host, std::string_view program, int pid,
                        std::string_view text);

}  // namespace tocsin
