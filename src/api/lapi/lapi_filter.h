// LapiFilter: which decisions a request of CrowdSec's wire is about, from its query string.
//
// Parameters that are not known are ignored, as CrowdSec does. A value.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "http/message.h"
#include "respond/decision_snapshot.h"

namespace tocsin {

struct LapiFilter {
  std::vector<ScopeKind> scopes;  // empty: all
  bool no_scope = false;          // only scopes were named that nobody has
  std::vector<std::string> origins;
  std::vector<std::string> containing;      // scenarios, any of them as a part of the text
  std::vector<std::string> not_containing;  // … none of them
  std::string type;
  std::optional<IpNetwork> network;      // of ip= and range=
  bool contains = true;                  // decisions around it; else those within
  std::optional<DecisionTarget> target;  // of scope= and value=, and value= alone
  std::uint64_t id_above = 0;
  std::size_t limit = 0;  // 0: no limit
  std::size_t offset = 0;
  bool names_target = false;  // ip, range, value or a scope was given

  bool passes(const PackedDecision& decision) const;
};

// Of GET and DELETE /v1/decisions and GET /v1/alerts. kInvalid names the parameter.
Result<LapiFilter> read_lapi_filter(const HttpRequest& request);
// Of GET /v1/decisions/stream: scopes ip and range unless the request names others.
Result<LapiFilter> read_stream_filter(const HttpRequest& request);
// The same text for filters that mean the same; what a stream's body is kept under.
std::string stream_filter_text(const LapiFilter& filter);

// Decisions that hold at `now` and pass, in the order of ids.
std::vector<const PackedDecision*> select_decisions(const DecisionSnapshot& snapshot,
                                                    const LapiFilter& filter, Micros now);

}  // namespace tocsin
