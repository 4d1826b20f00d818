// POST /api/v1/evidence: the records that a query finds, or of a Seq range, with their proofs, as a
// bundle that anyone can check offline. Streamed; runs on a pool thread; ends when its client goes.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "api/call.h"
#include "api/cancel_watch.h"
#include "base/clock.h"
#include "index/event_store.h"
#include "journal/journal.h"

namespace tocsin {

class EvidenceResource {
 public:
  static constexpr std::uint64_t kFoundMax = 100'000;    // records that a query may select
  static constexpr std::uint64_t kRangeMax = 1'000'000;  // Seqs in a range

  EvidenceResource(Journal& journal, EventStore& events, CancelWatch& watch, Clock& clock)
      : journal_(journal), events_(events), watch_(watch), clock_(clock) {}

  void take(Call call);

 private:
  struct Wanted {
    std::string query;                        // empty when a range was named
    std::vector<std::pair<Seq, Seq>> ranges;  // half-open, ascending
  };
  Result<Wanted> read(const HttpRequest& request, const Cancel& cancel);

  Journal& journal_;
  EventStore& events_;
  CancelWatch& watch_;
  Clock& clock_;
};

}  // namespace tocsin
