// Prometheus Alertmanager, API v2: POST /api/v2/alerts. The labels are what identifies an alert
// there, so they are the same at the end as at the beginning. An alert that is open stays for
// kKeep and is ended by its closing; acknowledging changes nothing there.
#include <set>

#include <fmt/format.h>

#include "alert/notify/http_channel.h"
#include "alert/notify/neutral_text.h"
#include "base/encoding.h"
#include "base/json_writer.h"
#include "base/text.h"
#include "base/time_text.h"

namespace tocsin {
namespace {

constexpr Span kKeep = span_s(7LL * 86'400);
constexpr std::size_t kLabelBytesMax = 500;

// Prometheus' [a-zA-Z_][a-zA-Z0-9_]*.
std::string label_name(std::string_view field) {
  std::string name;
  for (const char c : field.substr(0, 100)) {
    const char lower = ascii_lower(c);
    const bool fits = (lower >= 'a' && lower <= 'z') || is_digit(c) || c == '_';
    name += fits ? c : '_';
  }
  return name.empty() || is_digit(name.front()) ? "_" + name : name;
}

void write_labels(JsonWriter& json, const Notice& notice) {
  const Alert& alert = notice.alert;
  std::set<std::string> used = {"alertname", "severity", "rule_id", "alert_id", "source"};
  json.key("labels").begin_object();
  json.member("source", "tocsin").member("severity", level_name(alert.level));
  if (notice.kind == NoticeKind::kTest || notice.kind == NoticeKind::kDigest) {
    json.member("alertname", notice.kind == NoticeKind::kTest ? "Tocsin test" : "Tocsin alerts");
    json.member("alert_id", notice.id).end_object();
    return;
  }
  json.member("alertname", neutral(alert.title, kLabelBytesMax));
  json.member("rule_id", neutral(alert.rule_id, kLabelBytesMax)).member("alert_id", alert.id);
  for (const KeyPart& part : alert.key) {
    const std::string name = label_name(part.field);
    const std::string value = neutral(part.value, kLabelBytesMax);
    if (!value.empty() && used.insert(name).second) {
      json.member(name, value);
    }
  }
  json.end_object();
}

std::string alertmanager_json(const Notice& notice, Micros now) {
  const bool is_alert = notice.kind != NoticeKind::kTest && notice.kind != NoticeKind::kDigest;
  const Micros start = is_alert ? notice.alert.opened : notice.at;
  Micros end = start + kKeep;
  if (notice.kind == NoticeKind::kClosed) {
    end = std::min(notice.at, now);
  } else if (notice.kind == NoticeKind::kTest) {
    end = now + span_s(60);
  } else if (end <= now) {
    end = now + kKeep;
  }
  JsonWriter json;
  json.begin_array().begin_object();
  write_labels(json, notice);
  json.key("annotations").begin_object().member("summary", headline(notice));
  std::string description;
  for (const auto& [name, value] : facts(notice)) {
    description += fmt::format("{}: {}\n", name, value);
  }
  json.member("description", description).end_object();
  json.member("startsAt", iso_time(start)).member("endsAt", iso_time(end));
  if (!notice.link.empty()) {
    json.member("generatorURL", notice.link);
  }
  return json.end_object().end_array().take();
}

}  // namespace

ChannelResult make_alertmanager_channel(const ChannelParts& parts, Clock& clock) {
  std::vector<HttpHeader> headers;
  if (const std::string token = parts.secret("token"); !token.empty()) {
    headers.push_back({"Authorization", "Bearer " + token});
  } else if (const std::string user = parts.text("user"); !user.empty()) {
    headers.push_back(
        {"Authorization", "Basic " + base64_encode(user + ":" + parts.secret("password"))});
  }
  return make_http_channel(
      parts,
      [url = joined_url(parts.text("url"), "/api/v2/alerts"), headers,
       &clock](const Notice& notice) -> std::vector<HttpClientRequest> {
        if (notice.kind == NoticeKind::kAcknowledged) {
          return {};
        }
        return {json_post(url, alertmanager_json(notice, clock.now()), headers)};
      });
}

}  // namespace tocsin
