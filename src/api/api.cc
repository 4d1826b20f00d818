#include "api/api.h"

#include <algorithm>
#include <atomic>
#include <iterator>

#include "api/call.h"
#include "api/cancel_watch.h"
#include "api/door.h"
#include "api/problem.h"
#include "api/request_audit.h"
#include "api/routes.h"
#include "api/work_pool.h"
#include "base/encoding.h"
#include "base/hash.h"

namespace tocsin {
namespace {

constexpr std::size_t kRequestIdDigits = 16;
constexpr int kDenied = 403;

// Ids that do not repeat: a count, made unguessable in order by the time of the start.
class RequestIds {
 public:
  explicit RequestIds(Clock& clock) : seed_(static_cast<std::uint64_t>(clock.now().value)) {}
  std::string next() {
    const std::uint64_t count = count_.fetch_add(1, std::memory_order_relaxed);
    return fmt::format("{:0{}x}", hash64(fmt::format("{}", count), seed_), kRequestIdDigits);
  }

 private:
  const std::uint64_t seed_;
  std::atomic<std::uint64_t> count_{0};
};

std::vector<Route> with(std::vector<Route> routes, Enforcement& enforcement,
                        DecisionsResource& decisions, People& people, Accounts& accounts,
                        PlaybooksResource& playbooks, ConsoleDesk& desk) {
  std::ranges::move(accounts.routes(), std::back_inserter(routes));
  std::ranges::move(people.routes(), std::back_inserter(routes));
  std::ranges::move(enforcement.routes(), std::back_inserter(routes));
  std::ranges::move(enforcement.lapi_routes(), std::back_inserter(routes));
  std::ranges::move(decisions.routes(), std::back_inserter(routes));
  std::ranges::move(playbooks.routes(), std::back_inserter(routes));
  std::ranges::move(desk.routes(), std::back_inserter(routes));
  for (Route& route : routes) {
    route.deed = deed_of(route.method, route.pattern);
  }
  return routes;
}

class HttpApi final : public Api {
 public:
  HttpApi(const ApiSettings& settings, const ApiServices& of)
      : metrics_(of.metrics),
        console_(of.console),
        ids_(of.clock),
        door_(of.keys, of.accounts.sessions, of.clock),
        ingest_(of.sink, of.sources, of.clock, settings.body, settings.ingest_waiting_max),
        search_(of.events, watch_, of.clock,
                {.rows_max = settings.search_rows_max, .time_max = settings.search_time_max}),
        tails_(of.events, of.clock, settings.tails_max),
        records_(of.journal, of.events, of.clock),
        alerts_(of.alerts, of.clock),
        rules_({of.rules, of.coverage}, of.events, of.fields, watch_, of.clock),
        backtests_({of.rules, of.events, of.journal, of.fields, of.datasets, of.make_decode},
                   watch_, of.clock),
        journal_(of.journal),
        evidence_(of.journal, of.events, watch_, of.clock),
        sources_(of.sources, of.vitals, of.clock),
        keys_(of.keys, of.clock),
        threats_(of.threats),
        monitors_(of.monitors),
        accounts_(of.accounts, of.metrics, of.clock),
        people_(of.people, of.alerts, of.clock),
        enforcement_(of.enforcement, {of.keys, of.alerts, of.journal, of.metrics, of.clock}),
        decided_(of.decisions),
        decisions_(of.decisions, {of.alerts, of.events, of.rules, backtests_, watch_, of.clock,
                                  of.playbooks.engine}),
        playbooks_(of.playbooks, of.clock),
        desk_(of.desk, {of.events, of.rules, of.alerts, of.clock}, settings.version),
        requests_(of.accounts.audit, of.clock),
        server_({of.vitals, of.journal, of.events, of.metrics, of.clock}, settings.version),
        router_(with(
            make_routes({ingest_, search_, tails_, records_, alerts_, rules_, backtests_, journal_,
                         evidence_, sources_, keys_, threats_, monitors_, server_},
                        settings.metrics_public ? MetricsAccess::kPublic : MetricsAccess::kWithKey),
            enforcement_, decisions_, people_, accounts_, playbooks_, desk_)),
        pool_(settings.threads, settings.waiting_max) {}
  ~HttpApi() override { stop(); }

  HttpHandler handler() override {
    return [this](HttpRequest request, Responder responder) {
      handle(std::move(request), std::move(responder));
    };
  }

  HttpGate gate() override {
    return [this](const HttpRequest& head) -> std::optional<HttpResponse> {
      if (page_of(head)) {
        return std::nullopt;
      }
      std::string id = id_of(head);
      Admission admission = admit(head, id);
      if (!admission.refusal) {
        return std::nullopt;
      }
      return with_common_headers(std::move(*admission.refusal), id);
    };
  }

  void sample_rates() override {
    sources_.sample();
    enforcement_.drop_stale();
  }

  void stop() override {
    stopping_ = true;
    watch_.cancel_all();
    pool_.stop();
    tails_.stop();
    enforcement_.stop();
    watch_.stop();
  }

 private:
  struct Admission {
    Router::Match match;
    Principal who;
    std::optional<HttpResponse> refusal;
  };

  std::string id_of(const HttpRequest& request) {
    const std::string_view wanted = wanted_request_id(request);
    return wanted.empty() ? ids_.next() : std::string(wanted);
  }

  Admission admit(const HttpRequest& request, std::string_view id) {
    Admission admission;
    admission.match = router_.find(request.method, request.path);
    if (stopping_) {
      admission.refusal = problem(503, "unavailable", "the server is stopping", id);
    } else if (admission.match.route == nullptr && !admission.match.allow.empty()) {
      admission.refusal = problem(405, "method_not_allowed",
                                  fmt::format("this takes {}", admission.match.allow), id)
                              .with("Allow", admission.match.allow);
    } else if (admission.match.route == nullptr) {
      admission.refusal = problem(404, "not_found",
                                  "there is nothing here; /api/v1/openapi.json tells what is", id);
    } else {
      Door::Verdict verdict = door_.admit(request, *admission.match.route, id);
      admission.who = std::move(verdict.who);
      admission.refusal = std::move(verdict.refusal);
      if (admission.refusal && admission.refusal->status == kDenied &&
          admission.match.route->deed != nullptr) {
        requests_.refused(*admission.match.route->deed, admission.who, request, kDenied);
      }
    }
    if (is_lapi_path(request.path)) {
      admission.refusal = admission.refusal              ? lapi_refusal(*admission.refusal)
                          : admission.match.route->scope ? std::nullopt
                                                         : enforcement_.refuse_watcher(request);
    }
    return admission;
  }

  // A page of the console. Pages are open: they hold nothing that is not in the source.
  std::optional<HttpResponse> page_of(const HttpRequest& request) const {
    if (stopping_ || router_.find(request.method, request.path).route != nullptr) {
      return std::nullopt;
    }
    return console_.answer(request);
  }

  void handle(HttpRequest request, Responder responder) {
    if (std::optional<HttpResponse> page = page_of(request)) {
      responder.send(std::move(*page));
      return;
    }
    std::string id = id_of(request);
    Admission admission = admit(request, id);
    Call call{.request = std::move(request),
              .responder = std::move(responder),
              .who = std::move(admission.who),
              .request_id = std::move(id),
              .path_values = std::move(admission.match.path_values)};
    if (admission.refusal) {
      call.answer(std::move(*admission.refusal));
      return;
    }
    const Route* route = admission.match.route;
    count(*route);
    note_administrator(call);
    if (route->deed != nullptr) {
      call.on_answer = requests_.watch(*route->deed, call);
    }
    switch (route->place) {
      case Place::kHere:
        route->run(std::move(call));
        return;
      case Place::kPool:
        give_to_pool(*route, std::move(call));
        return;
    }
  }

  void give_to_pool(const Route& route, Call call) {
    auto held = std::make_unique<Call>(std::move(call));
    Call* const asked = held.get();
    WorkPool::Work work = [&route, held = std::move(held)] { route.run(std::move(*held)); };
    if (!pool_.try_run(work)) {
      asked->answer(problem(503, "busy", "all workers are busy; try again", asked->request_id));
    }
  }

  // Nothing may stand in the way of who could repair a mistake.
  void note_administrator(const Call& call) {
    const std::optional<IpAddress> peer = parse_ip(call.request.peer_ip);
    if (!peer || !call.who.scopes.has(Scope::kAdmin) ||
        !decided_.guards.parts().admins.seen(call.request.peer_ip, call.who.name)) {
      return;
    }
    // When the pool is full or lifting fails, the next list change or restart tries again.
    WorkPool::Work work = [this, address = *peer] {
      static_cast<void>(decided_.book.recheck(IpNetwork{address, 128}));
    };
    static_cast<void>(pool_.try_run(work));
  }

  void count(const Route& route) {
    metrics_
        .counter("tocsin_api_requests_total", "Requests that were let in, by route",
                 {{"method", std::string(route.method)}, {"route", std::string(route.pattern)}})
        .add();
  }

  Metrics& metrics_;
  const ConsolePages& console_;
  std::atomic<bool> stopping_{false};
  RequestIds ids_;
  CancelWatch watch_;
  Door door_;
  IngestResource ingest_;
  SearchResource search_;
  TailDesk tails_;
  RecordResource records_;
  AlertsResource alerts_;
  RulesResource rules_;
  BacktestResource backtests_;
  JournalResource journal_;
  EvidenceResource evidence_;
  SourcesResource sources_;
  KeysResource keys_;
  ThreatListsResource threats_;
  MonitorsResource monitors_;
  Accounts accounts_;
  People people_;
  Enforcement enforcement_;
  const DecisionServices decided_;
  DecisionsResource decisions_;
  PlaybooksResource playbooks_;
  ConsoleDesk desk_;
  RequestAudit requests_;
  ServerResource server_;
  Router router_;
  WorkPool pool_;
};

}  // namespace

std::unique_ptr<Api> make_api(const ApiSettings& settings, const ApiServices& services) {
  return std::make_unique<HttpApi>(settings, services);
}

}  // namespace tocsin
