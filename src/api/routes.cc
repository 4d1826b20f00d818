#include "api/routes.h"

#include "api/answer_route.h"

namespace tocsin {
namespace {

// A route that answers by itself, perhaps later.
template <class Resource>
std::function<void(Call)> hand(Resource& resource, void (Resource::*member)(Call)) {
  return [&resource, member](Call call) { (resource.*member)(std::move(call)); };
}

}  // namespace

std::vector<Route> make_routes(const Resources& of, MetricsAccess metrics) {
  constexpr auto kHere = Place::kHere;
  constexpr auto kPool = Place::kPool;
  constexpr auto kIngest = Scope::kIngest;
  constexpr auto kRead = Scope::kRead;
  constexpr auto kTriage = Scope::kTriage;
  constexpr auto kAdmin = Scope::kAdmin;
  constexpr std::optional<Scope> kOpen;
  const std::optional<Scope> metrics_scope =
      metrics == MetricsAccess::kPublic ? kOpen : std::optional(kRead);
  using Alerts = AlertsResource;
  using Rules = RulesResource;
  using Keys = KeysResource;
  using Tree = JournalResource;
  using Threats = ThreatListsResource;
  using Monitors = MonitorsResource;
  using State = ServerResource;
  // clang-format off
  return {
      {"POST", "/api/v1/events", kIngest, kHere, hand(of.ingest, &IngestResource::take)},
      {"GET", "/api/v1/events/search", kRead, kPool, hand(of.search, &SearchResource::get)},
      {"POST", "/api/v1/events/search", kRead, kPool, hand(of.search, &SearchResource::post)},
      {"GET", "/api/v1/events/tail", kRead, kPool, hand(of.tails, &TailDesk::take)},
      {"GET", "/api/v1/events/{seq}", kRead, kPool, answer(of.records, &RecordResource::get)},

      {"GET", "/api/v1/alerts", kRead, kPool, answer(of.alerts, &Alerts::list)},
      {"GET", "/api/v1/alerts/counts", kRead, kPool, answer(of.alerts, &Alerts::counts)},
      {"POST", "/api/v1/alerts/bulk", kTriage, kPool, answer(of.alerts, &Alerts::change_many)},
      {"GET", "/api/v1/alerts/{id}", kRead, kPool, answer(of.alerts, &Alerts::get)},
      {"PATCH", "/api/v1/alerts/{id}", kTriage, kPool, answer(of.alerts, &Alerts::change)},

      {"GET", "/api/v1/rules", kRead, kPool, answer(of.rules, &Rules::list)},
      {"GET", "/api/v1/rules/{id}/coverage", kRead, kPool, answer(of.rules, &Rules::coverage)},
      {"GET", "/api/v1/rules/logsources", kRead, kPool, answer(of.rules, &Rules::logsources)},
      {"POST", "/api/v1/rules/backtest", kRead, kPool, hand(of.backtests, &BacktestResource::take)},
      {"POST", "/api/v1/rules/reload", kAdmin, kPool, answer(of.rules, &Rules::reload)},

      {"GET", "/api/v1/journal/checkpoint", kRead, kPool, answer(of.journal, &Tree::checkpoint)},
      {"GET", "/api/v1/journal/key", kRead, kPool, answer(of.journal, &Tree::key)},
      {"GET", "/api/v1/journal/proof/{seq}", kRead, kPool, answer(of.journal, &Tree::proof)},
      {"GET", "/api/v1/journal/consistency", kRead, kPool, answer(of.journal, &Tree::consistency)},

      {"POST", "/api/v1/evidence", kRead, kPool, hand(of.evidence, &EvidenceResource::take)},

      {"GET", "/api/v1/sources", kRead, kPool, answer(of.sources, &SourcesResource::list)},

      {"GET", "/api/v1/keys", kAdmin, kPool, answer(of.keys, &Keys::list)},
      {"POST", "/api/v1/keys", kAdmin, kPool, answer(of.keys, &Keys::create)},
      {"DELETE", "/api/v1/keys/{id}", kAdmin, kPool, answer(of.keys, &Keys::revoke)},

      {"GET", "/api/v1/threat-lists", kRead, kPool, answer(of.threats, &Threats::list)},
      {"GET", "/api/v1/threat-lists/lookup", kRead, kPool, answer(of.threats, &Threats::lookup)},
      {"POST", "/api/v1/threat-lists/{name}/refresh", kAdmin, kPool,
       answer(of.threats, &Threats::refresh)},

      {"GET", "/api/v1/monitors", kRead, kPool, answer(of.monitors, &Monitors::list)},
      {"POST", "/api/v1/monitors/train", kAdmin, kPool, answer(of.monitors, &Monitors::train)},
      {"GET", "/api/v1/monitors/{id}", kRead, kPool, answer(of.monitors, &Monitors::get)},

      {"GET", "/health", kOpen, kHere, answer(of.server, &State::alive)},
      {"GET", "/api/v1/health", kRead, kPool, answer(of.server, &State::health)},
      {"GET", "/metrics", metrics_scope, kPool, answer(of.server, &State::metrics)},
      {"GET", "/api/v1/openapi.json", kOpen, kHere, answer(of.server, &State::openapi)},
  };
  // clang-format on
}

}  // namespace tocsin
