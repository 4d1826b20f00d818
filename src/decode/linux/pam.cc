// PAM modules: "pam_unix(sshd:auth): authentication failure; … rhost=… user=…".
#include "base/text.h"
#include "decode/linux/bodies.h"
#include "decode/scan.h"

namespace tocsin::linux_log {
namespace {

// "name=value" among blanks; the value ends at a blank.
std::string_view value_of(std::string_view text, std::string_view name) {
  std::size_t at = 0;
  while ((at = text.find(name, at)) != std::string_view::npos) {
    const std::string_view value = text.substr(at + name.size());
    if (at == 0 || text[at - 1] == ' ') {
      return value.substr(0, value.find(' '));
    }
    at += name.size();
  }
  return {};
}

// "root", "root(uid=0)", "\"root\"", "[root]"
std::string_view bare_name(std::string_view text) {
  text = text.substr(0, text.find('('));
  while (!text.empty() && (text.front() == '"' || text.front() == '[' || text.front() == '\'')) {
    text.remove_prefix(1);
  }
  while (!text.empty() && (text.back() == '"' || text.back() == ']' || text.back() == '\'')) {
    text.remove_suffix(1);
  }
  return text;
}

// "root(uid=0) by ubuntu(uid=1000)": whoever acts is user.name, whom he becomes is effective.
void write_session_user(std::string_view text, EventWriter& event) {
  std::string_view user;
  std::string_view actor;
  if (!take_until(text, " by ", user)) {
    user = text;
    text = {};
  }
  actor = bare_name(text);
  if (actor.empty()) {
    event.text_if_any(fields::user_name, bare_name(user));
    return;
  }
  event.text(fields::user_name, actor);
  event.text_if_any(fields::user_effective_name, bare_name(user));
}

void write_failure(std::string_view service, std::string_view text, EventWriter& event) {
  // These report the failure in a line of their own.
  const std::string_view name = service.substr(0, service.find(':'));
  const bool echo = name == "sshd" || name == "su" || name == "su-l" || name == "login";
  event.deed(echo ? Deed::kPamFailure : Deed::kLogInFailed);
  event.source(value_of(text, "rhost="));
  event.text_if_any(fields::process_tty, value_of(text, "tty="));
  const std::string_view user = value_of(text, "user=");
  const std::string_view remote_user = value_of(text, "ruser=");
  if (!remote_user.empty() && remote_user != user) {
    event.text(fields::user_name, remote_user);
    event.text_if_any(fields::user_effective_name, user);
  } else {
    event.text_if_any(fields::user_name, user);
  }
}

bool write_rest(std::string_view service, std::string_view text, EventWriter& event) {
  std::string_view name;
  if (skip(text, "check pass; user unknown")) {
    event.deed(Deed::kPamFailure);
    event.text(fields::event_reason, "invalid user");
  } else if (skip(text, "password changed for ")) {
    event.deed(Deed::kPasswordChanged);
    event.text(fields::user_name, text);
  } else if (skip(text, "user \"") && take_until(text, "\" does not exist", name)) {
    event.deed(Deed::kPasswordChangeFailed);
    event.text(fields::event_reason, "invalid user");
    event.text(fields::user_name, name);
  } else if (skip(text, "bad username ")) {
    event.deed(Deed::kLogInFailed);
    event.text(fields::event_reason, "invalid user");
    event.text(fields::user_name, bare_name(text));
  } else if (skip(text, "auth could not identify password for ")) {
    event.deed(Deed::kLogInFailed);
    event.text(fields::event_reason, "no password");
    event.text(fields::user_name, bare_name(text));
  } else if (skip(text, "Consecutive login failures for user ")) {
    event.deed(Deed::kAccountLocked);
    event.text(fields::user_name, text.substr(0, text.find(' ')));
  } else if (text.find(" tally ") != std::string_view::npos && skip(text, "user ")) {
    event.deed(Deed::kAccountLocked);
    event.text(fields::user_name, text.substr(0, text.find(' ')));
  } else if (skip(text, "account ") && take_until(text, " has expired", name)) {
    event.deed(Deed::kLogInFailed);
    event.text(fields::event_reason, "account expired");
    event.text(fields::user_name, name);
  } else {
    event.category(service.ends_with("session") ? "session" : "authentication");
    event.text(fields::event_type, "info");
  }
  return true;
}

}  // namespace

bool write_pam(std::string_view body, EventWriter& event) {
  std::string_view module;
  std::string_view service;  // "sshd:auth"
  if (!body.starts_with("pam_") || !take_until(body, "(", module) ||
      !take_until(body, "): ", service) || module.size() > 32 || service.size() > 64) {
    return false;
  }
  event.text(fields::event_module, module);
  if (skip(body, "authentication failure")) {
    write_failure(service, body, event);
  } else if (skip(body, "session opened for user ")) {
    event.deed(Deed::kSessionOpened);
    write_session_user(body, event);
  } else if (skip(body, "session closed for user ")) {
    event.deed(Deed::kSessionClosed);
    event.text_if_any(fields::user_name, bare_name(body));
  } else {
    return write_rest(service, body, event);
  }
  return true;
}

}  // namespace tocsin::linux_log
