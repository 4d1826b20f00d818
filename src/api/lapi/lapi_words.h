// CrowdSec's words for our decisions, and back; and a decision as CrowdSec writes it. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/json_writer.h"
#include "model/decision.h"
#include "respond/packed_decision.h"

namespace tocsin {

// "ban", "captcha", "throttle", …; the word itself of kCustom.
std::string_view lapi_type(DecisionKind kind, std::string_view custom);
struct LapiKind {
  DecisionKind kind = DecisionKind::kBlock;
  std::string custom;
};
LapiKind parse_lapi_type(std::string_view type);

// "Ip", "Range", "AS", "Country", "User", "Session", "ApiKey".
std::string_view lapi_scope(ScopeKind scope);
std::optional<ScopeKind> parse_lapi_scope(std::string_view word);  // any case
// Of AS only the number.
std::string lapi_value(const PackedDecision& decision);

// "lists:NAME" is origin "lists" with the scenario NAME there.
std::string_view lapi_origin(const PackedDecision& decision);
std::string_view lapi_scenario(const PackedDecision& decision);

// `simulated` is left out of streams; cscli's listing of alerts dies without it.
enum class LapiPlace : std::uint8_t { kStream, kAlert };

// One object. `left` is what remains; negative for one that has ended.
void write_lapi_decision(JsonWriter& json, const PackedDecision& decision, Span left, Micros until,
                         LapiPlace place = LapiPlace::kStream);

}  // namespace tocsin
