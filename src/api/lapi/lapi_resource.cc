#include "api/lapi/lapi_resource.h"

#include <fmt/format.h>
#include <simdjson.h>

#include "api/lapi/bouncer_names.h"
#include "api/lapi/lapi_alerts.h"
#include "api/lapi/lapi_words.h"
#include "api/lapi/usage_metrics.h"
#include "base/text.h"
#include "base/time_text.h"
#include "http/content_coding.h"

namespace tocsin {
namespace {

constexpr std::size_t kNamesMax = 10'000;
constexpr std::string_view kNothing = "null";  // what clients compare with, without a line end

HttpResponse fault_of(const Error& error) {
  switch (error.code()) {
    case ErrorCode::kDenied:
      return lapi_fault(401, error.text());
    case ErrorCode::kNotFound:
      return lapi_fault(404, error.text());
    case ErrorCode::kTooLarge:
      return lapi_fault(413, error.text());
    case ErrorCode::kInvalid:
      return lapi_fault(400, error.text());
    case ErrorCode::kConflict:
    case ErrorCode::kExhausted:
    case ErrorCode::kUnavailable:
    case ErrorCode::kDiskFull:
    case ErrorCode::kCorrupt:
    case ErrorCode::kIo:
    case ErrorCode::kTimeout:
    case ErrorCode::kCancelled:
    case ErrorCode::kInternal:
      return lapi_fault(500, error.text());
  }
  return lapi_fault(500, error.text());
}

std::string member(const std::string& body, std::string_view name) {
  simdjson::dom::parser parser;
  simdjson::dom::element root;
  std::string_view text;
  return parser.parse(body).get(root) == simdjson::SUCCESS &&
                 root[name].get(text) == simdjson::SUCCESS
             ? std::string(text)
             : std::string();
}

// The number is text on this wire.
HttpResponse deleted(std::size_t n) {
  JsonWriter json;
  json.begin_object().member("nbDeleted", std::to_string(n)).end_object();
  return HttpResponse::json(200, json.take());
}

// What a stream of these scopes can say anything about.
std::vector<std::string> covered(const LapiFilter& filter) {
  std::vector<std::string> covers;
  for (const ScopeKind scope : filter.scopes) {
    covers.push_back(fmt::format("*:{}", scope_kind_name(scope)));
  }
  return covers;
}

}  // namespace

HttpResponse lapi_fault(int status, std::string_view message) {
  JsonWriter json;
  json.begin_object();
  if (status == 401) {
    json.member("code", status);
  }
  json.member("message", message).end_object();
  return HttpResponse::json(status, json.take());
}

bool is_lapi_path(std::string_view path) {
  return path.starts_with("/v1/");
}

HttpResponse lapi_refusal(const HttpResponse& refusal) {
  if (refusal.status == 401 || refusal.status == 403) {
    return lapi_fault(403, "access forbidden");
  }
  HttpResponse same = lapi_fault(refusal.status, http_reason(refusal.status));
  for (const HttpHeader& header : refusal.headers) {
    if (header.name == "Retry-After" || header.name == "Allow") {
      same.headers.push_back(header);
    }
  }
  return same;
}

std::string LapiResource::name_of(const Call& call) {
  const std::pair<std::string, std::string> who(call.who.key_id, call.request.peer_ip);
  {
    const MutexLock lock(mutex_);
    const auto found = names_.find(who);
    if (found != names_.end()) {
      return found->second;
    }
  }
  std::string name = bouncer_name(receipts_.enforcers(), call.who.name, who.first, who.second);
  const MutexLock lock(mutex_);
  if (names_.size() < kNamesMax) {
    names_.emplace(who, name);
  }
  return name;
}

LapiResource::Place LapiResource::place_of(const std::string& name) {
  const MutexLock lock(mutex_);
  const auto found = places_.find(name);
  return found == places_.end() ? Place{} : found->second;
}

Sighting LapiResource::sighting_of(const Call& call, const std::string& name) {
  BouncerAgent agent = parse_bouncer_agent(call.request.header("User-Agent"));
  Sighting sighting;
  sighting.name = name;
  sighting.kind = std::move(agent.type);
  sighting.version = std::move(agent.version);
  sighting.address = call.request.peer_ip;
  sighting.key_id = call.who.key_id;
  return sighting;
}

HttpResponse LapiResource::check(const Call& call) {
  static_cast<void>(call);
  return HttpResponse::json(200, "");
}

HttpResponse LapiResource::decisions(const Call& call) {
  const Result<LapiFilter> filter = read_lapi_filter(call.request);
  if (!filter) {
    return filter.error().code() == ErrorCode::kNotFound
               ? HttpResponse::json(200, std::string(kNothing))
               : lapi_fault(500, filter.error().text());
  }
  const Micros now = book_.now();
  const std::shared_ptr<const DecisionSnapshot> snapshot = book_.active();
  const std::vector<const PackedDecision*> found = select_decisions(*snapshot, *filter, now);
  receipts_.heard(sighting_of(call, name_of(call)));
  if (found.empty()) {
    return HttpResponse::json(200, std::string(kNothing));
  }
  JsonWriter json;
  json.begin_array();
  for (const PackedDecision* decision : found) {
    write_lapi_decision(json, *decision, decision->until() - now,
                        decision->until() + book_.wall_offset());
  }
  json.end_array();
  return HttpResponse::json(200, json.take());
}

Result<StreamBody> LapiResource::stream_body(const Call& call, const LapiFilter& filter,
                                             const std::string& name) {
  if (call.request.parameter("startup").value_or("") == "true") {
    const bool gzip = accepts_gzip(call.request.header("Accept-Encoding"));
    return stream_.listing(filter, gzip ? BodyCoding::kGzip : BodyCoding::kPlain);
  }
  const Place place = place_of(name);
  if (place.known) {
    std::optional<StreamBody> changes = stream_.changes(filter, place.cursor);
    if (changes) {
      return *std::move(changes);
    }
  }
  return stream_.renewal(filter);
}

HttpResponse LapiResource::stream(const Call& call) {
  const Result<LapiFilter> filter = read_stream_filter(call.request);
  if (!filter) {
    return lapi_fault(500, filter.error().text());
  }
  const std::string name = name_of(call);
  Result<StreamBody> body = stream_body(call, *filter, name);
  if (!body) {
    return lapi_fault(500, body.error().text());
  }
  HttpResponse response = HttpResponse::json(200, "");
  response.shared_body = body->bytes;
  if (body->gzip) {
    response.with("Content-Encoding", "gzip").with("Vary", "Accept-Encoding");
  }
  Sighting here = sighting_of(call, name);
  here.covers = covered(*filter);
  receipts_.heard(here);
  Sighting taken = sighting_of(call, name);
  taken.afterwards = true;
  taken.through = body->through;
  response.on_written = [this, taken = std::move(taken), cursor = body->cursor] {
    receipts_.heard(taken);
    const MutexLock lock(mutex_);
    if (places_.size() < kNamesMax || places_.contains(taken.name)) {
      places_[taken.name] = {cursor, true};
    }
  };
  return response;
}

HttpResponse LapiResource::usage_metrics(const Call& call) {
  const Result<UsageMetrics> metrics = parse_usage_metrics(call.request.body);
  if (!metrics) {
    return lapi_fault(metrics.error().code() == ErrorCode::kCorrupt ? 400 : 422,
                      metrics.error().text());
  }
  Sighting sighting = sighting_of(call, name_of(call));
  sighting.kind = metrics->type.empty() ? sighting.kind : metrics->type;
  sighting.version = metrics->version.empty() ? sighting.version : metrics->version;
  sighting.counts = metrics->dropped;
  sighting.standing = metrics->standing;
  receipts_.heard(sighting);
  return HttpResponse::empty(201);
}

std::optional<HttpResponse> LapiResource::refuse_early(const HttpRequest& head) const {
  const Status fits = tokens_.looks_valid(head.bearer_token());
  return fits ? std::nullopt : std::optional(fault_of(fits.error()));
}

HttpResponse LapiResource::log_in(const Call& call) {
  const Result<WatcherToken> token = tokens_.log_in(member(call.request.body, "machine_id"),
                                                    member(call.request.body, "password"));
  if (!token) {
    return fault_of(token.error());
  }
  JsonWriter json;
  json.begin_object().member("code", 200);
  json.member("expire", iso_time(token->expires).substr(0, 19) + "Z");
  json.member("token", token->text).end_object();
  return HttpResponse::json(200, json.take());
}

Result<std::string> LapiResource::watcher(const Call& call) {
  TRY_ASSIGN(const Watcher watcher, tokens_.verify(call.request.bearer_token()));
  return watcher.machine;
}

HttpResponse LapiResource::heartbeat(const Call& call) {
  const Result<std::string> who = watcher(call);
  return who ? HttpResponse::empty(200) : fault_of(who.error());
}

HttpResponse LapiResource::push_alerts(const Call& call) {
  const Result<std::string> who = watcher(call);
  if (!who) {
    return fault_of(who.error());
  }
  const auto alerts = parse_lapi_alerts(call.request.body, *who);
  if (!alerts) {
    return fault_of(alerts.error());
  }
  std::vector<NewDecision> wanted;
  for (const LapiAlert& alert : *alerts) {
    wanted.insert(wanted.end(), alert.decisions.begin(), alert.decisions.end());
  }
  const auto outcomes = book_.propose_all(wanted);
  if (!outcomes) {
    return fault_of(outcomes.error());
  }
  std::optional<HttpResponse> refusal;
  std::size_t done = 0;
  JsonWriter json;
  json.begin_array();
  std::size_t at = 0;
  for (const LapiAlert& alert : *alerts) {
    std::uint64_t id = 0;
    for (std::size_t i = 0; i < alert.decisions.size(); ++i, ++at) {
      const Result<Outcome>& outcome = (*outcomes)[at];
      const bool refused = !outcome || outcome->kind == OutcomeKind::kRefused;
      done += refused ? 0U : 1U;
      if (refused && !refusal) {
        refusal = outcome ? lapi_fault(403, outcome->sentence) : fault_of(outcome.error());
      }
      id = id == 0 && outcome && outcome->decision ? outcome->decision->id : id;
    }
    json.value(std::to_string(id));
  }
  json.end_array();
  if (done == 0 && refusal) {
    return std::move(*refusal);
  }
  return HttpResponse::json(201, json.take());
}

HttpResponse LapiResource::list_alerts(const Call& call) {
  const Result<std::string> who = watcher(call);
  if (!who) {
    return fault_of(who.error());
  }
  const Result<LapiFilter> filter = read_lapi_filter(call.request);
  if (!filter && filter.error().code() != ErrorCode::kNotFound) {
    return lapi_fault(500, filter.error().text());
  }
  JsonWriter json;
  json.begin_array();
  if (filter) {
    const Micros now = book_.now();
    const std::shared_ptr<const DecisionSnapshot> snapshot = book_.active();
    for (const PackedDecision* decision : select_decisions(*snapshot, *filter, now)) {
      write_lapi_alert(json, *decision, now, book_.wall_offset());
    }
  }
  json.end_array();
  return HttpResponse::json(200, json.take());
}

HttpResponse LapiResource::get_alert(const Call& call) {
  const Result<std::string> who = watcher(call);
  if (!who) {
    return fault_of(who.error());
  }
  const std::int64_t id = parse_int(call.path_values[0]).value_or(0);
  const std::shared_ptr<const DecisionSnapshot> snapshot = book_.active();
  const PackedDecision* decision =
      id > 0 ? snapshot->by_id(static_cast<std::uint64_t>(id)) : nullptr;
  if (decision == nullptr) {
    return lapi_fault(404, "object not found");
  }
  JsonWriter json;
  write_lapi_alert(json, *decision, book_.now(), book_.wall_offset());
  return HttpResponse::json(200, json.take());
}

HttpResponse LapiResource::lift(const LiftWish& wish, const std::string& by) {
  const auto lifted = book_.lift(wish, "crowdsec " + by, "");
  if (!lifted && lifted.error().code() != ErrorCode::kNotFound) {
    return fault_of(lifted.error());
  }
  return deleted(lifted ? lifted->size() : 0);
}

HttpResponse LapiResource::delete_decisions(const Call& call) {
  const Result<std::string> who = watcher(call);
  if (!who) {
    return fault_of(who.error());
  }
  const Result<LapiFilter> filter = read_lapi_filter(call.request);
  if (!filter) {
    return filter.error().code() == ErrorCode::kNotFound ? deleted(0)
                                                         : lapi_fault(500, filter.error().text());
  }
  LiftWish wish;
  const std::shared_ptr<const DecisionSnapshot> snapshot = book_.active();
  for (const PackedDecision* decision : select_decisions(*snapshot, *filter, book_.now())) {
    wish.ids.push_back(decision->id());
  }
  if (wish.ids.empty()) {
    return deleted(0);
  }
  return lift(wish, *who);
}

HttpResponse LapiResource::delete_decision(const Call& call) {
  const Result<std::string> who = watcher(call);
  if (!who) {
    return fault_of(who.error());
  }
  const std::int64_t id = parse_int(call.path_values[0]).value_or(0);
  if (id <= 0 || book_.active()->by_id(static_cast<std::uint64_t>(id)) == nullptr) {
    return lapi_fault(
        404, fmt::format("decision with id '{}' doesn't exist", call.path_values[0].substr(0, 32)));
  }
  LiftWish wish;
  wish.ids = {static_cast<std::uint64_t>(id)};
  return lift(wish, *who);
}

}  // namespace tocsin
