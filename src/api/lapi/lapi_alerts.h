// CrowdSec's alerts as far as decisions are in them: what POST /v1/alerts proposes, and the answers
// that cscli reads.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/json_writer.h"
#include "base/result.h"
#include "respond/decision_snapshot.h"
#include "respond/new_decision.h"

namespace tocsin {

// One alert of a watcher: the decisions that it brings, or one on its source when it asks for a
// remedy and brings none.
struct LapiAlert {
  std::vector<NewDecision> decisions;
};

inline constexpr std::size_t kLapiAlertsMax = 10'000;
inline constexpr std::size_t kLapiDecisionsMax = 100'000;  // of one request

// kInvalid says which alert and what is wrong with it. Simulated decisions become dry runs.
Result<std::vector<LapiAlert>> parse_lapi_alerts(std::string_view json, std::string_view machine);

// One alert around one decision that stands, as cscli lists them.
void write_lapi_alert(JsonWriter& json, const PackedDecision& decision, Micros now,
                      Span wall_offset);

}  // namespace tocsin
