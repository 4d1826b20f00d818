#include "api/enforcement.h"

#include "api/answer_route.h"
#include "base/hash.h"

namespace tocsin {
namespace {

constexpr std::string_view kLogIn = "/v1/watchers/login";

std::function<void(Call)> say(LapiResource& resource,
                              HttpResponse (LapiResource::*member)(const Call&)) {
  return [&resource, member](Call call) { call.answer((resource.*member)(call)); };
}

}  // namespace

Enforcement::Enforcement(const EnforcementServices& of, const Base& base)
    : feed_(of.book, of.receipts, base.clock, hash64(of.secret)),
      enforcers_({of.book, of.receipts, base.alerts, base.journal, base.clock}),
      verdicts_(
          {of.book, of.limits, of.receipts, of.facts, base.clock, base.metrics, of.challenge_url}),
      lapi_({of.book, of.receipts, base.keys, base.clock, of.secret}) {}

std::vector<Route> Enforcement::routes() {
  constexpr auto kHere = Place::kHere;
  constexpr auto kPool = Place::kPool;
  constexpr auto kRead = Scope::kRead;
  constexpr auto kAdmin = Scope::kAdmin;
  constexpr auto kEnforcer = Scope::kEnforcer;
  using Enforcers = EnforcersResource;
  using Verdicts = VerdictResource;
  // clang-format off
  std::vector<Route> routes = {
      {"GET", "/api/v1/decisions/feed", kEnforcer, kPool,
       [this](Call call) { feed_.take(std::move(call)); }},
      {"GET", "/api/v1/decisions/{id}/receipts", kRead, kPool,
       answer(enforcers_, &Enforcers::of_decision)},
      {"GET", "/api/v1/enforcers", kRead, kPool, answer(enforcers_, &Enforcers::list)},
      {"POST", "/api/v1/enforcers/receipts", kEnforcer, kPool,
       answer(enforcers_, &Enforcers::take_receipt)},
      {"DELETE", "/api/v1/enforcers/{name}", kAdmin, kPool, answer(enforcers_, &Enforcers::forget)},
      {"GET", "/api/v1/verdict", kEnforcer, kHere, answer(verdicts_, &Verdicts::tell)},
      {"POST", "/api/v1/verdict/outcomes", kEnforcer, kPool, answer(verdicts_, &Verdicts::settle)},
  };
  // clang-format on
  // Proxies ask with the method of the request that they ask about.
  for (const std::string_view method :
       {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}) {
    routes.push_back(
        {method, "/api/v1/verdict/check", kEnforcer, kHere, answer(verdicts_, &Verdicts::check)});
  }
  return routes;
}

std::optional<HttpResponse> Enforcement::refuse_watcher(const HttpRequest& head) const {
  return head.path == kLogIn ? std::nullopt : lapi_.refuse_early(head);
}

std::vector<Route> Enforcement::lapi_routes() {
  constexpr auto kPool = Place::kPool;
  constexpr auto kHere = Place::kHere;
  constexpr auto kKey = Scope::kEnforcer;
  constexpr std::optional<Scope> kToken;  // checked by the resource itself
  using Lapi = LapiResource;
  // clang-format off
  return {
      {"HEAD", "/v1/decisions", kKey, kHere, say(lapi_, &Lapi::check)},
      {"HEAD", "/v1/decisions/stream", kKey, kHere, say(lapi_, &Lapi::check)},
      {"GET", "/v1/decisions", kKey, kPool, say(lapi_, &Lapi::decisions)},
      {"GET", "/v1/decisions/stream", kKey, kPool, say(lapi_, &Lapi::stream)},
      {"POST", "/v1/usage-metrics", kKey, kPool, say(lapi_, &Lapi::usage_metrics)},
      {"POST", kLogIn, kToken, kPool, say(lapi_, &Lapi::log_in)},
      {"GET", "/v1/heartbeat", kToken, kPool, say(lapi_, &Lapi::heartbeat)},
      {"POST", "/v1/alerts", kToken, kPool, say(lapi_, &Lapi::push_alerts)},
      {"GET", "/v1/alerts", kToken, kPool, say(lapi_, &Lapi::list_alerts)},
      {"GET", "/v1/alerts/{id}", kToken, kPool, say(lapi_, &Lapi::get_alert)},
      {"DELETE", "/v1/decisions", kToken, kPool, say(lapi_, &Lapi::delete_decisions)},
      {"DELETE", "/v1/decisions/{id}", kToken, kPool, say(lapi_, &Lapi::delete_decision)},
  };
  // clang-format on
}

}  // namespace tocsin
