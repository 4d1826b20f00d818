// What api/ needs to show and train the monitors. server/ implements it. Thread-safe.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "detect/baseline/monitor_engine.h"

namespace tocsin {

// Learning from stored records: one at a time.
struct TrainingState {
  bool running = false;
  Micros started;   // 0: never
  Micros finished;  // 0: not yet
  std::uint64_t records = 0;
  std::uint64_t records_total = 0;
  std::string error;  // why the last one ended early; or empty
};

class MonitorDesk {
 public:
  virtual ~MonitorDesk() = default;
  virtual std::vector<MonitorSummary> list() = 0;
  // kNotFound when there is no monitor of that id, name or title.
  virtual Result<std::vector<KeyKnowledge>> show(std::string_view monitor, std::string_view key,
                                                 std::size_t most) = 0;
  // Begins to learn from what was received since; kConflict while one runs.
  virtual Status train(Span since) = 0;
  virtual TrainingState training() = 0;
};

}  // namespace tocsin
