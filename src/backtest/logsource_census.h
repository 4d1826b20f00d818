// LogsourceCensus: which logsources the rules want, and how many stored events each has.
//
// A logsource with rules and no events is a blind spot: either nothing sends it, or it is not
// recognised.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "detect/rule_set.h"
#include "index/event_store.h"
#include "model/catalog.h"
#include "query/seq_scan.h"

namespace tocsin {

struct LogsourceCount {
  std::string logsource;  // "category: webserver, product: nginx"; "any"
  std::uint64_t rules = 0;
  std::uint64_t events = 0;
  bool exact = false;  // else `events` is an upper bound
};

struct Census {
  std::uint64_t events = 0;                // all that are stored in the period
  std::vector<LogsourceCount> logsources;  // most events first, then most rules
};

// `period`: its condition is not looked at.
Result<Census> take_census(const RuleSet& rules, const FieldCatalog& fields, EventStore& events,
                           const SeqScan& period, const Cancel& cancel);

}  // namespace tocsin
