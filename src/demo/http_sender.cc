#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/fail.h"
#include "base/text.h"
#include "demo/sender.h"

namespace tocsin {
namespace {

constexpr Span kPatience = span_s(120);
constexpr std::size_t kAnswerShown = 200;

Span retry_after(const HttpClientResponse& response) {
  const auto told = parse_int(trim(response.header("Retry-After")));
  return span_s(std::clamp<std::int64_t>(told.value_or(1), 1, 30));
}

}  // namespace

HttpSender::HttpSender(std::string url, std::string key, HttpClientOptions options, Pause pause)
    : url_(std::move(url)),
      key_(std::move(key)),
      client_(std::move(options)),
      pause_(std::move(pause)) {}

Status HttpSender::send(Channel channel, std::string_view lines) {
  const ChannelInfo& info = channel_info(channel);
  HttpClientRequest request;
  request.method = "POST";
  request.url = fmt::format("{}/api/v1/events?source={}", url_, info.source);
  if (!info.format.empty()) {
    request.url += fmt::format("&format={}", info.format);
  }
  request.headers = {{"Content-Type", std::string(info.content_type)},
                     {"Authorization", "Bearer " + key_}};
  request.body = lines;
  for (Span waited; waited < kPatience;) {
    TRY_ASSIGN(const HttpClientResponse response, client_.request(request));
    if (response.status == 200) {
      return {};
    }
    if (response.status != 429 && response.status != 503) {
      return fail(ErrorCode::kUnavailable, "sending {} to {}: status {}: {}", info.source, url_,
                  response.status, response.body.substr(0, kAnswerShown));
    }
    const Span pause = retry_after(response);
    pause_(pause);
    waited = Span(waited.value + pause.value);
  }
  return fail(ErrorCode::kExhausted, "sending {} to {}: the server was busy for two minutes",
              info.source, url_);
}

}  // namespace tocsin
