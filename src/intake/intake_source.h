// IntakeSource: a running way in, with its own thread. Started by the classes of the folders here
// (file_tail/, syslog/, stdin/); destroyed or stopped by whoever started it.
#pragma once

#include "base/clock.h"
#include "intake/record_sink.h"
#include "intake/source_stats.h"
#include "obs/log.h"

namespace tocsin {

// What every source needs; all outlive the sources.
struct IntakeContext {
  RecordSink& sink;
  SourceStats& stats;
  Clock& clock;
  Log& log;
};

class IntakeSource {
 public:
  virtual ~IntakeSource() = default;
  // Stops reading and joins its thread. What was submitted and not yet confirmed is not waited for
  // longer than a moment; sources with a position read it again at the next start. Idempotent.
  virtual void stop() = 0;
};

}  // namespace tocsin
