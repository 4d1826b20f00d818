// Which records, or how many, fit a condition: places only, no events. For whoever reads the raw
// records afterwards (backtest/). Any thread.
#pragma once

#include <cstdint>
#include <vector>

#include "base/result.h"
#include "base/strong.h"
#include "base/time.h"
#include "index/event_store.h"
#include "model/seq_range.h"
#include "query/ast.h"

namespace tocsin {

struct SeqScan {
  ExprPtr condition;
  Micros from;  // event time, inclusive
  Micros until;
  Micros now;
  RunLimits limits;  // kTooLarge past rows_max
};

// Ascending.
Result<std::vector<Seq>> scan_seqs(EventStore& store, const SeqScan& scan, const Cancel& cancel);
Result<std::uint64_t> count_seqs(EventStore& store, const SeqScan& scan, const Cancel& cancel);
// From the first to the last of them.
Result<SeqRange> bounds_of_seqs(EventStore& store, const SeqScan& scan, const Cancel& cancel);

}  // namespace tocsin
