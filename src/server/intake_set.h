// IntakeSet: the configured sources besides HTTP: tailed files, syslog, standard input. Starts them
// all or none; destroying it stops them (what was not acknowledged is read again at the next
// start).
#pragma once

#include <memory>

#include "base/clock.h"
#include "base/result.h"
#include "config/settings.h"
#include "intake/record_sink.h"
#include "intake/source_stats.h"
#include "obs/log.h"
#include "obs/metrics.h"
#include "sys/file_system.h"

namespace tocsin {

struct IntakeContext {
  FileSystem& files;
  Clock& clock;
  Metrics& metrics;
  Log& log;
};

class IntakeSet {
 public:
  static Result<std::unique_ptr<IntakeSet>> start(const Settings& settings, RecordSink& sink,
                                                  SourceStats& stats, const IntakeContext& context);
  virtual ~IntakeSet() = default;
};

}  // namespace tocsin
