// ntfy: publishing as JSON to the server's root. Priorities 1 (lowest) to 5; the message is plain
// text (no Markdown), at most 4,096 bytes.
#include <algorithm>

#include "alert/notify/http_channel.h"
#include "base/fail.h"
#include "base/json_writer.h"
#include "base/text.h"
#include "base/utf8.h"

namespace tocsin {
namespace {

constexpr std::size_t kTitleBytesMax = 240;
constexpr std::size_t kMessageBytesMax = 3'800;
constexpr std::size_t kTopicBytesMax = 64;

int priority_of(const Notice& notice) {
  if (notice.kind == NoticeKind::kTest || notice.kind == NoticeKind::kAcknowledged ||
      notice.kind == NoticeKind::kClosed) {
    return 2;
  }
  switch (notice.alert.level) {
    case Level::kInformational:
      return 1;
    case Level::kLow:
      return 2;
    case Level::kMedium:
      return 3;
    case Level::kHigh:
      return 4;
    case Level::kCritical:
      return 5;
  }
  return 3;
}

std::string ntfy_json(const std::string& topic, const Notice& notice) {
  std::string message;
  for (const auto& [name, value] : facts(notice)) {
    message += fmt::format("{}: {}\n", name, value);
  }
  JsonWriter json;
  json.begin_object().member("topic", topic);
  json.member("title", utf8_prefix(headline(notice), kTitleBytesMax));
  json.member("message", utf8_prefix(message, kMessageBytesMax));
  json.member("priority", priority_of(notice)).member("markdown", false);
  if (!notice.link.empty()) {
    json.member("click", notice.link);
  }
  return json.end_object().take();
}

bool is_topic(std::string_view topic) {
  return !topic.empty() && topic.size() <= kTopicBytesMax && std::ranges::all_of(topic, [](char c) {
    const char lower = ascii_lower(c);
    return (lower >= 'a' && lower <= 'z') || is_digit(c) || c == '-' || c == '_';
  });
}

}  // namespace

ChannelResult make_ntfy_channel(const ChannelParts& parts, Clock& clock) {
  static_cast<void>(clock);
  const std::string topic = parts.text("topic");
  if (!is_topic(topic)) {
    return fail(ErrorCode::kInvalid, "topic \"{}\" is not 1 to {} of letters, digits, - and _",
                topic.substr(0, kTopicBytesMax), kTopicBytesMax);
  }
  std::vector<HttpHeader> headers;
  if (const std::string token = parts.secret("token"); !token.empty()) {
    headers.push_back({"Authorization", "Bearer " + token});
  }
  return make_http_channel(parts, [url = parts.text("url"), topic, headers](const Notice& notice) {
    return std::vector{json_post(url, ntfy_json(topic, notice), headers)};
  });
}

}  // namespace tocsin
