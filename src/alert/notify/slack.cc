// Slack: incoming webhooks with Block Kit. All text from logs goes into plain_text objects, which
// know no mrkdwn, and is escaped besides: no mention, no link, no format comes out of a log line.
// Limits: header 150 characters, field 2,000, 10 fields a section.
#include <algorithm>

#include <fmt/format.h>

#include "alert/notify/http_channel.h"
#include "alert/notify/neutral_text.h"
#include "base/json_writer.h"
#include "base/utf8.h"

namespace tocsin {
namespace {

constexpr std::size_t kHeaderBytesMax = 150;
constexpr std::size_t kFieldBytesMax = 1'900;
constexpr std::size_t kFieldsMax = 10;

void write_plain_text(JsonWriter& json, std::string_view text, std::size_t bytes_max) {
  json.begin_object().member("type", "plain_text");
  // Cut before it is escaped: half an entity would be shown as it is.
  json.member("text", slack_escaped(utf8_prefix(text, bytes_max)));
  json.member("emoji", false).end_object();
}

std::string slack_json(const Notice& notice) {
  const std::string title = headline(notice);
  JsonWriter json;
  json.begin_object().member("text", slack_escaped(title)).member("mrkdwn", false);
  json.key("blocks").begin_array();
  json.begin_object().member("type", "header").key("text");
  write_plain_text(json, title, kHeaderBytesMax);
  json.end_object();
  const std::vector<Fact> all = facts(notice);
  for (std::size_t from = 0; from < all.size(); from += kFieldsMax) {
    json.begin_object().member("type", "section").key("fields").begin_array();
    for (std::size_t i = from; i < std::min(from + kFieldsMax, all.size()); ++i) {
      write_plain_text(json, fmt::format("{}: {}", all[i].first, all[i].second), kFieldBytesMax);
    }
    json.end_array().end_object();
  }
  if (!notice.link.empty()) {
    json.begin_object().member("type", "actions").key("elements").begin_array();
    json.begin_object().member("type", "button").key("text");
    write_plain_text(json, "Open in Tocsin", kHeaderBytesMax);
    json.member("url", notice.link).end_object().end_array().end_object();
  }
  return json.end_array().end_object().take();
}

}  // namespace

ChannelResult make_slack_channel(const ChannelParts& parts, Clock& clock) {
  static_cast<void>(clock);
  return make_http_channel(parts, [url = parts.secret("url")](const Notice& notice) {
    return std::vector{json_post(url, slack_json(notice))};
  });
}

}  // namespace tocsin
