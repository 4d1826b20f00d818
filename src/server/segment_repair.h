// SegmentRepair: rebuilds damaged index segments from the journal, in the background of a caller
// that has time. The index is derived: a flipped byte costs a re-read, not an event.
#pragma once

#include <memory>
#include <set>
#include <string>

#include "index/event_store.h"
#include "journal/journal.h"
#include "obs/log.h"
#include "server/event_work.h"

namespace tocsin {

class SegmentRepair {
 public:
  SegmentRepair(EventStore& store, Journal& journal, const EventWorkContext& work, Log& log);

  // Restores one damaged segment, if there is one that was not tried in vain before. True when
  // there may be more to do.
  bool step();

 private:
  BatchSource events_of(const DamagedSegment& segment);

  EventStore& store_;
  Journal& journal_;
  const EventWorkContext work_;
  Log& log_;
  std::set<std::string> given_up_;
};

}  // namespace tocsin
