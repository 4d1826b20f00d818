#include "http/response_head.h"

#include <algorithm>
#include <array>
#include <iterator>

#include <fmt/format.h>

#include "base/text.h"
#include "base/time_text.h"

namespace tocsin {
namespace {

constexpr std::array<std::string_view, 7> kDays = {"Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"};
constexpr std::array<std::string_view, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
constexpr std::array<std::string_view, 6> kServersOwn = {
    "Content-Length", "Transfer-Encoding", "Connection", "Date", "Keep-Alive", "Upgrade"};

bool is_token(std::string_view name) {
  constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
  return !name.empty() && std::ranges::all_of(name, [&](char c) {
    const char lower = ascii_lower(c);
    return is_digit(c) || (lower >= 'a' && lower <= 'z') || kMarks.contains(c);
  });
}

void append_header(std::string& out, std::string_view name, std::string_view value) {
  out += name;
  out += ": ";
  for (const char c : value) {
    out += c == '\r' || c == '\n' || c == '\0' ? ' ' : c;
  }
  out += "\r\n";
}

}  // namespace

std::string http_date(Micros time) {
  const CivilTime civil = civil_from_micros(time);
  const std::int64_t days = days_from_civil(civil.year, civil.month, civil.day);
  const auto weekday = static_cast<std::size_t>(((days % 7) + 7) % 7);
  return fmt::format("{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT", kDays[weekday], civil.day,
                     kMonths[static_cast<std::size_t>(civil.month - 1)], civil.year, civil.hour,
                     civil.minute, civil.second);
}

std::string response_head(const HttpResponse& response, const ResponseFraming& framing) {
  std::string out;
  out.reserve(256);
  fmt::format_to(std::back_inserter(out), "HTTP/1.1 {} {}\r\n", response.status,
                 http_reason(response.status));
  append_header(out, "Date", http_date(framing.now));
  if (!framing.server_name.empty()) {
    append_header(out, "Server", framing.server_name);
  }
  for (const HttpHeader& header : response.headers) {
    const bool servers_own = std::ranges::any_of(
        kServersOwn, [&](std::string_view own) { return equals_ignore_case(own, header.name); });
    if (!servers_own && is_token(header.name)) {
      append_header(out, header.name, header.value);
    }
  }
  if (framing.chunked) {
    out += "Transfer-Encoding: chunked\r\n";
  } else if (framing.content_length) {
    fmt::format_to(std::back_inserter(out), "Content-Length: {}\r\n", *framing.content_length);
  }
  switch (framing.persistence) {
    case Persistence::kKeepAlive:
      out += "Connection: keep-alive\r\n";
      break;
    case Persistence::kClose:
      out += "Connection: close\r\n";
      break;
  }
  out += "\r\n";
  return out;
}

}  // namespace tocsin
