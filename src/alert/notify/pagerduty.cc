// PagerDuty Events API v2: trigger, acknowledge and resolve with one dedup_key an alert. Limits:
// summary 1,024 characters, dedup_key 255. A test message is resolved at once.
#include <fmt/format.h>

#include "alert/notify/http_channel.h"
#include "base/json_writer.h"
#include "base/time_text.h"
#include "base/utf8.h"

namespace tocsin {
namespace {

constexpr std::size_t kSummaryBytesMax = 1'024;

std::string_view action_of(NoticeKind kind) {
  switch (kind) {
    case NoticeKind::kAcknowledged:
      return "acknowledge";
    case NoticeKind::kClosed:
      return "resolve";
    case NoticeKind::kOpened:
    case NoticeKind::kReopened:
    case NoticeKind::kEscalated:
    case NoticeKind::kDigest:
    case NoticeKind::kTest:
      return "trigger";
  }
  return "trigger";
}

std::string_view severity_of(Level level) {
  switch (level) {
    case Level::kInformational:
    case Level::kLow:
      return "info";
    case Level::kMedium:
      return "warning";
    case Level::kHigh:
      return "error";
    case Level::kCritical:
      return "critical";
  }
  return "info";
}

void write_payload(JsonWriter& json, const Notice& notice) {
  json.key("payload").begin_object();
  json.member("summary", utf8_prefix(headline(notice), kSummaryBytesMax));
  json.member("source", "tocsin");
  json.member("severity",
              notice.kind == NoticeKind::kTest ? "info" : severity_of(notice.alert.level));
  json.member("timestamp", iso_time(notice.at));
  json.member("component", notice.alert.rule_id).member("class", notice_kind_name(notice.kind));
  json.key("custom_details").begin_object();
  std::size_t lines = 0;
  for (const auto& [name, value] : facts(notice)) {
    const bool is_digest = notice.kind == NoticeKind::kDigest;
    json.member(is_digest ? fmt::format("{} {}", name, ++lines) : std::string(name), value);
  }
  json.end_object().end_object();
}

std::string pagerduty_json(const std::string& routing_key, const Notice& notice,
                           std::string_view action) {
  JsonWriter json;
  json.begin_object().member("routing_key", routing_key).member("event_action", action);
  json.member("dedup_key", thread_key(notice));
  if (action == "trigger") {
    write_payload(json, notice);
    json.member("client", "Tocsin");
    if (!notice.link.empty()) {
      json.member("client_url", notice.link);
    }
  }
  return json.end_object().take();
}

}  // namespace

ChannelResult make_pagerduty_channel(const ChannelParts& parts, Clock& clock) {
  static_cast<void>(clock);
  return make_http_channel(parts, [url = joined_url(parts.text("url"), "/v2/enqueue"),
                                   key = parts.secret("routing_key")](const Notice& notice) {
    std::vector messages = {json_post(url, pagerduty_json(key, notice, action_of(notice.kind)))};
    if (notice.kind == NoticeKind::kTest) {
      messages.push_back(json_post(url, pagerduty_json(key, notice, "resolve")));
    }
    return messages;
  });
}

}  // namespace tocsin
