#include "enforce/http_feed.h"

#include <array>

#include <simdjson.h>

#include "base/fail.h"
#include "base/json_writer.h"
#include "http/url.h"

namespace tocsin {
namespace {

constexpr std::uint64_t kAnswerBytesMax = 256U << 20U;
constexpr Span kGrace = span_s(10);  // over what the server was asked to wait

constexpr std::array kKinds = {DecisionKind::kBlock,     DecisionKind::kThrottle,
                               DecisionKind::kChallenge, DecisionKind::kRedirect,
                               DecisionKind::kDisable,   DecisionKind::kCustom};
constexpr std::array kScopeWordsOfDecisions = {
    ScopeKind::kAddress, ScopeKind::kNetwork, ScopeKind::kNetworkOwner, ScopeKind::kCountry,
    ScopeKind::kUser,    ScopeKind::kSession, ScopeKind::kApiKey};

std::string detail_of(const std::string& body) {
  simdjson::dom::parser parser;
  simdjson::dom::element root;
  std::string_view detail;
  if (parser.parse(body).get(root) == simdjson::SUCCESS &&
      root["detail"].get(detail) == simdjson::SUCCESS) {
    return std::string(detail);
  }
  return body.substr(0, 200);
}

Error refused(const HttpClientRequest& request, int status, const std::string& body) {
  const ErrorCode code = status == 401 || status == 403 ? ErrorCode::kDenied
                         : status == 404                ? ErrorCode::kNotFound
                         : status < 500                 ? ErrorCode::kInvalid
                                                        : ErrorCode::kUnavailable;
  return fail(code, "{} answers {}: {}", request.url, status, detail_of(body));
}

void write_covered(JsonWriter& json, const Enforcer& enforcer) {
  json.key("covers").begin_array();
  for (const DecisionKind kind : kKinds) {
    for (const ScopeKind scope : kScopeWordsOfDecisions) {
      if (enforcer.covers(kind, scope)) {
        json.value(fmt::format("{}:{}", decision_kind_name(kind), scope_kind_name(scope)));
      }
    }
  }
  json.end_array();
}

}  // namespace

HttpFeed::HttpFeed(HttpFeedOptions options, const Enforcer& enforcer,
                   std::function<bool()> keep_going)
    : options_(std::move(options)),
      enforcer_(enforcer),
      keep_going_(std::move(keep_going)),
      client_(
          {.ca_file = options_.ca_file,
           .user_agent = fmt::format("tocsin-enforce-{}/{}", enforcer.kind(), options_.version)}) {}

HttpClientRequest HttpFeed::request(std::string method, const std::string& path) const {
  HttpClientRequest request;
  request.method = std::move(method);
  request.url = options_.url + path;
  request.headers.push_back({"Authorization", "Bearer " + options_.key});
  request.response_bytes_max = kAnswerBytesMax;
  return request;
}

Result<FeedBatch> HttpFeed::fetch(const std::string& cursor, Span wait) {
  HttpClientRequest asked =
      request("GET", fmt::format("/api/v1/decisions/feed?enforcer={}&cursor={}&wait={}ms",
                                 percent_encode(options_.name), percent_encode(cursor),
                                 wait.value / kMicrosPerMilli));
  asked.timeout = Span(wait.value + kGrace.value);
  std::string body;
  bool too_large = false;
  TRY_ASSIGN(const HttpClientResponse response,
             client_.stream(
                 asked,
                 [&](std::string_view piece) {
                   too_large = body.size() + piece.size() > kAnswerBytesMax;
                   body += too_large ? std::string_view() : piece;
                   return !too_large && keep_going_();
                 },
                 keep_going_));
  if (!keep_going_()) {
    return Error(ErrorCode::kCancelled, "asked to stop");
  }
  if (response.status != 200) {
    return refused(asked, response.status, response.body);
  }
  if (too_large) {
    return fail(ErrorCode::kTooLarge, "the feed's answer is over {} bytes", kAnswerBytesMax);
  }
  return parse_feed(body);
}

std::string HttpFeed::receipt_json(const EnforcerReceipt& receipt) const {
  JsonWriter json;
  json.begin_object();
  json.member("name", options_.name).member("kind", enforcer_.kind());
  json.member("version", options_.version);
  json.member("through", receipt.through).member("standing", receipt.standing);
  json.member("leaving", receipt.leaving);
  write_covered(json, enforcer_);
  json.key("failed").begin_array();
  for (const FailedDecision& failed : receipt.failed) {
    json.begin_object().member("id", failed.id).member("why", failed.why).end_object();
  }
  json.end_array().key("counts").begin_array();
  for (const EnforcedCount& count : receipt.counts) {
    json.begin_object().member("origin", count.origin).member("packets", count.packets);
    json.member("bytes", count.bytes).member("requests", count.requests).end_object();
  }
  json.end_array().end_object();
  return json.take();
}

Status HttpFeed::report(const EnforcerReceipt& receipt) {
  HttpClientRequest asked = request("POST", "/api/v1/enforcers/receipts");
  asked.headers.push_back({"Content-Type", "application/json"});
  asked.body = receipt_json(receipt);
  asked.timeout = kGrace;
  TRY_ASSIGN(const HttpClientResponse response, client_.request(asked));
  if (response.status >= 300) {
    return refused(asked, response.status, response.body);
  }
  return {};
}

}  // namespace tocsin
