// OpenSSH's server. User names come from the attacker and may hold spaces and " from ": the
// address is always taken after the last " from ", which the server itself wrote.
#include <array>

#include "base/ip.h"
#include "base/text.h"
#include "decode/linux/bodies.h"
#include "decode/scan.h"

namespace tocsin::linux_log {
namespace {

constexpr std::string_view kInvalidUser = "invalid user";

// "[invalid user ]NAME from ADDRESS port N"; an empty NAME is a name that was empty.
bool write_user_from(std::string_view text, EventWriter& event) {
  const bool invalid = skip(text, "invalid user ");
  if (invalid) {
    event.text(fields::event_reason, kInvalidUser);
  }
  skip(text, "illegal user ");
  std::string_view user;
  if (text.starts_with("from ")) {
    text.remove_prefix(5);  // "invalid user  from": the name was empty
  } else if (!take_until_last(text, " from ", user)) {
    return false;
  }
  event.text(fields::user_name, user);
  write_peer(text, event);
  return true;
}

// "password for …", "publickey for …"
bool write_method_for(std::string_view text, Deed deed, EventWriter& event) {
  std::string_view method;
  if (!take_until(text, " for ", method) || method.find(' ') != std::string_view::npos) {
    return false;
  }
  if (!write_user_from(text, event)) {
    return false;
  }
  event.deed(deed);
  const auto id = event.field("tocsin.auth.method");
  if (id) {
    event.text(*id, method);
  }
  if (deed == Deed::kLogInFailed && !event.has(fields::event_reason)) {
    event.text(fields::event_reason,
               method.starts_with("password") ? "wrong password" : "wrong credential");
  }
  return true;
}

bool failed(std::string_view text, EventWriter& event) {
  return write_method_for(text, Deed::kLogInFailed, event);
}

bool accepted(std::string_view text, EventWriter& event) {
  return write_method_for(text, Deed::kLogInSucceeded, event);
}

// Not an attempt by itself, and its end is told by another line.
bool postponed(std::string_view text, EventWriter& event) {
  std::string_view method;
  if (!take_until(text, " for ", method) || !write_user_from(text, event)) {
    return false;
  }
  event.deed_outcome(Deed::kMfaAsked, "unknown");
  return true;
}

bool invalid_user(std::string_view text, EventWriter& event) {
  event.deed(Deed::kLogInUnknownUser);
  event.text(fields::event_reason, kInvalidUser);
  return write_user_from(text, event);
}

// sshd's own echo of "Invalid user", without the address.
bool invalid_user_echo(std::string_view text, EventWriter& event) {
  event.deed_outcome(Deed::kLogInUnknownUser, "unknown");
  event.text(fields::event_reason, kInvalidUser);
  event.text(fields::user_name, text);
  return true;
}

bool attempts_exceeded(std::string_view text, EventWriter& event) {
  event.deed(Deed::kLogInLimitReached);
  return write_user_from(text, event);
}

bool pam_retries(std::string_view, EventWriter& event) {
  event.deed_outcome(Deed::kLogInLimitReached, "unknown");
  return true;
}

// "by [invalid user X |authenticating user X |user X ]ADDRESS port N"
bool closed(std::string_view text, EventWriter& event) {
  event.deed(Deed::kConnectionClosed);
  std::string_view user;
  const bool invalid = skip(text, "invalid user ");
  if (invalid || skip(text, "authenticating user ") || skip(text, "user ")) {
    std::string_view before_port = text;
    std::string_view head;
    if (take_until_last(before_port, " port ", head) && take_until_last(head, " ", user)) {
      event.text(fields::user_name, user);
      text.remove_prefix(user.size() + 1);
    }
    if (invalid) {
      event.text(fields::event_reason, kInvalidUser);
    }
  }
  write_peer(text, event);
  return true;
}

// "ADDRESS port N:CODE: text" and the older "ADDRESS: CODE: text".
bool received_disconnect(std::string_view text, EventWriter& event) {
  event.deed(Deed::kConnectionClosed);
  write_peer(text, event);
  return true;
}

// "Too many authentication failures[ for X]", "invalid user X ADDRESS port N: text"
bool disconnecting(std::string_view text, EventWriter& event) {
  const bool too_many = text.find("Too many authentication failures") != std::string_view::npos;
  const bool names_peer = text.find(" port ") != std::string_view::npos;
  if (!names_peer) {
    event.deed_outcome(too_many ? Deed::kLogInLimitReached : Deed::kConnectionClosed, "unknown");
    return true;
  }
  std::string_view head = text;
  std::string_view reason;
  if (const std::size_t at = text.rfind(": "); at != std::string_view::npos) {
    head = text.substr(0, at);
    reason = text.substr(at + 2);
  }
  closed(head, event);
  event.text_if_any(fields::event_reason, reason);
  return true;
}

// "ADDRESS port N on ADDRESS port N"
bool connection_from(std::string_view text, EventWriter& event) {
  event.deed(Deed::kConnectionOpened);
  write_peer(text, event);
  skip_spaces(text);
  std::string_view address;
  std::int64_t port = 0;
  if (skip(text, "on ") && take_word(text, address)) {
    event.ip(fields::destination_ip, address);
    if (skip(text, "port ") && take_number(text, port)) {
      event.integer(fields::destination_port, port);
    }
  }
  return true;
}

bool refuse(std::string_view peer, std::string_view reason, EventWriter& event) {
  event.deed(Deed::kConnectionRefused);
  event.text(fields::event_reason, reason);
  write_peer(peer, event);
  return true;
}

bool no_identification(std::string_view text, EventWriter& event) {
  return refuse(text, "no identification", event);
}

bool bad_protocol(std::string_view text, EventWriter& event) {
  std::string_view said;
  if (!take_until_last(text, "' from ", said)) {
    return false;
  }
  return refuse(text, "bad protocol", event);
}

bool banner_exchange(std::string_view text, EventWriter& event) {
  return refuse(text, "bad protocol", event);
}

bool cannot_negotiate(std::string_view text, EventWriter& event) {
  return refuse(text, "no common algorithm", event);
}

bool timed_out(std::string_view text, EventWriter& event) {
  skip(text, "connection from ");
  return refuse(text, "timeout", event);
}

bool dropped(std::string_view text, EventWriter& event) {
  std::string_view number;
  if (!take_until(text, " from [", number)) {
    return false;
  }
  return refuse(text.substr(0, text.find(']')), "too many connections", event);
}

bool key_exchange(std::string_view text, EventWriter& event) {
  event.deed(Deed::kConnectionRefused);
  event.text(fields::event_reason, "key exchange");
  std::string_view before;
  if (take_until_last(text, "Connection from ", before) || take_until_last(text, " by ", before)) {
    if (parse_ip(text.substr(0, text.find(' ')))) {
      write_peer(text, event);
    }
  }
  return true;
}

// "getaddrinfo for HOST [ADDRESS] failed - POSSIBLE BREAK-IN ATTEMPT!"
bool reverse_mapping(std::string_view text, EventWriter& event) {
  event.category("network");
  event.text(fields::event_type, "info");
  event.text(fields::event_action, "reverse_mapping_failed");
  std::string_view host;
  std::string_view address;
  if (take_until(text, " for ", host) && take_until(text, " [", host) &&
      take_until(text, "]", address)) {
    event.text(fields::source_domain, host);
    event.source(address);
  }
  return true;
}

// "ADDRESS maps to HOST, but this does not map back …"
bool address_maps(std::string_view text, EventWriter& event) {
  std::string_view address;
  std::string_view host;
  if (!take_until(text, " maps to ", address) || !take_until(text, ", but ", host)) {
    return false;
  }
  event.category("network");
  event.text(fields::event_type, "info");
  event.text(fields::event_action, "reverse_mapping_failed");
  event.text(fields::source_domain, host);
  event.source(address);
  return true;
}

// "NAME from ADDRESS not allowed because …"; "child is on pid N"
bool user_line(std::string_view text, EventWriter& event) {
  if (text.starts_with("child is on pid ")) {
    event.deed_outcome(Deed::kSessionOpened, "unknown");
    return true;
  }
  std::string_view head;
  std::string_view user;
  if (!take_until(text, " not allowed because ", head) || !take_until_last(head, " from ", user)) {
    return false;
  }
  event.deed(Deed::kLogInFailed);
  event.text(fields::event_reason, "not allowed");
  event.text(fields::user_name, user);
  write_peer(head, event);
  return true;
}

bool root_refused(std::string_view text, EventWriter& event) {
  event.deed(Deed::kLogInFailed);
  event.text(fields::event_reason, "not allowed");
  event.text(fields::user_name, "root");
  write_peer(text, event);
  return true;
}

// "shell on pts/0 for NAME from ADDRESS port N id 0"
bool session_starts(std::string_view text, EventWriter& event) {
  std::string_view what;
  if (!take_until(text, " for ", what)) {
    return false;
  }
  event.deed(Deed::kSessionOpened);
  return write_user_from(text, event);
}

bool session_ends(std::string_view text, EventWriter& event) {
  skip(text, "user ");
  event.deed(Deed::kSessionClosed);
  return write_user_from(text, event);
}

bool server_listens(std::string_view, EventWriter& event) {
  event.deed(Deed::kServiceStarted);
  return true;
}

bool server_stops(std::string_view, EventWriter& event) {
  event.deed(Deed::kServiceStopped);
  return true;
}

// "2 more authentication failures; logname= … rhost=… user=…"
bool pam_more_failures(std::string_view text, EventWriter& event) {
  std::int64_t count = 0;
  if (!take_number(text, count) || !skip(text, " more authentication failure")) {
    return false;
  }
  event.integer(fields::repeated, count);
  skip(text, "s");
  std::string_view rhost;
  std::string_view before;
  if (take_until(text, " rhost=", before) && take_word(text, rhost)) {
    event.source(rhost);
  }
  if (take_until(text, "user=", before)) {
    event.text_if_any(fields::user_name, text);
  }
  event.deed(Deed::kPamFailure);
  return true;
}

bool repeated(std::string_view text, EventWriter& event) {
  std::int64_t count = 0;
  if (!take_number(text, count) || !skip(text, " times: [") || !text.ends_with(']')) {
    return false;
  }
  text.remove_suffix(1);
  event.integer(fields::repeated, count);
  text = trim(text);
  return !text.starts_with("message repeated") && write_sshd(text, event);
}

struct Message {
  std::string_view prefix;
  bool (*write)(std::string_view rest, EventWriter& event);
};

constexpr auto kMessages = std::to_array<Message>({
    {"Failed ", failed},
    {"Accepted ", accepted},
    {"Invalid user ", invalid_user},
    {"Illegal user ", invalid_user},
    {"Connection closed by ", closed},
    {"Connection reset by ", closed},
    {"Disconnected from ", closed},
    {"Received disconnect from ", received_disconnect},
    {"Disconnecting: ", disconnecting},
    {"Disconnecting ", disconnecting},
    {"Connection from ", connection_from},
    {"input_userauth_request: invalid user ", invalid_user_echo},
    {"maximum authentication attempts exceeded for ", attempts_exceeded},
    {"PAM service(", pam_retries},
    {"PAM ", pam_more_failures},
    {"message repeated ", repeated},
    {"Did not receive identification string from ", no_identification},
    {"Bad protocol version identification '", bad_protocol},
    {"banner exchange: Connection from ", banner_exchange},
    {"Unable to negotiate with ", cannot_negotiate},
    {"Timeout before authentication for ", timed_out},
    {"drop connection #", dropped},
    {"kex_exchange_identification: ", key_exchange},
    {"kex_protocol_error: ", key_exchange},
    {"kex protocol error: ", key_exchange},
    {"ssh_dispatch_run_fatal: ", key_exchange},
    {"reverse mapping checking ", reverse_mapping},
    {"Address ", address_maps},
    {"User ", user_line},
    {"ROOT LOGIN REFUSED FROM ", root_refused},
    {"Postponed ", postponed},
    {"Partial ", postponed},
    {"Starting session: ", session_starts},
    {"Close session: ", session_ends},
    {"Server listening on ", server_listens},
    {"Received signal ", server_stops},
});

}  // namespace

bool write_sshd(std::string_view body, EventWriter& event) {
  if (body.ends_with(" [preauth]")) {
    body.remove_suffix(10);
  }
  if (body.starts_with("pam_")) {
    return write_pam(body, event);
  }
  for (const std::string_view level : {"error: ", "fatal: ", "debug1: "}) {
    if (skip(body, level)) {
      break;
    }
  }
  for (const Message& message : kMessages) {
    if (body.starts_with(message.prefix)) {
      return message.write(body.substr(message.prefix.size()), event);
    }
  }
  return false;
}

}  // namespace tocsin::linux_log
