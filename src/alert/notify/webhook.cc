// Webhook: one request to a URL of one's own, with a body by template (text_template.h) or, without
// one, the notice as JSON; signed when there is a key (http/webhook_signature.h).
#include <optional>

#include "alert/notify/http_channel.h"
#include "alert/notify/text_template.h"
#include "base/fail.h"
#include "base/json_writer.h"
#include "http/webhook_signature.h"

namespace tocsin {
namespace {

class WebhookMessages {
 public:
  WebhookMessages(const ChannelParts& parts, std::optional<TextTemplate> body, Clock& clock)
      : url_(parts.text("url")),
        method_(parts.text("method")),
        content_type_(parts.text("content_type")),
        authorization_(parts.secret("authorization")),
        signing_key_(parts.secret("signing_key")),
        body_(std::move(body)),
        clock_(clock) {}

  std::vector<HttpClientRequest> of(const Notice& notice) const {
    HttpClientRequest request;
    request.method = method_;
    request.url = url_;
    request.body = body_ ? body_->render(notice) : default_json(notice);
    request.headers.push_back({"Content-Type", content_type_});
    if (!authorization_.empty()) {
      request.headers.push_back({"Authorization", authorization_});
    }
    if (signing_key_.empty()) {
      request.headers.push_back({"webhook-id", notice.id});
    } else {
      const auto signature = sign_webhook(signing_key_, notice.id, clock_.now(), request.body);
      request.headers.insert(request.headers.end(), signature.begin(), signature.end());
    }
    return {request};
  }

 private:
  static std::string default_json(const Notice& notice) {
    JsonWriter json;
    json.begin_object().member("headline", headline(notice)).member("text", plain_text(notice));
    json.key("notice").raw(notice_json(notice));
    return json.end_object().take();
  }

  std::string url_;
  std::string method_;
  std::string content_type_;
  std::string authorization_;
  std::string signing_key_;
  std::optional<TextTemplate> body_;
  Clock& clock_;
};

}  // namespace

ChannelResult make_webhook_channel(const ChannelParts& parts, Clock& clock) {
  const std::string text = parts.text("template");
  const std::string content_type = parts.text("content_type");
  std::optional<TextTemplate> body;
  if (!text.empty()) {
    TRY_ASSIGN(body, TextTemplate::parse(text, template_escape_of(content_type)));
  } else if (content_type != "application/json") {
    return fail(ErrorCode::kInvalid, "content_type {} needs a template", content_type);
  }
  return make_http_channel(parts, [messages = WebhookMessages(parts, std::move(body), clock)](
                                      const Notice& notice) { return messages.of(notice); });
}

}  // namespace tocsin
