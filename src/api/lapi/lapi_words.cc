#include "api/lapi/lapi_words.h"

#include <algorithm>
#include <array>

#include "api/lapi/go_duration.h"
#include "base/text.h"
#include "base/time_text.h"

namespace tocsin {
namespace {

struct KindWord {
  std::string_view word;
  DecisionKind kind;
};
constexpr auto kKinds = std::to_array<KindWord>({{"ban", DecisionKind::kBlock},
                                                 {"throttle", DecisionKind::kThrottle},
                                                 {"captcha", DecisionKind::kChallenge},
                                                 {"redirect", DecisionKind::kRedirect},
                                                 {"disable", DecisionKind::kDisable}});
struct ScopeWord {
  std::string_view word;
  ScopeKind scope;
};
constexpr auto kScopes = std::to_array<ScopeWord>({{"Ip", ScopeKind::kAddress},
                                                   {"Range", ScopeKind::kNetwork},
                                                   {"AS", ScopeKind::kNetworkOwner},
                                                   {"Country", ScopeKind::kCountry},
                                                   {"User", ScopeKind::kUser},
                                                   {"Session", ScopeKind::kSession},
                                                   {"ApiKey", ScopeKind::kApiKey}});
constexpr std::string_view kListOrigin = "lists:";
constexpr std::string_view kOwnerPrefix = "AS";

}  // namespace

std::string_view lapi_type(DecisionKind kind, std::string_view custom) {
  const auto found = std::ranges::find(kKinds, kind, &KindWord::kind);
  return found == kKinds.end() ? custom : found->word;
}

LapiKind parse_lapi_type(std::string_view type) {
  for (const KindWord& each : kKinds) {
    if (equals_ignore_case(each.word, type)) {
      return {each.kind, {}};
    }
  }
  return {DecisionKind::kCustom, std::string(type)};
}

std::string_view lapi_scope(ScopeKind scope) {
  return std::ranges::find(kScopes, scope, &ScopeWord::scope)->word;
}

std::optional<ScopeKind> parse_lapi_scope(std::string_view word) {
  for (const ScopeWord& each : kScopes) {
    if (equals_ignore_case(each.word, word)) {
      return each.scope;
    }
  }
  return std::nullopt;
}

std::string lapi_value(const PackedDecision& decision) {
  std::string value = decision.value();
  if (decision.scope() == ScopeKind::kNetworkOwner && value.starts_with(kOwnerPrefix)) {
    value.erase(0, kOwnerPrefix.size());
  }
  return value;
}

std::string_view lapi_origin(const PackedDecision& decision) {
  const std::string& origin = decision.context().origin;
  return origin.starts_with(kListOrigin) ? kListOrigin.substr(0, kListOrigin.size() - 1)
                                         : std::string_view(origin);
}

std::string_view lapi_scenario(const PackedDecision& decision) {
  const DecisionContext& context = decision.context();
  if (context.origin.starts_with(kListOrigin)) {
    return std::string_view(context.origin).substr(kListOrigin.size());
  }
  if (!context.rule_title.empty()) {
    return context.rule_title;
  }
  const std::string_view reason = decision.reason();
  return reason.empty() ? std::string_view("tocsin") : reason;
}

void write_lapi_decision(JsonWriter& json, const PackedDecision& decision, Span left, Micros until,
                         LapiPlace place) {
  json.begin_object();
  json.member("duration", go_duration_text(left));
  json.member("id", decision.id());
  json.member("origin", lapi_origin(decision));
  json.member("scenario", lapi_scenario(decision));
  json.member("scope", lapi_scope(decision.scope()));
  if (place == LapiPlace::kAlert) {
    json.member("simulated", false);
  }
  json.member("type", lapi_type(decision.kind(), decision.context().custom));
  json.member("until", iso_time(until));
  json.member("uuid", decision.uuid());
  json.member("value", lapi_value(decision));
  json.end_object();
}

}  // namespace tocsin
