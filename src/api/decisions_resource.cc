#include "api/decisions_resource.h"

#include "api/decision_json.h"
#include "base/fail.h"
#include "base/text.h"
#include "base/time_text.h"

namespace tocsin {
namespace {

Result<std::uint64_t> id_of(const Call& call) {
  const std::optional<std::int64_t> id = parse_int(call.path_values[0]);
  if (!id || *id < 1) {
    return fail(ErrorCode::kNotFound, "there is no decision {}", call.path_values[0].substr(0, 32));
  }
  return static_cast<std::uint64_t>(*id);
}

Result<std::optional<DecisionState>> state_of(const Parameters& given) {
  TRY_ASSIGN(const std::optional<std::string> word, given.text("state"));
  if (!word || *word == "active") {
    return std::optional(DecisionState::kActive);
  }
  if (*word == "ended") {
    return std::optional(DecisionState::kEnded);
  }
  if (*word == "dry_run") {
    return std::optional(DecisionState::kDryRun);
  }
  if (*word == "all") {
    return std::optional<DecisionState>();
  }
  return fail(ErrorCode::kInvalid, "state is not active, ended, dry_run or all: {}",
              word->substr(0, 32));
}

Result<DecisionFilter> filter_of(const Parameters& given) {
  DecisionFilter filter;
  TRY_ASSIGN(filter.state, state_of(given));
  TRY_ASSIGN(filter.target, read_target(given));
  TRY_ASSIGN(const std::optional<std::string> covers, given.text("ip"));
  if (covers) {
    filter.covers = parse_ip(*covers);
    if (!filter.covers) {
      return fail(ErrorCode::kInvalid, "ip is not an address: {}", covers->substr(0, 60));
    }
  }
  TRY_ASSIGN(const std::optional<std::string> kind, given.text("kind"));
  if (kind && !(filter.kind = parse_decision_kind(*kind))) {
    return fail(ErrorCode::kInvalid, "there is no kind {}", kind->substr(0, 32));
  }
  TRY_ASSIGN(const std::optional<std::string> scope, given.text("scope"));
  if (scope && !filter.target && !(filter.scope = parse_scope_kind(*scope))) {
    return fail(ErrorCode::kInvalid, "there is no scope {}", scope->substr(0, 32));
  }
  TRY_ASSIGN(filter.origin, given.text("origin"));
  TRY_ASSIGN(filter.rule_id, given.text("rule"));
  TRY_ASSIGN(filter.alert_id, given.text("alert"));
  TRY_ASSIGN(filter.playbook, given.text("playbook"));
  TRY_ASSIGN(const auto limit, given.number("limit", 1, kDecisionsPageMax));
  filter.limit = limit.value_or(filter.limit);
  TRY_ASSIGN(const std::optional<std::string> cursor, given.text("cursor"));
  filter.cursor = cursor.value_or("");
  return filter;
}

int status_of(OutcomeKind kind) {
  switch (kind) {
    case OutcomeKind::kTaken:
      return 201;
    case OutcomeKind::kWaiting:
      return 202;
    case OutcomeKind::kStanding:
    case OutcomeKind::kDryRun:
    case OutcomeKind::kRefused:
      return 200;
  }
  return 200;
}

HttpResponse lifted_answer(const std::vector<LiftedDecision>& lifted, const DecisionBook& book) {
  JsonWriter json;
  json.begin_object();
  json.member("lifted", std::uint64_t{lifted.size()});
  json.key("decisions").begin_array();
  for (std::size_t i = 0; i < lifted.size() && i < kDecisionsPageMax; ++i) {
    write_decision(json, lifted[i].decision, &lifted[i], book);
  }
  json.end_array().end_object();
  return HttpResponse::json(200, json.take());
}

}  // namespace

std::vector<Route> DecisionsResource::routes() {
  const auto route = [this](std::string_view method, std::string_view pattern, Scope scope,
                            Result<HttpResponse> (DecisionsResource::*member)(const Call&)) {
    return Route{method, pattern, scope, Place::kPool, [this, member](Call call) {
                   Result<HttpResponse> response = (this->*member)(call);
                   if (response) {
                     call.answer(std::move(*response));
                   } else {
                     call.refuse(response.error());
                   }
                 }};
  };
  using D = DecisionsResource;
  constexpr auto kRead = Scope::kRead;
  constexpr auto kRespond = Scope::kRespond;
  constexpr auto kAdmin = Scope::kAdmin;
  return {
      route("GET", "/api/v1/decisions", kRead, &D::list),
      route("POST", "/api/v1/decisions", kRespond, &D::add),
      route("POST", "/api/v1/decisions/lift", kRespond, &D::lift),
      route("POST", "/api/v1/decisions/simulate", kRead, &D::simulate),
      route("GET", "/api/v1/decisions/export", kRead, &D::export_all),
      route("POST", "/api/v1/decisions/import", kAdmin, &D::import_list),
      route("GET", "/api/v1/decisions/approvals", kRead, &D::approvals),
      route("POST", "/api/v1/decisions/approvals/{id}", kRespond, &D::answer_approval),
      route("GET", "/api/v1/decisions/armed", kRead, &D::armed),
      route("POST", "/api/v1/decisions/arm", kAdmin, &D::arm),
      route("GET", "/api/v1/decisions/breaker", kRead, &D::breaker),
      route("POST", "/api/v1/decisions/breaker", kAdmin, &D::set_breaker),
      route("GET", "/api/v1/decisions/{id}", kRead, &D::get),
      route("DELETE", "/api/v1/decisions/{id}", kRespond, &D::remove),
  };
}

Result<HttpResponse> DecisionsResource::list(const Call& call) {
  TRY_ASSIGN(const Parameters given,
             Parameters::of_query(call.request, {"state", "scope", "value", "ip", "kind", "origin",
                                                 "rule", "alert", "playbook", "limit", "cursor"}));
  TRY_ASSIGN(const DecisionFilter filter, filter_of(given));
  TRY_ASSIGN(const DecisionPage page, of_.book.list(filter));
  JsonWriter json;
  json.begin_object().key("decisions").begin_array();
  for (const DecisionRow& row : page.decisions) {
    write_decision(json, row.decision, row.lifted ? &*row.lifted : nullptr, of_.book);
  }
  json.end_array();
  json.member("next", page.next);
  json.member("active", std::uint64_t{of_.book.active()->size()});
  json.end_object();
  return HttpResponse::json(200, json.take());
}

Result<HttpResponse> DecisionsResource::get(const Call& call) {
  TRY(Parameters::of_query(call.request, {}));
  TRY_ASSIGN(const std::uint64_t id, id_of(call));
  TRY_ASSIGN(const DecisionRow row, of_.book.get(id));
  JsonWriter json;
  write_decision(json, row.decision, row.lifted ? &*row.lifted : nullptr, of_.book);
  return HttpResponse::json(200, json.take());
}

Result<HttpResponse> DecisionsResource::add(const Call& call) {
  TRY_ASSIGN(const Parameters given,
             Parameters::of_json(call.request.body, {TOCSIN_PROPOSAL_MEMBERS}));
  TRY_ASSIGN(const NewDecision wanted, read_proposal(given, actor_of(call)));
  if (wanted.value.empty()) {
    return fail(ErrorCode::kInvalid, "a decision needs a value: whom it is about");
  }
  TRY_ASSIGN(const Outcome outcome, of_.book.propose(wanted));
  JsonWriter json;
  write_outcome(json, outcome, of_.book);
  return HttpResponse::json(status_of(outcome.kind), json.take());
}

Result<HttpResponse> DecisionsResource::remove(const Call& call) {
  TRY_ASSIGN(const Parameters given, Parameters::of_query(call.request, {"why"}));
  TRY_ASSIGN(const std::optional<std::string> why, given.text("why"));
  TRY_ASSIGN(const std::uint64_t id, id_of(call));
  LiftWish wish;
  wish.ids = {id};
  TRY_ASSIGN(const std::vector<LiftedDecision> lifted,
             of_.book.lift(wish, actor_of(call), why.value_or("")));
  if (lifted.empty()) {
    return fail(ErrorCode::kNotFound, "decision {} does not stand", id);
  }
  return lifted_answer(lifted, of_.book);
}

Result<HttpResponse> DecisionsResource::lift(const Call& call) {
  TRY_ASSIGN(const Parameters given,
             Parameters::of_json(call.request.body, {"scope", "value", "overlapping", "kind",
                                                     "origin", "rule_id", "all", "why"}));
  LiftWish wish;
  TRY_ASSIGN(wish.target, read_target(given));
  TRY_ASSIGN(const std::optional<std::string> overlapping, given.text("overlapping"));
  if (overlapping && !(wish.overlapping = parse_network(*overlapping))) {
    return fail(ErrorCode::kInvalid, "overlapping is not an address or a network: {}",
                overlapping->substr(0, 60));
  }
  TRY_ASSIGN(const std::optional<std::string> kind, given.text("kind"));
  if (kind && !(wish.kind = parse_decision_kind(*kind))) {
    return fail(ErrorCode::kInvalid, "there is no kind {}", kind->substr(0, 32));
  }
  TRY_ASSIGN(wish.origin, given.text("origin"));
  TRY_ASSIGN(wish.rule_id, given.text("rule_id"));
  TRY_ASSIGN(const std::optional<bool> all, given.flag("all"));
  TRY_ASSIGN(const std::optional<std::string> why, given.text("why"));
  wish.all = all.value_or(false);
  TRY_ASSIGN(const std::vector<LiftedDecision> lifted,
             of_.book.lift(wish, actor_of(call), why.value_or("")));
  return lifted_answer(lifted, of_.book);
}

// With "rule": over history. Else: what one proposal would come to now.
Result<HttpResponse> DecisionsResource::simulate(const Call& call) {
  TRY_ASSIGN(const Parameters given,
             Parameters::of_json(call.request.body,
                                 {TOCSIN_PROPOSAL_MEMBERS, "rule", "over", "from", "to"}));
  TRY_ASSIGN(NewDecision wanted, read_proposal(given, actor_of(call)));
  if (given.has("rule")) {
    return preview_rule(call, given, wanted);
  }
  if (wanted.value.empty()) {
    return fail(ErrorCode::kInvalid,
                "a simulation needs a value (whom it is about) or a rule (over history)");
  }
  TRY_ASSIGN(const Outcome outcome, of_.book.simulate(wanted));
  JsonWriter json;
  write_outcome(json, outcome, of_.book);
  return HttpResponse::json(200, json.take());
}

}  // namespace tocsin
