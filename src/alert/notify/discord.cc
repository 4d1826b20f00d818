// Discord: a webhook with one embed. Everything from logs is escaped for its Markdown, and
// allowed_mentions forbids every mention whatever the text says. Limits: title 256 characters, 25
// fields of 256 and 1,024, 6,000 together.
#include <algorithm>

#include "alert/notify/http_channel.h"
#include "alert/notify/neutral_text.h"
#include "base/json_writer.h"
#include "base/time_text.h"
#include "base/utf8.h"

namespace tocsin {
namespace {

constexpr std::size_t kTitleBytesMax = 250;
constexpr std::size_t kValueBytesMax = 1'000;
constexpr std::size_t kTogetherBytesMax = 5'500;
constexpr std::size_t kFieldsMax = 25;

int colour_of(Level level) {
  switch (level) {
    case Level::kInformational:
      return 0x808080;
    case Level::kLow:
      return 0x3B82F6;
    case Level::kMedium:
      return 0xF59E0B;
    case Level::kHigh:
      return 0xEA580C;
    case Level::kCritical:
      return 0xDC2626;
  }
  return 0x808080;
}

// Escaped, and cut where no escape is torn apart.
std::string shown(std::string_view text, std::size_t bytes_max) {
  std::string escaped = markdown_escaped(text);
  for (std::size_t keep = std::min(text.size(), bytes_max); escaped.size() > bytes_max;
       keep = keep * 9 / 10) {
    escaped = markdown_escaped(utf8_prefix(text, keep));
  }
  return escaped;
}

std::string discord_json(const Notice& notice) {
  JsonWriter json;
  json.begin_object().member("username", "Tocsin");
  json.key("allowed_mentions").begin_object().key("parse").begin_array().end_array().end_object();
  json.key("embeds").begin_array().begin_object();
  const std::string title = shown(headline(notice), kTitleBytesMax);
  json.member("title", title).member("color", colour_of(notice.alert.level));
  json.member("timestamp", iso_time(notice.at));
  if (!notice.link.empty()) {
    json.member("url", notice.link);
  }
  json.key("fields").begin_array();
  std::size_t together = title.size();
  std::size_t fields = 0;
  for (const auto& [name, value] : facts(notice)) {
    const std::string text = shown(value, kValueBytesMax);
    together += name.size() + text.size();
    if (++fields > kFieldsMax || together > kTogetherBytesMax) {
      break;
    }
    json.begin_object().member("name", name).member("value", text);
    json.member("inline", false).end_object();
  }
  return json.end_array().end_object().end_array().end_object().take();
}

}  // namespace

ChannelResult make_discord_channel(const ChannelParts& parts, Clock& clock) {
  static_cast<void>(clock);
  return make_http_channel(parts, [url = parts.secret("url")](const Notice& notice) {
    return std::vector{json_post(url, discord_json(notice))};
  });
}

}  // namespace tocsin
