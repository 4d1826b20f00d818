// sudo, su and login: somebody becomes somebody else.
#include "base/text.h"
#include "decode/linux/bodies.h"
#include "decode/scan.h"

namespace tocsin::linux_log {
namespace {

// The value of "NAME=" up to " ; "; COMMAND's runs to the end.
std::string_view sudo_value(std::string_view text, std::string_view name) {
  const std::size_t at = text.find(name);
  if (at == std::string_view::npos || (at != 0 && text[at - 1] != ' ')) {
    return {};
  }
  const std::string_view value = text.substr(at + name.size());
  return value.substr(0, value.find(" ; "));
}

void write_sudo_command(std::string_view text, EventWriter& event) {
  static constexpr std::string_view kCommand = "COMMAND=";
  std::string_view command;
  if (const std::size_t at = text.find(kCommand); at != std::string_view::npos) {
    command = text.substr(at + kCommand.size());
    text = text.substr(0, at);
  }
  event.text_if_any(fields::process_tty, sudo_value(text, "TTY="));
  event.text_if_any(fields::process_working_directory, sudo_value(text, "PWD="));
  event.text_if_any(fields::user_effective_name, sudo_value(text, "USER="));
  event.text_if_any(fields::process_command_line, command);
  event.text_if_any(fields::process_executable, command.substr(0, command.find(' ')));
}

void write_sudo_deed(std::string_view trouble, EventWriter& event) {
  std::int64_t attempts = 0;
  std::string_view rest = trouble;
  if (take_number(rest, attempts) && rest.starts_with(" incorrect password attempt")) {
    event.deed(Deed::kLogInFailed);
    event.category("process");
    event.text(fields::event_reason, "wrong password");
    event.integer(fields::repeated, attempts);
  } else if (trouble.find("NOT in sudoers") != std::string_view::npos) {
    event.deed(Deed::kCommandDenied);
    event.text(fields::event_reason, "not in sudoers");
  } else if (trouble.find("not allowed") != std::string_view::npos) {
    event.deed(Deed::kCommandDenied);
    event.text(fields::event_reason, "not allowed");
  } else if (trouble.find("a password is required") != std::string_view::npos) {
    event.deed(Deed::kCommandDenied);
    event.text(fields::event_reason, "no password");
  } else {
    event.deed(Deed::kCommandRun);
  }
}

bool write_su_pair(std::string_view text, Deed deed, EventWriter& event) {
  std::string_view target;
  if (!take_until_last(text, " by ", target)) {
    return false;
  }
  event.deed(deed);
  event.text(fields::user_effective_name, target);
  event.text(fields::user_name, text);
  return true;
}

// "(to root) alice on pts/0"
bool write_su_to(std::string_view text, Deed deed, EventWriter& event) {
  std::string_view target;
  std::string_view actor;
  if (!skip(text, "(to ") || !take_until(text, ") ", target) || !take_word(text, actor)) {
    return false;
  }
  event.deed(deed);
  event.text(fields::user_effective_name, target);
  event.text(fields::user_name, actor);
  return true;
}

}  // namespace

bool write_sudo(std::string_view body, EventWriter& event) {
  if (body.starts_with("pam_")) {
    return write_pam(body, event);
  }
  std::string_view user;
  if (!take_until(body, " : ", user) || user.find(' ') != std::string_view::npos) {
    return false;
  }
  const std::size_t tty = body.find("TTY=");
  const std::size_t command = body.find("COMMAND=");
  if (tty == std::string_view::npos && command == std::string_view::npos) {
    return false;
  }
  event.text(fields::user_name, user);
  write_sudo_command(body.substr(std::min(tty, command)), event);
  write_sudo_deed(body.substr(0, std::min(tty, command)), event);
  return true;
}

bool write_su(std::string_view body, EventWriter& event) {
  if (body.starts_with("pam_")) {
    return write_pam(body, event);
  }
  if (skip(body, "Successful su for ")) {
    return write_su_pair(body, Deed::kLogInSucceeded, event);
  }
  if (skip(body, "FAILED su for ")) {
    return write_su_pair(body, Deed::kLogInFailed, event);
  }
  if (skip(body, "FAILED SU ")) {
    return write_su_to(body, Deed::kLogInFailed, event);
  }
  if (body.starts_with("(to ")) {
    return write_su_to(body, Deed::kLogInSucceeded, event);
  }
  // "+ /dev/pts/0 alice:root": said twice, the outcome stands in the other line
  if (body.starts_with("+ ") || body.starts_with("- ")) {
    event.deed_outcome(Deed::kLogInSucceeded, "unknown");
    std::string_view tty;
    body.remove_prefix(2);
    const std::size_t colon = body.rfind(':');
    if (take_word(body, tty) && colon != std::string_view::npos) {
      event.text(fields::process_tty, tty);
      event.text_if_any(fields::user_name, body.substr(0, body.rfind(':')));
      event.text_if_any(fields::user_effective_name, body.substr(body.rfind(':') + 1));
    }
    return true;
  }
  return false;
}

bool write_login(std::string_view body, EventWriter& event) {
  if (body.starts_with("pam_")) {
    return write_pam(body, event);
  }
  std::string_view before;
  std::string_view user;
  std::string_view rest = body;
  if (body.starts_with("FAILED LOGIN") && take_until(rest, " FOR ", before)) {
    skip(rest, "'");
    event.deed(Deed::kLogInFailed);
    if (take_until(rest, "'", user) || take_until(rest, ",", user)) {
      event.text_if_any(fields::user_name, user);
    }
    return true;
  }
  if (body.starts_with("ROOT LOGIN")) {
    event.deed(Deed::kLogInSucceeded);
    event.text(fields::user_name, "root");
    return true;
  }
  if (body.starts_with("LOGIN ON ") && take_until(rest, " BY ", before)) {
    event.deed(Deed::kLogInSucceeded);
    event.text_if_any(fields::user_name, rest.substr(0, rest.find(' ')));
    return true;
  }
  return false;
}

}  // namespace tocsin::linux_log
