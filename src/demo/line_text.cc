#include "demo/line_text.h"

#include <array>
#include <cstddef>

#include <fmt/format.h>

#include "base/json_writer.h"
#include "base/time_text.h"

namespace tocsin {
namespace {

constexpr auto kMonths = std::to_array<std::string_view>(
    {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"});
constexpr int kPinoInfo = 30;
constexpr int kPinoWarning = 40;

std::string_view month_name(const CivilTime& civil) {
  return kMonths[static_cast<std::size_t>(civil.month - 1)];
}

}  // namespace

std::string web_line(Micros time, const WebLine& line) {
  const CivilTime at = civil_from_micros(time);
  return fmt::format(
      R"({} - - [{:02}/{}/{:04}:{:02}:{:02}:{:02} +0000] "{} {} HTTP/1.1" {} {} "{}" "{}")",
      line.address, at.day, month_name(at), at.year, at.hour, at.minute, at.second, line.method,
      line.url, line.status, line.bytes, line.referrer, line.agent);
}

std::string auth_line(Micros time, const AuthLine& line) {
  JsonWriter json;
  json.begin_object();
  json.member("level", line.outcome == "failure" ? kPinoWarning : kPinoInfo);
  json.member("time", time.value / kMicrosPerMilli);
  json.member("pid", 311).member("hostname", "app1").member("service.name", "shop");
  json.member("event.category", "authentication");
  json.member("event.action", line.action).member("event.outcome", line.outcome);
  if (!line.reason.empty()) {
    json.member("event.reason", line.reason);
  }
  json.member("user.name", line.user).member("source.ip", line.address);
  json.member("msg", fmt::format("{} {}", line.action, line.outcome));
  json.end_object();
  return json.take();
}

std::string owasp_line(Micros time, std::string_view event, std::string_view level,
                       std::string_view address) {
  JsonWriter json;
  json.begin_object();
  json.member("datetime", iso_time(time)).member("appid", "shop.web");
  json.member("event", event).member("level", level);
  json.member("description", "reported by the shop");
  if (!address.empty()) {
    json.member("source_ip", address);
  }
  json.end_object();
  return json.take();
}

std::string node_line(Micros time, std::string_view text) {
  const CivilTime at = civil_from_micros(time);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z - {}", at.year, at.month, at.day,
                     at.hour, at.minute, at.second, at.micros / kMicrosPerMilli, text);
}

std::string python_line(Micros time, std::string_view event, std::string_view details) {
  const CivilTime at = civil_from_micros(time);
  return fmt::format("{:04}-{:02}-{:02} {:02}:{:02}:{:02},{:03} - Event: {}, Details: {}", at.year,
                     at.month, at.day, at.hour, at.minute, at.second, at.micros / kMicrosPerMilli,
                     event, details);
}

std::string syslog_line(Micros time, std::string_view host, std::string_view program, int pid,
                        std::string_view text) {
  const CivilTime at = civil_from_micros(time);
  const std::string tag = pid == 0 ? std::string(program) : fmt::format("{}[{}]", program, pid);
  return fmt::format("{} {:>2} {:02}:{:02}:{:02} {} {}: {}", month_name(at), at.day, at.hour,
                     at.minute, at.second, host, tag, text);
}

}  // namespace tocsin
