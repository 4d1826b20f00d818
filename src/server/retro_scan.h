// RetroScan: looks for entries of a threat list in what is stored. Reads the index part by part,
// newest first: each watched column's distinct values, looked up in the list, so that the cost
// does not depend on how long the list is. Pure reading; one thread.
//
// Looked at: the fields of enrich/threat_matching.h, whole values only; a URL of its parts and
// values in `_overflow` are not.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "enrich/threat_list.h"
#include "index/event_store.h"

namespace tocsin {

struct RetroRequest {
  const ThreatList& list;
  Micros from;  // by event time
  Seq before;   // records from here on were matched in the stream
  std::uint64_t hits_max = 1'000;
  std::function<bool(std::uint64_t key)> wanted;  // of ThreatList::key_of
};

// One entry of the list and where it was seen.
struct RetroHit {
  std::string indicator;  // for people
  IndicatorDetail detail;
  std::string field;                          // where it was seen most
  std::map<std::string, std::uint64_t> seen;  // events by field
  Micros first;
  Micros last;
  std::vector<Seq> newest;  // at most Finding::kSeqsMax, oldest first

  std::uint64_t events() const { return seen.at(field); }
};

struct RetroOutcome {
  std::map<std::uint64_t, RetroHit> hits;  // by ThreatList::key_of
  std::uint64_t left_out = 0;              // entries that were seen but are past hits_max
};

class RetroScan {
 public:
  // Calls pace(parts done, parts) between queries; false ends the scan with kCancelled.
  using Pace = std::function<bool(std::size_t done, std::size_t parts)>;

  RetroScan(EventStore& store, const Cancel& cancel, Pace pace)
      : store_(store), cancel_(cancel), pace_(std::move(pace)) {}

  // kConflict: a part turned out to be damaged; a new attempt sees a new view.
  Result<RetroOutcome> run(const RetroRequest& request);

 private:
  using Part = std::shared_ptr<const TablePart>;

  Status scan(const Part& part, const RetroRequest& request, RetroOutcome& out);
  Status scan_column(const Part& part, const PartColumn& column, IndicatorKind kind,
                     const RetroRequest& request, RetroOutcome& out);
  Status take(const Part& part, const std::string& column, const std::string& cell,
              std::uint64_t key, const ThreatHit& hit, std::string indicator,
              const RetroRequest& request, RetroOutcome& out);

  EventStore& store_;
  const Cancel& cancel_;
  const Pace pace_;
  std::size_t part_ = 0;
  std::size_t parts_ = 0;
};

}  // namespace tocsin
