#include "alert/notify/http_channel.h"

#include <algorithm>
#include <atomic>

#include <fmt/format.h>

#include "alert/notify/neutral_text.h"
#include "base/text.h"

namespace tocsin {
namespace {

constexpr std::uint64_t kAnswerBytesMax = 64 * 1024;
constexpr std::size_t kDetailBytesMax = 300;
constexpr std::int64_t kRetryAfterSecondsMax = 3'600;

bool comes_again(int status) {
  return status == 408 || status == 425 || status == 429 || status >= 500;
}

class HttpChannel final : public Channel {
 public:
  HttpChannel(const ChannelParts& parts, HttpMessages messages)
      : messages_(std::move(messages)),
        timeout_(parts.settings.timeout),
        secrets_(parts.secret_values()),
        client_({.ca_file = parts.text("ca_file")}) {}

  Delivery send(const Notice& notice) override {
    Delivery last;
    for (HttpClientRequest& request : messages_(notice)) {
      last = send_one(request);
      if (last.outcome != Delivery::Outcome::kSent) {
        return last;
      }
    }
    return last;
  }

  void cancel() override { cancelled_ = true; }

 private:
  Delivery send_one(HttpClientRequest& request) {
    request.timeout = timeout_;
    request.connect_timeout = std::min(request.connect_timeout, timeout_);
    request.response_bytes_max = kAnswerBytesMax;
    const auto response = client_.request(request, [this] { return !cancelled_.load(); });
    if (!response) {
      const bool is_wrong = response.error().code() == ErrorCode::kInvalid;
      return {.outcome = is_wrong ? Delivery::Outcome::kRefused : Delivery::Outcome::kRetry,
              .detail = safe(response.error().full_text())};
    }
    Delivery delivery;
    const std::string_view body = response->body;
    delivery.detail = safe(fmt::format("{} {}", response->status, body.substr(0, kDetailBytesMax)));
    if (response->status >= 200 && response->status < 300) {
      return delivery;
    }
    delivery.outcome =
        comes_again(response->status) ? Delivery::Outcome::kRetry : Delivery::Outcome::kRefused;
    const std::int64_t seconds = parse_int(response->header("Retry-After")).value_or(0);
    delivery.retry_after = span_s(std::clamp<std::int64_t>(seconds, 0, kRetryAfterSecondsMax));
    return delivery;
  }

  std::string safe(const std::string& text) const {
    return neutral(masked(text, secrets_), kDetailBytesMax);
  }

  const HttpMessages messages_;
  const Span timeout_;
  const std::vector<std::string> secrets_;
  HttpClient client_;
  std::atomic<bool> cancelled_{false};
};

}  // namespace

std::unique_ptr<Channel> make_http_channel(const ChannelParts& parts, HttpMessages messages) {
  return std::make_unique<HttpChannel>(parts, std::move(messages));
}

HttpClientRequest json_post(std::string url, std::string json, std::vector<HttpHeader> headers) {
  HttpClientRequest request;
  request.method = "POST";
  request.url = std::move(url);
  request.headers = std::move(headers);
  request.headers.push_back({"Content-Type", "application/json"});
  request.body = std::move(json);
  return request;
}

std::string joined_url(std::string_view base, std::string_view path) {
  while (base.ends_with('/')) {
    base.remove_suffix(1);
  }
  return std::string(base) + std::string(path);
}

}  // namespace tocsin
