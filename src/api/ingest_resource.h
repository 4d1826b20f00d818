// POST /api/v1/events: records come in. Runs on the I/O thread and waits for nothing: the answer is
// sent by whoever made the records durable.
//
// Bounded: at most `waiting_max` requests wait for their records to become durable, then 429.
#pragma once

#include <atomic>
#include <cstddef>
#include <memory>

#include "api/call.h"
#include "base/clock.h"
#include "intake/http_json/events_body.h"
#include "intake/record_sink.h"
#include "intake/source_stats.h"

namespace tocsin {

class IngestResource {
 public:
  IngestResource(RecordSink& sink, SourceStats& stats, Clock& clock, const EventsBodyLimits& limits,
                 std::size_t waiting_max);

  void take(Call call);

 private:
  RecordSink& sink_;
  SourceStats& stats_;
  Clock& clock_;
  const EventsBodyLimits limits_;
  const std::size_t waiting_max_;
  // Shared with the answers under way, which may outlive this.
  std::shared_ptr<std::atomic<std::size_t>> waiting_;
};

}  // namespace tocsin
