// Syslog: RFC 5424 and RFC 3164 headers, and what files have of them (no PRI, ISO time).
//
//   <34>1 2026-11-23T14:00:00.1Z host app 77 ID47 [id@1 k="v"] text
//   <34>Nov 23 14:00:00 host app[77]: text
//   Nov 23 14:00:00 host app[77]: text
//   2026-11-23T14:00:00.123456+01:00 host app[77]: text
#include <array>
#include <string>

#include "base/text.h"
#include "decode/app_text.h"
#include "decode/formats.h"
#include "decode/linux/bodies.h"
#include "decode/scan.h"

namespace tocsin {
namespace {

constexpr int kParamsMax = 32;
constexpr std::array<std::string_view, 8> kSeverityNames = {
    "emergency", "alert", "critical", "error", "warn", "notice", "info", "debug"};

struct Header {
  std::int64_t priority = -1;
  std::optional<Micros> time;
  std::string_view host;
  std::string_view program;
  std::string_view pid;
  std::string_view message_id;
  std::string_view structured;  // "[id k="v"]…" or ""
  std::string_view body;
};

bool is_host(std::string_view word) {
  if (word.empty() || word.size() > 255 || word == "-") {
    return false;
  }
  for (const char c : word) {
    const char lower = ascii_lower(c);
    if (!((lower >= 'a' && lower <= 'z') || is_digit(c) || c == '.' || c == '-' || c == '_' ||
          c == ':')) {
      return false;
    }
  }
  static constexpr auto kLevels = std::to_array<std::string_view>(
      {"trace", "debug", "info", "notice", "warn", "warning", "error", "critical", "fatal"});
  for (const std::string_view level : kLevels) {
    if (equals_ignore_case(word, level)) {
      return false;
    }
  }
  return !word.ends_with(':');
}

// "app[77]: ", "app: "
bool take_tag(std::string_view& text, Header& header) {
  std::size_t at = 0;
  while (at < text.size() && at < 64 && text[at] != '[' && text[at] != ':' && text[at] != ' ') {
    ++at;
  }
  if (at == 0 || at >= text.size() || text[at] == ' ' || at == 64) {
    return false;
  }
  const std::string_view program = text.substr(0, at);
  std::string_view rest = text.substr(at);
  std::string_view pid;
  if (skip(rest, "[")) {
    if (!take_until(rest, "]", pid) || pid.size() > 32) {
      return false;
    }
  }
  if (!skip(rest, ":") || (!rest.empty() && rest.front() != ' ')) {
    return false;
  }
  skip(rest, " ");
  header.program = program;
  header.pid = pid;
  text = rest;
  return true;
}

// `[id k="v"][id2]` with \" \\ \] escapes; false when it does not end.
bool take_structured(std::string_view& text, std::string_view& out) {
  std::size_t at = 0;
  while (at < text.size() && text[at] == '[') {
    bool quoted = false;
    for (++at; at < text.size() && (quoted || text[at] != ']'); ++at) {
      if (quoted && text[at] == '\\') {
        ++at;
      } else if (text[at] == '"') {
        quoted = !quoted;
      }
    }
    if (at >= text.size()) {
      return false;
    }
    ++at;
  }
  out = text.substr(0, at);
  text.remove_prefix(at);
  return at > 0;
}

bool take_rfc5424(std::string_view text, const TimeRules& rules, Header& header) {
  std::string_view time_word;
  std::string_view pid;
  if (!skip(text, "1 ") || !take_word(text, time_word) || !take_word(text, header.host) ||
      !take_word(text, header.program) || !take_word(text, pid) ||
      !take_word(text, header.message_id)) {
    return false;
  }
  Micros time;
  if (time_word != "-") {
    if (take_iso_time(time_word, rules, time) != time_word.size()) {
      return false;
    }
    header.time = time;
  }
  header.pid = pid == "-" ? std::string_view{} : pid;
  if (!skip(text, "-") && !take_structured(text, header.structured)) {
    return false;
  }
  skip(text, " ");
  skip(text, "\xEF\xBB\xBF");
  header.body = text;
  return true;
}

bool take_rfc3164(std::string_view text, const TimeRules& rules, Header& header) {
  Micros time;
  std::size_t taken = take_syslog_time(text, rules, time);
  const bool iso = taken == 0;
  if (iso) {
    taken = take_iso_time(text, rules, time);
    if (taken != 0 && (text.size() < 11 || text[10] != 'T')) {
      return false;
    }
  }
  if (taken != 0) {
    header.time = time;
    text.remove_prefix(taken);
    if (!skip(text, " ")) {
      return false;
    }
  } else if (header.priority < 0) {
    return false;
  }
  std::string_view rest = text;
  std::string_view word;
  const bool host_follows = taken != 0 && take_word(rest, word) && is_host(word);
  if (host_follows && (take_tag(rest, header) || (!iso && !rest.empty()))) {
    header.host = word;
    header.body = rest;
    return true;
  }
  // Some senders leave the host out: "<13>Nov 23 14:00:00 app[1]: text", "<13>app: text".
  if (take_tag(text, header)) {
    header.body = text;
    return true;
  }
  header.body = text;
  return header.priority >= 0;
}

bool take_header(std::string_view text, const TimeRules& rules, Header& header) {
  if (text.starts_with('<')) {
    text.remove_prefix(1);
    if (!take_number(text, header.priority) || header.priority > 191 || !skip(text, ">")) {
      return false;
    }
    if (take_rfc5424(text, rules, header)) {
      return true;
    }
    const std::int64_t priority = header.priority;
    header = {};
    header.priority = priority;
  }
  return take_rfc3164(text, rules, header);
}

// RFC 5424 §6.3.3: only \" \\ \] are escapes.
std::string_view unescaped(std::string_view value, EventWriter& event) {
  if (value.find('\\') == std::string_view::npos) {
    return value;
  }
  std::string plain;
  for (std::size_t i = 0; i < value.size(); ++i) {
    const bool escape = value[i] == '\\' && i + 1 < value.size() &&
                        (value[i + 1] == '"' || value[i + 1] == '\\' || value[i + 1] == ']');
    plain += value[escape ? ++i : i];
  }
  return event.copy(plain);
}

void write_structured(std::string_view text, EventWriter& event) {
  int taken = 0;
  while (skip(text, "[") && taken < kParamsMax) {
    const std::size_t id_end = std::min(text.find_first_of(" ]"), text.size());
    const std::string_view id = text.substr(0, id_end);
    text.remove_prefix(id_end);
    std::string_view name;
    while (skip(text, " ") && take_until(text, "=\"", name) && taken < kParamsMax) {
      std::size_t end = 0;
      while (end < text.size() && text[end] != '"') {
        end += text[end] == '\\' ? 2U : 1U;
      }
      end = std::min(end, text.size());
      std::string field_name("log.syslog.structured_data.");
      field_name.append(id).append(".").append(name);
      if (const auto field = event.field(field_name)) {
        event.text(*field, unescaped(text.substr(0, end), event));
      }
      text.remove_prefix(std::min(end + 1, text.size()));
      ++taken;
    }
    skip(text, "]");
  }
}

void write_header(const Header& header, EventWriter& event) {
  if (header.time) {
    event.time(*header.time);
  }
  event.text_if_any(fields::host_name, header.host);
  event.text_if_any(fields::process_name, header.program);
  if (!header.pid.empty() && !event.integer_text(fields::process_pid, header.pid)) {
    event.text(fields::log_syslog_appname, header.pid);
  }
  event.text_if_any(fields::log_syslog_msgid, header.message_id);
  if (header.priority >= 0) {
    event.integer(fields::log_syslog_facility, header.priority / 8);
    event.integer(fields::log_syslog_severity, header.priority % 8);
    event.text(fields::log_level, kSeverityNames[static_cast<std::size_t>(header.priority % 8)]);
  }
  write_structured(header.structured, event);
}

bool is_web_server(std::string_view program) {
  return contains_ignore_case(program, "nginx") || contains_ignore_case(program, "apache") ||
         contains_ignore_case(program, "httpd");
}

void write_plain(const Header& header, EventWriter& event) {
  event.text(fields::message, header.body);
  if (const linux_log::Program* program = linux_log::find_program(header.program)) {
    event.dataset(program->dataset);
    event.logsource({"linux", "", program->service});
    return;
  }
  // Facilities 4 and 10 are security messages.
  const std::int64_t facility = header.priority < 0 ? -1 : header.priority / 8;
  const bool security = facility == 4 || facility == 10;
  event.dataset(security ? Dataset::kLinuxAuth : Dataset::kLinuxSyslog);
  event.logsource({"linux", "", security ? "auth" : "syslog"});
}

// The body of a known program; false when nothing is known of the program or of this message.
bool write_program(const Header& header, EventWriter& event) {
  const linux_log::Program* program = linux_log::find_program(header.program);
  const bool pam = header.body.starts_with("pam_");
  if (program == nullptr && !pam) {
    return false;
  }
  const std::string_view body = trim(header.body);
  if (!(program != nullptr ? program->write(body, event) : linux_log::write_pam(body, event))) {
    return false;
  }
  event.dataset(pam || program == nullptr ? Dataset::kLinuxAuth : program->dataset);
  event.logsource({"linux", "", pam || program == nullptr ? "auth" : program->service});
  event.text(fields::message, body);
  return true;
}

bool write_application(const Header& header, EventWriter& event) {
  const std::string_view body = trim(header.body);
  if (write_owasp(body, event) || write_event_details(body, event) || write_sentence(body, event)) {
    write_app_dataset(event);
    event.logsource({"", "application", ""});
    event.text(fields::message, body);
    return true;
  }
  return false;
}

}  // namespace

bool has_syslog_header(std::string_view text, const TimeRules& rules) {
  Header header;
  return take_header(text, rules, header);
}

bool decode_syslog(std::string_view text, EventWriter& event) {
  Header header;
  if (!take_header(text, event.time_rules(), header)) {
    return false;
  }
  const std::string_view body = trim(header.body);
  const auto attempt = [&](auto write) {
    event.clear();
    write_header(header, event);
    return write();
  };
  if (body.starts_with('{') && attempt([&] { return decode_json(body, event); })) {
    return true;
  }
  if (is_web_server(header.program) && attempt([&] { return decode_access(body, event); })) {
    return true;
  }
  if (attempt([&] { return write_program(header, event); })) {
    return true;
  }
  if (linux_log::find_program(header.program) == nullptr &&
      attempt([&] { return write_application(header, event); })) {
    return true;
  }
  return attempt([&] {
    write_plain(header, event);
    return true;
  });
}

}  // namespace tocsin
