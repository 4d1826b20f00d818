// Backtest: what rules would have found in the stored events. The door of backtest/.
//
// The index is asked for the records that can match at all (necessary_filter.h); only those are
// read from the journal, decoded and matched, as the stream would have. When too many can match,
// everything of the period is read. Threat lists and geo tables are those of today.
//
// run_backtest() may be called from any thread; it takes as long as it takes and looks at `cancel`
// between pieces.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "backtest/finding_tally.h"
#include "base/clock.h"
#include "base/result.h"
#include "base/time.h"
#include "detect/compiled_rules.h"
#include "index/event_store.h"
#include "journal/journal.h"
#include "model/catalog.h"

namespace tocsin {

// Decodes and enriches the records [from, to) of a batch. One thread.
using DecodeRecords = std::function<std::shared_ptr<EventBatch>(
    std::shared_ptr<const RecordBatch> batch, std::size_t from, std::size_t to)>;

struct BacktestParts {
  EventStore& events;
  Journal& journal;
  FieldCatalog& fields;
  DatasetCatalog& datasets;
  Clock& clock;
  DecodeRecords decode;
};

struct BacktestRequest {
  static constexpr std::uint64_t kCandidatesMax = 4'000'000;

  std::shared_ptr<const CompiledRules> rules;
  std::vector<std::string> wanted;  // ids of rules and correlations; what they refer to comes along
  Micros from;                      // event time, inclusive
  Micros until;                     // exclusive
  std::size_t keys_max = 20;
  Span time_max = span_s(600);
  std::uint64_t hash_seed = 0;  // see CorrelatorLimits
  // Also given each finding, about in the order of event time; empty: nobody is.
  std::function<void(const Finding&)> on_finding = {};
};

struct BacktestReport {
  std::uint64_t stored = 0;      // events of the period in the index
  std::uint64_t candidates = 0;  // records that were decoded and matched
  bool narrowed = false;         // by the index; else everything was read
  std::uint64_t findings = 0;
  std::uint64_t events = 0;  // behind them
  std::uint64_t alerts = 0;  // after folding
  bool keys_cut = false;
  std::vector<DayTally> days;
  std::vector<KeyTally> top;
  Span took;
};

struct BacktestProgress {
  std::uint64_t done = 0;
  std::uint64_t of = 0;
};

// kNotFound when a wanted rule is not among the rules; kCancelled, kTimeout.
Result<BacktestReport> run_backtest(
    const BacktestParts& parts, const BacktestRequest& request,
    const std::function<Status(const BacktestProgress&)>& on_progress, const Cancel& cancel);

}  // namespace tocsin
