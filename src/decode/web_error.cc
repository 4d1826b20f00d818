// Error logs of nginx and Apache.
//
//   2026/11/23 14:00:00 [error] 123#45: *67 open() "/x" failed …, client: 1.2.3.4, server: s,
//       request: "GET /x HTTP/1.1", host: "h"
//   [Sun Nov 23 14:00:00.123456 2026] [core:error] [pid 12:tid 34] [client 1.2.3.4:5678] AH…: text
#include <array>

#include "base/text.h"
#include "decode/formats.h"
#include "decode/scan.h"

namespace tocsin {
namespace {

std::string_view unquoted(std::string_view text) {
  if (text.size() >= 2 && text.front() == '"' && text.back() == '"') {
    return text.substr(1, text.size() - 2);
  }
  return text;
}

// The value of ", name: value" in nginx' tail; up to the next ", name:" or the end.
std::string_view nginx_detail(std::string_view message, std::string_view name) {
  const std::size_t at = message.rfind(name);
  if (at == std::string_view::npos) {
    return {};
  }
  std::string_view value = message.substr(at + name.size());
  if (value.starts_with('"')) {
    const std::size_t close = value.find("\", ", 1);
    return unquoted(value.substr(0, close == std::string_view::npos ? close : close + 1));
  }
  return value.substr(0, value.find(", "));
}

void write_error_reason(std::string_view message, EventWriter& event) {
  struct Known {
    std::string_view part;
    Deed deed;
    std::string_view reason;
  };
  static constexpr auto kKnown = std::to_array<Known>({
      {"password mismatch", Deed::kLogInFailed, "wrong password"},
      {"Password Mismatch", Deed::kLogInFailed, "wrong password"},
      {" was not found in \"", Deed::kLogInFailed, "invalid user"},
      {" not found: /", Deed::kLogInFailed, "invalid user"},
      {"limiting requests", Deed::kRateExceeded, "rate limit"},
      {"limiting connections", Deed::kRateExceeded, "rate limit"},
      {"access forbidden by rule", Deed::kAccessDenied, "forbidden by rule"},
      {"client denied by server configuration", Deed::kAccessDenied, "forbidden by rule"},
      {"ModSecurity:", Deed::kAttackNoticed, "waf"},
  });
  for (const Known& known : kKnown) {
    if (message.find(known.part) != std::string_view::npos) {
      event.deed(known.deed);
      event.category("web");
      event.text(fields::event_reason, known.reason);
      return;
    }
  }
  event.category("web");
  const Value* level = event.find(fields::log_level);
  const std::string_view word = level == nullptr ? std::string_view{} : level->as_text();
  const bool calm = word == "notice" || word == "info" || word == "debug" || word == "warn";
  event.text(fields::event_type, calm ? "info" : "error");
}

// Basic authentication: `user "alice": password mismatch` and `user alice: authentication failure`.
void write_error_user(std::string_view message, EventWriter& event) {
  std::string_view rest = message;
  std::string_view before;
  std::string_view user;
  if (!take_until(rest, "user ", before)) {
    return;
  }
  if (skip(rest, "\"")) {
    if (take_until(rest, "\"", user)) {
      event.text_if_any(fields::user_name, user);
    }
  } else if (take_until(rest, ":", user) || take_until(rest, " not found", user)) {
    if (user.find(' ') == std::string_view::npos) {
      event.text_if_any(fields::user_name, user);
    } else if (user.ends_with(" not found")) {
      event.text_if_any(fields::user_name, user.substr(0, user.size() - 10));
    }
  }
}

struct NginxHeader {
  Micros time;
  std::string_view level;
  std::string_view process;  // "811#811"
};

bool take_nginx_header(std::string_view& text, const TimeRules& rules, NginxHeader& header) {
  const std::size_t taken = take_iso_time(text, rules, header.time);
  if (taken == 0 || text[4] != '/') {
    return false;
  }
  text.remove_prefix(taken);
  return skip(text, " [") && take_until(text, "] ", header.level) && header.level.size() <= 10 &&
         take_until(text, ": ", header.process) && header.process.size() <= 32 &&
         header.process.find('#') != std::string_view::npos;
}

bool decode_nginx_error(std::string_view text, EventWriter& event) {
  NginxHeader header;
  if (!take_nginx_header(text, event.time_rules(), header)) {
    return false;
  }
  event.dataset(Dataset::kWebError);
  event.logsource({"nginx", "webserver", "error"});
  event.time(header.time);
  event.text(fields::log_level, header.level);
  event.integer_text(fields::process_pid, header.process.substr(0, header.process.find('#')));
  if (text.starts_with('*')) {
    std::string_view connection;
    take_until(text, " ", connection);
  }
  event.text(fields::message, text);
  event.source(nginx_detail(text, ", client: "));
  event.text_if_any(fields::url_domain, nginx_detail(text, ", host: "));
  std::string_view request = nginx_detail(text, ", request: ");
  std::string_view method;
  if (take_word(request, method)) {
    event.text(fields::http_method, method);
    event.url(request.substr(0, request.rfind(" HTTP/")));
  }
  write_error_user(text, event);
  write_error_reason(text, event);
  return true;
}

bool decode_apache_error(std::string_view text, EventWriter& event) {
  Micros time;
  if (!skip(text, "[")) {
    return false;
  }
  const std::size_t taken = take_ctime(text, event.time_rules(), time);
  if (taken == 0) {
    return false;
  }
  text.remove_prefix(taken);
  if (!skip(text, "] ")) {
    return false;
  }
  event.dataset(Dataset::kWebError);
  event.logsource({"apache", "webserver", "error"});
  event.time(time);
  std::string_view part;
  while (skip(text, "[") && take_until(text, "] ", part)) {
    if (skip(part, "pid ")) {
      event.integer_text(fields::process_pid, part.substr(0, part.find(':')));
    } else if (skip(part, "client ") || skip(part, "remote ")) {
      event.source(part);
    } else if (!event.has(fields::log_level)) {
      const std::size_t colon = part.find(':');
      event.text(fields::log_level,
                 colon == std::string_view::npos ? part : part.substr(colon + 1));
    }
  }
  event.text(fields::message, text);
  write_error_user(text, event);
  write_error_reason(text, event);
  return true;
}

}  // namespace

bool has_nginx_error_header(std::string_view text, const TimeRules& rules) {
  NginxHeader header;
  return take_nginx_header(text, rules, header);
}

bool decode_web_error(std::string_view text, EventWriter& event) {
  return text.starts_with('[') ? decode_apache_error(text, event) : decode_nginx_error(text, event);
}

}  // namespace tocsin
