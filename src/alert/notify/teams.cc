// Microsoft Teams: an Adaptive Card 1.4 to the webhook of a workflow. Text from logs goes into
// TextRuns of a RichTextBlock, which know no Markdown, and never into a TextBlock, which does.
#include <fmt/format.h>

#include "alert/notify/http_channel.h"
#include "base/json_writer.h"

namespace tocsin {
namespace {

void write_run(JsonWriter& json, std::string_view text, std::string_view weight,
               std::string_view size) {
  json.begin_object().member("type", "TextRun").member("text", text);
  json.member("weight", weight).member("size", size).end_object();
}

std::string teams_json(const Notice& notice) {
  JsonWriter json;
  json.begin_object().member("type", "message").key("attachments").begin_array();
  json.begin_object().member("contentType", "application/vnd.microsoft.card.adaptive");
  json.key("contentUrl").null();
  json.key("content").begin_object();
  json.member("$schema", "http://adaptivecards.io/schemas/adaptive-card.json");
  json.member("type", "AdaptiveCard").member("version", "1.4");
  json.key("body").begin_array();
  json.begin_object().member("type", "RichTextBlock").key("inlines").begin_array();
  write_run(json, headline(notice), "Bolder", "Medium");
  json.end_array().end_object();
  for (const auto& [name, value] : facts(notice)) {
    json.begin_object().member("type", "RichTextBlock").member("spacing", "Small");
    json.key("inlines").begin_array();
    write_run(json, fmt::format("{}: ", name), "Bolder", "Default");
    write_run(json, value, "Default", "Default");
    json.end_array().end_object();
  }
  json.end_array();
  if (!notice.link.empty()) {
    json.key("actions").begin_array().begin_object();
    json.member("type", "Action.OpenUrl").member("title", "Open in Tocsin");
    json.member("url", notice.link).end_object().end_array();
  }
  return json.end_object().end_object().end_array().end_object().take();
}

}  // namespace

ChannelResult make_teams_channel(const ChannelParts& parts, Clock& clock) {
  static_cast<void>(clock);
  return make_http_channel(parts, [url = parts.secret("url")](const Notice& notice) {
    return std::vector{json_post(url, teams_json(notice))};
  });
}

}  // namespace tocsin
