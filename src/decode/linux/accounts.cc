// The shadow tools: useradd, usermod, userdel, groupadd, groupdel, gpasswd, passwd, chage, chsh.
#include <array>

#include "base/text.h"
#include "decode/linux/bodies.h"
#include "decode/scan.h"

namespace tocsin::linux_log {
namespace {

std::string_view unquoted(std::string_view text) {
  while (!text.empty() && (text.front() == '\'' || text.front() == '"')) {
    text.remove_prefix(1);
  }
  while (!text.empty() && (text.back() == '\'' || text.back() == '"' || text.back() == ',')) {
    text.remove_suffix(1);
  }
  return text;
}

// "name=alice, UID=1001, …" up to the comma.
std::string_view value_of(std::string_view text, std::string_view name) {
  const std::size_t at = text.find(name);
  if (at == std::string_view::npos) {
    return {};
  }
  const std::string_view value = text.substr(at + name.size());
  return value.substr(0, value.find(','));
}

bool new_user(std::string_view text, EventWriter& event) {
  event.deed(Deed::kUserAdded);
  event.text_if_any(fields::user_target_name, value_of(text, "name="));
  event.text_if_any(fields::user_target_id, value_of(text, "UID="));
  return true;
}

bool new_group(std::string_view text, EventWriter& event) {
  event.deed(Deed::kGroupAdded);
  event.text_if_any(fields::group_name, value_of(text, "name="));
  event.text_if_any(fields::group_id, value_of(text, "GID="));
  return true;
}

bool add_failed(std::string_view text, EventWriter& event) {
  event.deed(Deed::kUserAddFailed);
  event.text_if_any(fields::user_target_name, unquoted(text.substr(0, text.find(", "))));
  return true;
}

// "'alice' to group 'sudo'", "'alice' to shadow group 'sudo'"
bool add_to_group(std::string_view text, EventWriter& event) {
  std::string_view user;
  std::string_view before;
  if (!take_until(text, "' to ", user) || !take_until(text, "group ", before)) {
    return false;
  }
  event.deed(Deed::kGroupChanged);
  event.text(fields::event_reason,
             before.starts_with("shadow") ? "member added to shadow group" : "member added");
  event.text_if_any(fields::user_target_name, unquoted(user));
  event.text_if_any(fields::group_name, unquoted(text));
  return true;
}

bool delete_something(std::string_view text, EventWriter& event) {
  std::string_view user;
  std::string_view before;
  if (skip(text, "user ")) {
    event.deed(Deed::kUserDeleted);
    event.text_if_any(fields::user_target_name, unquoted(text.substr(0, text.find("; "))));
    return true;
  }
  if (take_until(text, "' from ", user) && take_until(text, "group ", before)) {
    event.deed(Deed::kGroupChanged);
    event.text(fields::event_reason, "member removed");
    event.text_if_any(fields::user_target_name, unquoted(user));
    event.text_if_any(fields::group_name, unquoted(text));
    return true;
  }
  return false;
}

bool group_removed(std::string_view text, EventWriter& event) {
  event.deed(Deed::kGroupDeleted);
  skip(text, "shadow ");
  skip(text, "group ");
  event.text_if_any(fields::group_name, unquoted(text.substr(0, text.find(' '))));
  return true;
}

// "group 'x' removed from /etc/group", "group added to /etc/group: name=x, GID=1", "group changed
// …"
bool group_line(std::string_view text, EventWriter& event) {
  if (text.starts_with("added to ")) {
    return new_group(text, event);
  }
  if (text.find("removed") != std::string_view::npos) {
    return group_removed(text, event);
  }
  event.deed(Deed::kGroupChanged);
  event.text_if_any(fields::group_name, value_of(text, "group "));
  return true;
}

// "user 'alice' password", "user 'alice' shell from '/bin/sh' to '/bin/bash'", "user name 'a' to
// 'b'"
bool change_user(std::string_view text, EventWriter& event) {
  skip(text, "name ");
  std::string_view user;
  if (!skip(text, "'") || !take_until(text, "'", user)) {
    return false;
  }
  const bool password = text.starts_with(" password");
  event.deed(password ? Deed::kPasswordChanged : Deed::kUserChanged);
  event.text_if_any(fields::user_target_name, user);
  return true;
}

bool lock_user(std::string_view text, EventWriter& event) {
  event.deed(Deed::kUserChanged);
  event.text(fields::event_reason, "account locked");
  event.text_if_any(fields::user_target_name, unquoted(text.substr(0, text.find(' '))));
  return true;
}

bool unlock_user(std::string_view text, EventWriter& event) {
  event.deed(Deed::kUserChanged);
  event.text(fields::event_reason, "account unlocked");
  event.text_if_any(fields::user_target_name, unquoted(text.substr(0, text.find(' '))));
  return true;
}

// "for 'alice' changed by 'root'", "for alice changed by root"
bool password_line(std::string_view text, EventWriter& event) {
  std::string_view user;
  if (!take_until(text, " changed by ", user)) {
    return false;
  }
  event.deed(Deed::kPasswordChanged);
  event.text_if_any(fields::user_target_name, unquoted(user));
  event.text_if_any(fields::user_name, unquoted(text));
  return true;
}

// gpasswd: "alice added by root to group sudo", "alice removed by root from group sudo"
bool member_line(std::string_view text, EventWriter& event) {
  std::string_view user;
  std::string_view actor;
  const bool added = take_until(text, " added by ", user) && take_until(text, " to group ", actor);
  if (!added &&
      (!take_until(text, " removed by ", user) || !take_until(text, " from group ", actor))) {
    return false;
  }
  event.deed(Deed::kGroupChanged);
  event.text(fields::event_reason, added ? "member added" : "member removed");
  event.text_if_any(fields::user_name, actor);
  event.text_if_any(fields::user_target_name, user);
  event.text_if_any(fields::group_name, unquoted(text));
  return true;
}

bool expiry_changed(std::string_view text, EventWriter& event) {
  event.deed(Deed::kUserChanged);
  event.text_if_any(fields::user_target_name, text);
  return true;
}

struct Message {
  std::string_view prefix;
  bool (*write)(std::string_view rest, EventWriter& event);
};

constexpr auto kMessages = std::to_array<Message>({
    {"new user: ", new_user},
    {"new group: ", new_group},
    {"failed adding user ", add_failed},
    {"add '", add_to_group},
    {"delete ", delete_something},
    {"remove group ", group_removed},
    {"removed group ", group_removed},
    {"removed shadow group ", group_removed},
    {"group ", group_line},
    {"change user ", change_user},
    {"changed user ", change_user},
    {"lock user ", lock_user},
    {"unlock user ", unlock_user},
    {"password for ", password_line},
    {"changed password expiry for ", expiry_changed},
    {"user ", member_line},
});

}  // namespace

bool write_accounts(std::string_view body, EventWriter& event) {
  if (body.starts_with("pam_")) {
    return write_pam(body, event);
  }
  for (const Message& message : kMessages) {
    if (body.starts_with(message.prefix)) {
      return message.write(body.substr(message.prefix.size()), event);
    }
  }
  return false;
}

}  // namespace tocsin::linux_log
