// What Linux programs write behind a syslog header. Each function gets the message of one program
// and writes fields and deed; false when it does not know the message (the event then is plain
// text of that program). They never set dataset, time or message: syslog.cc does.
#pragma once

#include <string_view>

#include "decode/event_writer.h"

namespace tocsin::linux_log {

bool write_sshd(std::string_view body, EventWriter& event);
bool write_pam(std::string_view body, EventWriter& event);  // any program's "pam_x(a:b): …"
bool write_sudo(std::string_view body, EventWriter& event);
bool write_su(std::string_view body, EventWriter& event);
bool write_logind(std::string_view body, EventWriter& event);
bool write_accounts(std::string_view body, EventWriter& event);  // useradd, usermod, passwd, …
bool write_login(std::string_view body, EventWriter& event);
bool write_cron(std::string_view body, EventWriter& event);
bool write_crontab(std::string_view body, EventWriter& event);

struct Program {
  std::string_view name;  // lower case
  Dataset dataset;
  std::string_view service;  // Sigma's logsource service
  bool (*write)(std::string_view body, EventWriter& event);
};

// Null for programs of which nothing is known.
const Program* find_program(std::string_view name);

// "203.0.113.7", "203.0.113.7 port 22", "[::1]:22 …": source.ip and source.port. Moves past them.
void write_peer(std::string_view& text, EventWriter& event);

}  // namespace tocsin::linux_log
