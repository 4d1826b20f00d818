// Opsgenie Alert API v2: create, acknowledge and close by alias. Limits: message 130 characters,
// description 15,000, alias 512, 20 tags of 50, source 100. A test message is closed at once.
#include <algorithm>

#include <fmt/format.h>

#include "alert/notify/http_channel.h"
#include "alert/notify/neutral_text.h"
#include "base/json_writer.h"
#include "base/utf8.h"
#include "http/url.h"

namespace tocsin {
namespace {

constexpr std::size_t kMessageBytesMax = 130;
constexpr std::size_t kDescriptionBytesMax = 15'000;
constexpr std::size_t kTagBytesMax = 50;
constexpr std::size_t kTagsMax = 20;

std::string_view priority_of(Level level) {
  switch (level) {
    case Level::kInformational:
      return "P5";
    case Level::kLow:
      return "P4";
    case Level::kMedium:
      return "P3";
    case Level::kHigh:
      return "P2";
    case Level::kCritical:
      return "P1";
  }
  return "P5";
}

std::string create_json(const Notice& notice) {
  JsonWriter json;
  json.begin_object().member("message", utf8_prefix(headline(notice), kMessageBytesMax));
  json.member("alias", thread_key(notice));
  json.member("description", utf8_prefix(plain_text(notice), kDescriptionBytesMax));
  json.member("source", "tocsin").member("entity", neutral(key_text(notice.alert.key), 500));
  json.member("priority",
              notice.kind == NoticeKind::kTest ? "P5" : priority_of(notice.alert.level));
  json.key("tags").begin_array();
  for (std::size_t i = 0; i < std::min(notice.alert.tags.size(), kTagsMax); ++i) {
    json.value(neutral(notice.alert.tags[i], kTagBytesMax));
  }
  json.end_array();
  json.key("details").begin_object();
  json.member("rule_id", notice.alert.rule_id).member("alert_id", notice.alert.id);
  json.member("kind", notice_kind_name(notice.kind));
  return json.end_object().end_object().take();
}

std::string change_json(const Notice& notice) {
  JsonWriter json;
  json.begin_object().member("source", "tocsin");
  json.member("note", headline(notice)).end_object();
  return json.take();
}

class Requests {
 public:
  Requests(std::string base, const std::string& api_key)
      : base_(std::move(base)), headers_{{"Authorization", "GenieKey " + api_key}} {}

  std::vector<HttpClientRequest> of(const Notice& notice) const {
    switch (notice.kind) {
      case NoticeKind::kAcknowledged:
        return {change(notice, "acknowledge")};
      case NoticeKind::kClosed:
        return {change(notice, "close")};
      case NoticeKind::kTest:
        return {create(notice), change(notice, "close")};
      case NoticeKind::kOpened:
      case NoticeKind::kReopened:
      case NoticeKind::kEscalated:
      case NoticeKind::kDigest:
        return {create(notice)};
    }
    return {};
  }

 private:
  HttpClientRequest create(const Notice& notice) const {
    return json_post(joined_url(base_, "/v2/alerts"), create_json(notice), headers_);
  }
  HttpClientRequest change(const Notice& notice, std::string_view what) const {
    const std::string path = fmt::format("/v2/alerts/{}/{}?identifierType=alias",
                                         percent_encode(thread_key(notice)), what);
    return json_post(joined_url(base_, path), change_json(notice), headers_);
  }

  std::string base_;
  std::vector<HttpHeader> headers_;
};

}  // namespace

ChannelResult make_opsgenie_channel(const ChannelParts& parts, Clock& clock) {
  static_cast<void>(clock);
  return make_http_channel(parts, [requests = Requests(parts.text("url"), parts.secret("api_key"))](
                                      const Notice& notice) { return requests.of(notice); });
}

}  // namespace tocsin
