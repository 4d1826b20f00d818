// MonitorBook: the one MonitorEngine of the server, and the file that its state survives in.
//
// open() takes the state back: a file that is damaged, foreign or of another version is ignored,
// counted and written anew, and the monitors learn again. keep() writes it: only once all findings
// of what it covers are folded into alerts, so that a replay from there neither loses a finding nor
// counts an event twice. Thread-safe; keep() is one thread's work.
#pragma once

#include <memory>
#include <string>

#include "api/services.h"
#include "base/clock.h"
#include "config/settings.h"
#include "detect/baseline/monitor_engine.h"
#include "obs/log.h"
#include "obs/metrics.h"
#include "sys/file_system.h"

namespace tocsin {

struct MonitorBookParts {
  const Settings& settings;
  FileSystem& files;
  Clock& clock;
  Metrics& metrics;
  Log& log;
};

class MonitorBook {
 public:
  static constexpr Span kKeepEvery = span_s(300);
  static constexpr std::uint64_t kFileBytesMax = 2 * kGiB;

  MonitorBook(const MonitorBookParts& parts, std::shared_ptr<const RuleSet> rules,
              std::uint64_t secret_seed);

  const std::shared_ptr<MonitorEngine>& engine() const { return engine_; }

  enum class When : std::uint8_t { kDue, kNow };
  // Writes the state when it is due and `folded_through` allows it.
  void keep(Seq folded_through, When when);

 private:
  void take_back();

  const MonitorBookParts parts_;
  const std::string path_;
  std::shared_ptr<MonitorEngine> engine_;
  Counter& ignored_;
  Counter& written_;
  std::string pending_;  // taken, not written yet
  Seq pending_covers_;
  Seq written_covers_;
  Span kept_;  // since boot
};

}  // namespace tocsin
