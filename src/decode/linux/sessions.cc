// systemd-logind and cron.
#include "base/text.h"
#include "decode/linux/bodies.h"
#include "decode/scan.h"

namespace tocsin::linux_log {

bool write_logind(std::string_view body, EventWriter& event) {
  std::string_view session;
  if (body.starts_with("pam_")) {
    return write_pam(body, event);
  }
  if (skip(body, "New session ")) {
    if (!take_until(body, " of user ", session)) {
      return false;
    }
    event.deed(Deed::kSessionOpened);
    event.text(fields::session_id, session);
    event.text_if_any(fields::user_name, body.substr(0, body.find_last_not_of('.') + 1));
    return true;
  }
  if (skip(body, "Removed session ")) {
    event.deed(Deed::kSessionClosed);
    event.text(fields::session_id, body.substr(0, body.find('.')));
    return true;
  }
  if (skip(body, "Session ") && take_until(body, " logged out", session)) {
    event.deed(Deed::kLoggedOut);
    event.text(fields::session_id, session);
    return true;
  }
  return false;
}

// "(root) CMD (command -v x)"
bool write_cron(std::string_view body, EventWriter& event) {
  if (body.starts_with("pam_")) {
    return write_pam(body, event);
  }
  std::string_view user;
  if (!skip(body, "(") || !take_until(body, ") ", user)) {
    return false;
  }
  event.text_if_any(fields::user_name, user);
  if (skip(body, "CMD (")) {
    if (body.ends_with(')')) {
      body.remove_suffix(1);
    }
    event.deed(Deed::kCommandRun);
    body = trim(body);
    event.text(fields::process_command_line, body);
    event.text_if_any(fields::process_executable, body.substr(0, body.find(' ')));
    return true;
  }
  event.category("process");
  event.text(fields::event_type, "info");
  return true;
}

// "(alice) REPLACE (alice)", "(root) BEGIN EDIT (alice)"
bool write_crontab(std::string_view body, EventWriter& event) {
  std::string_view actor;
  std::string_view what;
  if (!skip(body, "(") || !take_until(body, ") ", actor) || !take_until(body, " (", what)) {
    return false;
  }
  event.text_if_any(fields::user_name, actor);
  event.text_if_any(fields::user_target_name, body.substr(0, body.find(')')));
  if (what == "REPLACE" || what == "DELETE") {
    event.deed(Deed::kConfigChanged);
    event.text(fields::event_reason, "crontab");
  } else {
    event.category("configuration");
    event.text(fields::event_type, "access");
  }
  return true;
}

}  // namespace tocsin::linux_log
