// Access logs of nginx and Apache: common, combined, with a virtual host in front, and with more
// behind (request time, X-Forwarded-For, name=value pairs).
//
//   [vhost:port ] host ident user [time] "request" status bytes [ "referrer" "agent" [more…] ]
#include <array>
#include <cmath>

#include "base/ip.h"
#include "base/text.h"
#include "decode/formats.h"
#include "decode/scan.h"
#include "decode/web_request.h"

namespace tocsin {
namespace {

constexpr int kBracketsTried = 4;
constexpr int kExtrasMax = 24;

// `"…"`, where a backslash keeps the next byte from ending it. Escapes stay as they were logged.
bool take_quoted(std::string_view& text, std::string_view& out) {
  if (text.empty() || text.front() != '"') {
    return false;
  }
  std::size_t at = 1;
  while (true) {
    at = text.find('"', at);
    if (at == std::string_view::npos) {
      return false;
    }
    std::size_t backslashes = 0;
    while (text[at - 1 - backslashes] == '\\') {
      ++backslashes;
    }
    if (backslashes % 2 == 0) {
      break;
    }
    ++at;
  }
  out = text.substr(1, at - 1);
  text.remove_prefix(at + 1);
  return true;
}

// Everything before " [time] ": the client and who it says it is.
bool take_client(std::string_view& text, std::string_view& client, Micros& time,
                 const TimeRules& rules) {
  std::size_t from = 0;
  for (int tried = 0; tried < kBracketsTried; ++tried) {
    const std::size_t bracket = text.find(" [", from);
    if (bracket == std::string_view::npos) {
      return false;
    }
    const std::string_view rest = text.substr(bracket + 2);
    const std::size_t taken = take_apache_time(rest, rules, time);
    if (taken != 0 && rest.substr(taken).starts_with("] \"")) {
      client = text.substr(0, bracket);
      text.remove_prefix(bracket + 2 + taken + 2);
      return true;
    }
    from = bracket + 2;
  }
  return false;
}

struct Client {
  std::string_view virtual_host;
  std::string_view host;
  std::string_view user;
};

bool is_host_name(std::string_view word) {
  for (const char c : word) {
    const char lower = ascii_lower(c);
    if (!((lower >= 'a' && lower <= 'z') || is_digit(c) || c == '.' || c == '-' || c == '_')) {
      return false;
    }
  }
  return !word.empty();
}

// Strict, because a syslog header may stand before the same line: either an address is there, or a
// host name and no ident.
bool read_client(std::string_view text, Client& client) {
  std::string_view ident;
  if (!take_word(text, client.host)) {
    return false;
  }
  std::string_view rest = text;
  std::string_view address;
  if (!text.starts_with('-') && take_word(rest, address) && parse_ip(address)) {
    client.virtual_host = client.host.substr(0, client.host.rfind(':'));
    client.host = address;
    text = rest;
  } else if (!parse_ip_lenient(client.host) &&
             (!is_host_name(client.host) || !text.starts_with("- "))) {
    return false;
  }
  if (!take_word(text, ident) || text.empty()) {
    return false;
  }
  client.user = text;
  return true;
}

struct RequestLine {
  std::string_view method;
  std::string_view target;
};

bool is_method(std::string_view word) {
  if (word.empty() || word.size() > 20) {
    return false;
  }
  for (const char c : word) {
    if ((c < 'A' || c > 'Z') && c != '_' && c != '-') {
      return false;
    }
  }
  return true;
}

// Scanners send anything here; what is no request line is kept whole as url.original.
RequestLine write_request(std::string_view request, EventWriter& event) {
  RequestLine line;
  const std::size_t space = request.find(' ');
  const std::string_view method = request.substr(0, space);
  if (space == std::string_view::npos || !is_method(method)) {
    if (request != "-") {
      event.text(fields::url_original, request);
    }
    return line;
  }
  line.method = method;
  line.target = request.substr(space + 1);
  event.text(fields::http_method, method);
  if (const std::size_t protocol = line.target.rfind(" HTTP/");
      protocol != std::string_view::npos) {
    event.text_if_any(fields::http_version, line.target.substr(protocol + 6));
    line.target = line.target.substr(0, protocol);
  }
  event.url(line.target);
  return line;
}

void write_duration_seconds(std::string_view seconds, EventWriter& event) {
  if (const auto value = parse_double(seconds); value && *value >= 0 && *value < 1e9) {
    event.integer(fields::event_duration, std::llround(*value * 1e9));
  }
}

void write_pair(std::string_view name, std::string_view value, EventWriter& event) {
  if (name == "rt" || name == "request_time") {
    write_duration_seconds(value, event);
  } else if (name == "host") {
    event.text_if_any(fields::url_domain, value);
  } else if (value != "-" && !value.empty()) {
    if (const auto id = event.field(name)) {
      event.text(*id, value);
    }
  }
}

bool is_pair_name(std::string_view name) {
  if (name.empty() || name.size() > 40) {
    return false;
  }
  for (const char c : name) {
    if (ascii_lower(c) != c || !((c >= 'a' && c <= 'z') || is_digit(c) || c == '_')) {
      return false;
    }
  }
  return true;
}

void write_extra(std::string_view word, bool quoted, EventWriter& event) {
  if (const std::size_t equals = word.find('=');
      !quoted && equals != std::string_view::npos && is_pair_name(word.substr(0, equals))) {
    std::string_view value = word.substr(equals + 1);
    if (value.size() >= 2 && value.front() == '"' && value.back() == '"') {
      value = value.substr(1, value.size() - 2);
    }
    write_pair(word.substr(0, equals), value, event);
    return;
  }
  if (quoted && parse_ip(trim(word.substr(word.rfind(',') + 1)))) {
    event.forwarded(word);
  } else if (!quoted && word.find('.') != std::string_view::npos &&
             !event.has(fields::event_duration)) {
    write_duration_seconds(word, event);
  }
}

void write_extras(std::string_view text, EventWriter& event) {
  for (int taken = 0; taken < kExtrasMax; ++taken) {
    skip_spaces(text);
    if (text.empty()) {
      return;
    }
    std::string_view word;
    if (take_quoted(text, word)) {
      write_extra(word, true, event);
    } else if (take_word(text, word)) {
      write_extra(word, false, event);
    } else {
      return;
    }
  }
}

void write_server(EventWriter& event) {
  const Origin& origin = event.origin();
  for (const std::string_view told :
       {std::string_view(origin.hint), std::string_view(origin.source),
        std::string_view(event.options().format)}) {
    if (contains_ignore_case(told, "nginx")) {
      event.dataset(Dataset::kNginxAccess);
      event.logsource({"nginx", "webserver", "access"});
      return;
    }
    if (contains_ignore_case(told, "apache") || contains_ignore_case(told, "httpd")) {
      event.dataset(Dataset::kApacheAccess);
      event.logsource({"apache", "webserver", "access"});
      return;
    }
  }
  event.dataset(Dataset::kWebAccess);
  event.logsource({"", "webserver", "access"});
}

}  // namespace

bool decode_access(std::string_view text, EventWriter& event) {
  std::string_view client_text;
  Client client;
  Micros time;
  std::string_view request;
  if (!take_client(text, client_text, time, event.time_rules()) ||
      !read_client(client_text, client) || !take_quoted(text, request)) {
    return false;
  }
  std::string_view status_text;
  if (!skip(text, " ") || !take_word(text, status_text)) {
    return false;
  }
  std::int64_t status = 0;
  if (status_text.size() == 3 && all_digits(status_text)) {
    status = (status_text[0] - '0') * 100 + (status_text[1] - '0') * 10 + (status_text[2] - '0');
  } else if (status_text != "-") {
    return false;
  }
  std::string_view bytes;
  take_word(text, bytes);
  if (bytes != "-" && !bytes.empty() && !all_digits(bytes)) {
    return false;
  }
  write_server(event);
  event.time(time);
  event.text_if_any(fields::url_domain, client.virtual_host);
  event.source(client.host);
  event.text_if_any(fields::user_name, client.user);
  const RequestLine line = write_request(request, event);
  if (status != 0) {
    event.integer(fields::http_status, status);
  }
  event.integer_text(fields::http_response_body_bytes, bytes);
  std::string_view referrer;
  std::string_view agent;
  if (take_quoted(text, referrer)) {
    event.text_if_any(fields::http_referrer, referrer);
    skip_spaces(text);
    if (take_quoted(text, agent)) {
      event.text_if_any(fields::user_agent, agent);
    }
  }
  write_extras(text, event);
  const std::string_view path = line.target.substr(0, line.target.find_first_of("?#"));
  write_web_deed({line.method, path, status}, Deed::kWebRequested, event);
  return true;
}

}  // namespace tocsin
