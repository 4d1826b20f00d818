// POST /v1/usage-metrics: what CrowdSec's bouncers counted, as EnforcedCounts. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/receipt.h"

namespace tocsin {

struct UsageMetrics {
  std::string type;  // "crowdsec-firewall-bouncer"; empty when it says none
  std::string version;
  std::optional<std::uint64_t> standing;  // active_decisions
  std::vector<EnforcedCount> dropped;     // by origin
};

// kCorrupt: no JSON. kInvalid: JSON that is no usage metrics (422 on the wire).
Result<UsageMetrics> parse_usage_metrics(std::string_view json);

}  // namespace tocsin
