#include "enforce/webhook/webhook_enforcer.h"

#include <algorithm>
#include <span>

#include "base/encoding.h"
#include "base/fail.h"
#include "base/hash.h"
#include "http/webhook_signature.h"

namespace tocsin {
namespace {

constexpr std::size_t kDeliveryDigits = 32;

bool may_succeed_later(int status) {
  return status == 408 || status == 425 || status == 429 || status >= 500;
}

}  // namespace

WebhookEnforcer::WebhookEnforcer(WebhookEnforcerOptions options, Clock& clock, Send send)
    : options_(std::move(options)),
      clock_(clock),
      started_(clock.now()),
      client_({.ca_file = options_.ca_file, .user_agent = "tocsin-enforce-webhook"}),
      send_(send ? std::move(send) : Send([this](const HttpClientRequest& request) {
        return client_.request(request);
      })) {}

Result<bool> WebhookEnforcer::call(const std::string& delivery, const std::string& body) {
  HttpClientRequest request;
  request.method = "POST";
  request.url = options_.url;
  request.timeout = options_.timeout;
  request.body = body;
  request.headers = sign_webhook(options_.secret, delivery, clock_.now(), body);
  request.headers.push_back({"Content-Type", "application/json"});
  TRY_ASSIGN(const HttpClientResponse response, send_(request));
  if (may_succeed_later(response.status)) {
    return fail(ErrorCode::kUnavailable, "{} answers {}", options_.url, response.status);
  }
  return response.status < 300;
}

Status WebhookEnforcer::deliver(std::vector<DecisionNews> news, Telling telling, Span now,
                                Applied& applied) {
  std::erase_if(news, [this](const DecisionNews& one) { return told_.has(one); });
  const std::size_t per_call = options_.decisions_per_call;
  std::size_t at = 0;
  // A listing is told though it is empty: the receiver then lets go of everything.
  while (at < news.size() || (at == 0 && telling == Telling::kListing)) {
    const auto call_news = std::span(news).subspan(at, std::min(per_call, news.size() - at));
    at += std::max<std::size_t>(call_news.size(), 1);
    JsonWriter json;
    json.begin_object();
    std::string names;
    if (telling == Telling::kListing) {
      json.member("full", true).member("more", at < news.size());
      names = fmt::format("{} full;", started_.value);
    }
    json.key("decisions").begin_array();
    for (const DecisionNews& one : call_news) {
      json.begin_object();
      write_enforced(json, *one.standing, one.moment, now);
      json.end_object();
      names += fmt::format("{} {};", one.standing->decision.id, moment_name(one.moment));
    }
    json.end_array().end_object();
    TRY_ASSIGN(
        const bool taken,
        call(hex_encode(digest_view(sha256(names))).substr(0, kDeliveryDigits), json.take()));
    for (const DecisionNews& one : call_news) {
      told_.add(one);
      if (!taken) {
        applied.failed.push_back({one.standing->decision.id, "the receiver refused it"});
      }
    }
  }
  told_.clear();
  return {};
}

Result<Enforcer::Applied> WebhookEnforcer::apply(const StandingChange& change,
                                                 const StandingDecisions& all, Span now) {
  Applied applied;
  TRY(deliver(news_of(change, all), Telling::kNews, now, applied));
  return applied;
}

Result<Enforcer::Applied> WebhookEnforcer::restore(const StandingDecisions& all, Span now) {
  Applied applied;
  told_.clear();
  TRY(deliver(news_of(all), Telling::kListing, now, applied));
  return applied;
}

}  // namespace tocsin
