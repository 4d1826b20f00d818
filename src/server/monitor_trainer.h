// MonitorTrainer: what the API may do with the monitors; and the training from stored records.
//
// A training runs in a thread of its own: it reads the journal from the wanted time on, decodes and
// matches as the workers do, and feeds an engine of its own, whose findings are dropped. When it
// has caught up, the engine in force waits for the last few records and takes over what was learned
// from further back than it knew itself. One at a time; stop() cancels it.
#pragma once

#include <atomic>
#include <memory>
#include <thread>

#include "api/monitor_desk.h"
#include "base/clock.h"
#include "base/mutex.h"
#include "journal/journal.h"
#include "server/event_work.h"
#include "server/monitor_book.h"
#include "server/rule_book.h"

namespace tocsin {

struct MonitorTrainerParts {
  MonitorBook& book;
  RuleBook& rules;
  Journal& journal;
  EventWorkContext work;
  Clock& clock;
  Log& log;
};

class MonitorTrainer final : public MonitorDesk {
 public:
  explicit MonitorTrainer(const MonitorTrainerParts& parts) : parts_(parts) {}
  ~MonitorTrainer() override { stop(); }
  MonitorTrainer(const MonitorTrainer&) = delete;
  MonitorTrainer& operator=(const MonitorTrainer&) = delete;

  std::vector<MonitorSummary> list() override { return parts_.book.engine()->list(); }
  Result<std::vector<KeyKnowledge>> show(std::string_view monitor, std::string_view key,
                                         std::size_t most) override {
    return parts_.book.engine()->show(monitor, key, most);
  }
  Status train(Span since) override EXCLUDES(mutex_);
  TrainingState training() override EXCLUDES(mutex_);

  void stop() EXCLUDES(mutex_);

 private:
  class Run;

  Status run(Span since, const std::stop_token& stop);

  const MonitorTrainerParts parts_;
  std::atomic<std::uint64_t> records_{0};
  std::atomic<std::uint64_t> records_total_{0};
  Mutex mutex_;
  TrainingState state_ GUARDED_BY(mutex_);
  std::jthread thread_ GUARDED_BY(mutex_);
};

}  // namespace tocsin
