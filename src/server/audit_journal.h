// AuditJournal: writes what was decided into the journal, as records of the source "tocsin.audit":
// evidence like any other, searchable, and rules may watch it (rules/tocsin/).
//
// Entries that the journal refuses for now are kept and tried again with the next entry or flush();
// at most kWaitingMax, then the oldest are dropped and counted. Thread-safe; never blocks.
#pragma once

#include <deque>
#include <memory>
#include <string>

#include "base/clock.h"
#include "base/mutex.h"
#include "journal/journal.h"
#include "obs/log.h"
#include "obs/metrics.h"
#include "respond/audit.h"

namespace tocsin {

class AuditJournal final : public AuditSink {
 public:
  static constexpr std::size_t kWaitingMax = 10'000;

  AuditJournal(Clock& clock, Metrics& metrics, Log& log);

  // Entries before this wait. `journal` is closed before this object goes.
  void attach(Journal& journal) EXCLUDES(state_->mutex);
  void record(const AuditEntry& entry) override;
  void flush();

 private:
  struct Line {
    std::string text;
    std::string_view dataset;  // a constant
  };
  // Shared with the journal's answers, which may come late.
  struct State {
    Mutex mutex;
    Journal* journal GUARDED_BY(mutex) = nullptr;
    std::deque<Line> waiting GUARDED_BY(mutex);
  };
  static void keep(State& state, std::deque<Line> lines, Counter& dropped);

  Clock& clock_;
  Log& log_;
  Counter& written_;
  Counter& dropped_;
  std::shared_ptr<State> state_ = std::make_shared<State>();
};

}  // namespace tocsin
