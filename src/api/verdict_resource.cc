#include "api/verdict_resource.h"

#include <algorithm>
#include <array>

#include <simdjson.h>

#include "api/lapi/bouncer_names.h"
#include "base/fail.h"
#include "base/json_writer.h"
#include "base/time_text.h"
#include "http/url.h"

namespace tocsin {
namespace {

constexpr std::array kWords = {
    VerdictWord::kAllow,    VerdictWord::kBlock,   VerdictWord::kThrottle, VerdictWord::kChallenge,
    VerdictWord::kRedirect, VerdictWord::kDisable, VerdictWord::kCustom};
constexpr ThrottleRate kRateWhenUnsaid{60, span_s(60)};
constexpr Span kHeardEvery = span_s(1);
constexpr std::size_t kCallersMax = 1'000;
constexpr std::size_t kOriginsMax = 64;
constexpr std::size_t kOutcomesMax = 10'000;

// Strongest first, as DecisionSnapshot::strongest has it.
unsigned rank_of(DecisionKind kind) {
  switch (kind) {
    case DecisionKind::kBlock:
      return 0;
    case DecisionKind::kRedirect:
      return 1;
    case DecisionKind::kDisable:
      return 2;
    case DecisionKind::kChallenge:
      return 3;
    case DecisionKind::kThrottle:
      return 4;
    case DecisionKind::kCustom:
      return 5;
  }
  return 5;
}

RateSubject subject_of(const VerdictAsk& ask) {
  return {ask.address, ask.user, ask.session, ask.api_key, ask.method, ask.path};
}

std::int64_t seconds_up(Span span) {
  return (span.value + kMicrosPerSecond - 1) / kMicrosPerSecond;
}

// "{uri}" stands for the request's own, escaped.
std::string challenge_location(std::string url, const std::string& uri) {
  constexpr std::string_view kUri = "{uri}";
  if (const std::size_t at = url.find(kUri); at != std::string::npos) {
    url.replace(at, kUri.size(), percent_encode(uri));
  }
  return url;
}

int full_status(const RequestVerdict& verdict) {
  switch (verdict.word) {
    case VerdictWord::kAllow:
    case VerdictWord::kCustom:
      return 204;
    case VerdictWord::kBlock:
    case VerdictWord::kDisable:
      return 403;
    case VerdictWord::kThrottle:
      return 429;
    case VerdictWord::kChallenge:
      return verdict.location.empty() ? 401 : 302;
    case VerdictWord::kRedirect:
      return verdict.location.empty() ? 403 : 302;
  }
  return 403;
}

int nginx_status(const RequestVerdict& verdict) {
  const int status = full_status(verdict);
  if (status == 204) {
    return status;
  }
  return verdict.word == VerdictWord::kChallenge ? 401 : 403;
}

}  // namespace

std::string_view verdict_word(VerdictWord word) {
  switch (word) {
    case VerdictWord::kAllow:
      return "allow";
    case VerdictWord::kBlock:
      return "block";
    case VerdictWord::kThrottle:
      return "throttle";
    case VerdictWord::kChallenge:
      return "challenge";
    case VerdictWord::kRedirect:
      return "redirect";
    case VerdictWord::kDisable:
      return "disable";
    case VerdictWord::kCustom:
      return "custom";
  }
  return "";
}

VerdictResource::VerdictResource(const Parts& parts) : of_(parts) {
  for (const VerdictWord word : kWords) {
    counters_.push_back(&of_.metrics.counter("tocsin_verdicts_total",
                                             "Answers of the verdict endpoint",
                                             {{"verdict", std::string(verdict_word(word))}}));
  }
}

const PackedDecision* VerdictResource::strongest(const DecisionSnapshot& snapshot,
                                                 const VerdictAsk& ask, Micros now) {
  const PackedDecision* found = nullptr;
  const auto weigh = [&found](const PackedDecision* other) {
    if (other != nullptr && (found == nullptr || rank_of(other->kind()) < rank_of(found->kind()))) {
      found = other;
    }
  };
  if (snapshot.empty()) {
    return nullptr;
  }
  if (ask.address) {
    weigh(snapshot.strongest(*ask.address, now));
    if (snapshot.has_scope(ScopeKind::kCountry) || snapshot.has_scope(ScopeKind::kNetworkOwner)) {
      const AddressFacts::Facts facts = of_.facts.of(*ask.address);
      weigh(snapshot.strongest(ScopeKind::kCountry, facts.country, now));
      weigh(snapshot.strongest(ScopeKind::kNetworkOwner, facts.owner, now));
    }
  }
  if (!ask.user.empty()) {
    weigh(snapshot.strongest(ScopeKind::kUser, ask.user, now));
  }
  if (!ask.session.empty()) {
    weigh(snapshot.strongest(ScopeKind::kSession, ask.session, now));
  }
  if (!ask.api_key.empty()) {
    weigh(snapshot.strongest(ScopeKind::kApiKey, ask.api_key, now));
  }
  return found;
}

RequestVerdict VerdictResource::of_decision(const PackedDecision& decision, const VerdictAsk& ask) {
  RequestVerdict verdict;
  verdict.decision = decision.id();
  verdict.reason = decision.reason();
  verdict.origin = decision.context().origin;
  verdict.until = decision.until() + of_.book.wall_offset();
  switch (decision.kind()) {
    case DecisionKind::kBlock:
      verdict.word = VerdictWord::kBlock;
      break;
    case DecisionKind::kThrottle: {
      const std::optional<Span> wait =
          of_.limits.throttle(decision.id(), decision.context().rate.value_or(kRateWhenUnsaid));
      verdict.word = wait ? VerdictWord::kThrottle : VerdictWord::kAllow;
      verdict.retry_after = wait.value_or(Span(0));
      break;
    }
    case DecisionKind::kChallenge:
      verdict.word = VerdictWord::kChallenge;
      verdict.location = challenge_location(of_.challenge_url, ask.uri);
      break;
    case DecisionKind::kRedirect:
      verdict.word = VerdictWord::kRedirect;
      verdict.location = decision.context().redirect_to;
      break;
    case DecisionKind::kDisable:
      verdict.word = VerdictWord::kDisable;
      break;
    case DecisionKind::kCustom:
      verdict.word = VerdictWord::kCustom;
      verdict.custom = decision.context().custom;
      break;
  }
  return verdict;
}

RequestVerdict VerdictResource::judge(const VerdictAsk& ask) {
  const std::shared_ptr<const DecisionSnapshot> snapshot = of_.book.active();
  RequestVerdict verdict;
  if (const PackedDecision* decision = strongest(*snapshot, ask, of_.book.now())) {
    verdict = of_decision(*decision, ask);
  }
  if (verdict.word == VerdictWord::kAllow && !of_.limits.empty()) {
    const RateVerdict limited = of_.limits.check(subject_of(ask));
    if (limited.limit != nullptr) {
      const RateAnswer answer = limited.limit->answer;
      verdict = {};
      verdict.word = answer == RateAnswer::kBlock       ? VerdictWord::kBlock
                     : answer == RateAnswer::kChallenge ? VerdictWord::kChallenge
                                                        : VerdictWord::kThrottle;
      verdict.limit = limited.limit->name;
      verdict.origin = "rate_limit";
      verdict.reason = fmt::format("rate limit {}", limited.limit->name);
      verdict.retry_after = limited.retry_after;
      if (verdict.word == VerdictWord::kChallenge) {
        verdict.location = challenge_location(of_.challenge_url, ask.uri);
      }
    }
  }
  counters_[static_cast<std::size_t>(verdict.word)]->add();
  return verdict;
}

void VerdictResource::hear(const Call& call, const RequestVerdict& verdict) {
  const Span now = of_.clock.since_boot();
  const bool refused = verdict.word != VerdictWord::kAllow && verdict.word != VerdictWord::kCustom;
  Sighting sighting;
  {
    const MutexLock lock(mutex_);
    auto found = callers_.find(call.who.key_id);
    if (found == callers_.end()) {
      if (callers_.size() >= kCallersMax) {
        return;
      }
      found = callers_.emplace(call.who.key_id, Caller{Span(-kHeardEvery.value), {}}).first;
    }
    Caller& caller = found->second;
    if (refused &&
        (caller.refused.size() < kOriginsMax || caller.refused.contains(verdict.origin))) {
      ++caller.refused[verdict.origin];
    }
    if (now.value - caller.told.value < kHeardEvery.value) {
      return;
    }
    caller.told = now;
    for (const auto& [origin, requests] : caller.refused) {
      sighting.counts.push_back({origin, 0, 0, requests});
    }
    caller.refused.clear();
  }
  sighting.name = call.who.name;
  sighting.kind = "verdict";
  sighting.version = parse_bouncer_agent(call.request.header("User-Agent")).version;
  sighting.address = call.request.peer_ip;
  sighting.key_id = call.who.key_id;
  sighting.taken = Taken::kApplied;
  sighting.through = of_.book.active()->highest_id();
  of_.receipts.heard(sighting);
}

Result<HttpResponse> VerdictResource::tell(const Call& call) {
  TRY_ASSIGN(const VerdictAsk ask, read_verdict_ask(call.request));
  const RequestVerdict verdict = judge(ask);
  hear(call, verdict);
  JsonWriter json;
  json.begin_object().member("verdict", verdict_word(verdict.word));
  if (verdict.word == VerdictWord::kCustom) {
    json.member("custom", verdict.custom);
  }
  if (verdict.word != VerdictWord::kAllow) {
    json.member("status", full_status(verdict)).member("reason", verdict.reason);
    json.member("origin", verdict.origin);
  }
  if (verdict.decision != 0 && verdict.word != VerdictWord::kAllow) {
    json.member("decision", verdict.decision).member("until", iso_time(verdict.until));
  }
  if (!verdict.limit.empty()) {
    json.member("limit", verdict.limit);
  }
  if (verdict.retry_after.value > 0) {
    json.member("retry_after_ms", (verdict.retry_after.value + 999) / kMicrosPerMilli);
  }
  if (!verdict.location.empty()) {
    json.member("location", verdict.location);
  }
  json.end_object();
  return HttpResponse::json(200, json.take());
}

Result<HttpResponse> VerdictResource::check(const Call& call) {
  TRY_ASSIGN(const VerdictAsk ask, read_verdict_ask(call.request));
  const RequestVerdict verdict = judge(ask);
  hear(call, verdict);
  const std::string_view statuses = call.request.parameter("statuses").value_or("full");
  if (statuses != "full" && statuses != "nginx") {
    return fail(ErrorCode::kInvalid, "statuses is neither full nor nginx: {}",
                statuses.substr(0, 32));
  }
  const int full = full_status(verdict);
  HttpResponse response = HttpResponse::empty(statuses == "nginx" ? nginx_status(verdict) : full);
  response.with("X-Tocsin-Verdict",
                verdict.word == VerdictWord::kCustom ? verdict.custom : verdict_word(verdict.word));
  if (verdict.word == VerdictWord::kAllow) {
    return response;
  }
  response.with("X-Tocsin-Status", std::to_string(full));
  response.with("X-Tocsin-Reason", verdict.reason);
  if (verdict.decision != 0) {
    response.with("X-Tocsin-Decision", std::to_string(verdict.decision));
  }
  if (verdict.retry_after.value > 0) {
    response.with("Retry-After", std::to_string(seconds_up(verdict.retry_after)));
  }
  if (!verdict.location.empty()) {
    response.with("X-Tocsin-Location", verdict.location);
    response.with("Location", verdict.location);
  }
  return response;
}

Result<HttpResponse> VerdictResource::settle(const Call& call) {
  simdjson::dom::parser parser;
  simdjson::dom::array outcomes;
  const std::string& body = call.request.body;
  if (parser.parse(body)["outcomes"].get(outcomes) != simdjson::SUCCESS) {
    return fail(ErrorCode::kInvalid, "the body needs a list \"outcomes\"");
  }
  if (outcomes.size() > kOutcomesMax) {
    return fail(ErrorCode::kTooLarge, "{} outcomes at once; at most {}", outcomes.size(),
                kOutcomesMax);
  }
  for (const simdjson::dom::element item : outcomes) {
    const auto text = [&item](std::string_view name) {
      std::string_view value;
      return item[name].get(value) == simdjson::SUCCESS ? std::string(value) : std::string();
    };
    std::uint64_t status = 0;
    if (item["status"].get(status) != simdjson::SUCCESS || status < 100 || status > 599) {
      return fail(ErrorCode::kInvalid, "an outcome has no status from 100 to 599");
    }
    HttpRequest as_asked;
    for (const std::string_view name : {"ip", "user", "session", "api_key", "method", "path"}) {
      if (std::string value = text(name); !value.empty()) {
        as_asked.query.push_back({std::string(name), std::move(value)});
      }
    }
    TRY_ASSIGN(const VerdictAsk ask, read_verdict_ask(as_asked));
    of_.limits.settle(subject_of(ask), static_cast<unsigned>(status));
  }
  return HttpResponse::empty(204);
}

}  // namespace tocsin
