#include "cli/event_line.h"

#include <array>

#include <fmt/format.h>

#include "cli/terminal.h"

namespace tocsin {
namespace {

constexpr std::size_t kLineBytesMax = 400;

std::string text_of(simdjson::dom::object row, std::string_view field) {
  simdjson::dom::element value;
  if (row[field].get(value) != simdjson::SUCCESS || value.is_null()) {
    return {};
  }
  return cell_text(value);
}

// What an access log tells: "GET /cart → 200".
std::string request_text(simdjson::dom::object row) {
  const std::string method = text_of(row, "http.request.method");
  if (method.empty()) {
    return {};
  }
  const std::string original = text_of(row, "url.original");
  return fmt::format("{} {} → {}", method, original.empty() ? text_of(row, "url.path") : original,
                     text_of(row, "http.response.status_code"));
}

std::string deed_text(simdjson::dom::object row) {
  const std::string action = text_of(row, "event.action");
  const std::string outcome = text_of(row, "event.outcome");
  std::string text = action;
  if (!outcome.empty()) {
    text += text.empty() ? outcome : " " + outcome;
  }
  const std::string reason = text_of(row, "event.reason");
  return reason.empty() ? text : text + " (" + reason + ")";
}

}  // namespace

std::string cell_text(simdjson::dom::element value) {
  simdjson::dom::array list;
  if (value.get(list) == simdjson::SUCCESS) {
    std::string text;
    for (const simdjson::dom::element item : list) {
      text += (text.empty() ? "" : ", ") + cell_text(item);
    }
    return text;
  }
  std::string_view text;
  if (value.get(text) == simdjson::SUCCESS) {
    return terminal_text(text);
  }
  return value.is_null() ? "-" : simdjson::minify(value);
}

std::string event_line(simdjson::dom::object row) {
  std::string what = request_text(row);
  if (what.empty()) {
    what = deed_text(row);
  }
  const std::string message = text_of(row, "message");
  if (what.empty()) {
    what = message;
  }
  std::string line = fmt::format("{:<23.23} {:<14} {}", text_of(row, "@timestamp"),
                                 text_of(row, "event.dataset"), what);
  struct Actor {
    std::string_view name;
    std::string_view field;
  };
  static constexpr std::array<Actor, 4> kActors = {{{"user", "user.name"},
                                                    {"from", "source.ip"},
                                                    {"in", "source.geo.country_iso_code"},
                                                    {"on", "host.name"}}};
  for (const Actor& actor : kActors) {
    if (const std::string value = text_of(row, actor.field); !value.empty()) {
      line += fmt::format(" {} {}", actor.name, value);
    }
  }
  return terminal_text(line, kLineBytesMax);
}

}  // namespace tocsin
