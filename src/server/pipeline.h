// Pipeline: the way of an event behind the journal, as one list of stages.
//
//   journal ─▶ feed ─▶ workers (decode, enrich, match) ─▶ detect (correlate, in order)
//                                                            ├─▶ index
//                                                            └─▶ alerts
// Everything behind the journal is derived: after a crash start() replays from the oldest Seq that
// the index, the alerts, a correlation window or a monitor still needs, and each of them ignores
// what it has.
#pragma once

#include <memory>

#include "alert/alert_store.h"
#include "base/clock.h"
#include "index/event_store.h"
#include "journal/journal.h"
#include "server/detect_stage.h"
#include "server/event_work.h"
#include "server/monitor_book.h"
#include "server/rule_book.h"

namespace tocsin {

struct PipelineStores {
  EventStore& events;
  AlertStore& alerts;
  RuleBook& rules;
  MonitorBook& monitors;
  RuleCoverage& coverage;
};

class Pipeline {
 public:
  static constexpr std::size_t kRecentBytesMax = 64 * kMiB;

  Pipeline(const EventWorkContext& work, const PipelineStores& stores, Clock& clock, Log& log);
  ~Pipeline();
  Pipeline(const Pipeline&) = delete;
  Pipeline& operator=(const Pipeline&) = delete;

  // The journal's DurableSink; also before start().
  void offer(std::shared_ptr<const RecordBatch> batch) { feed_.offer(std::move(batch)); }
  // Begins with the replay. `journal` outlives stop().
  void start(Journal& journal);
  // Every few seconds: lets the monitors' time run on when no record comes.
  void tick();
  // Waits until all durable records are matched, at most so long.
  void drain(Span at_most);
  // Stages end in the order of the stream; what was handed out is finished.
  void stop();

  const Progress& progress() const { return progress_; }
  // Records durable but not matched yet.
  std::uint64_t lag_records() const;

 private:
  Seq replay_from(Journal& journal) const;
  std::unique_ptr<Detector> make_detector(std::shared_ptr<const RuleSet> rules) const;

  const EventWorkContext work_;
  const PipelineStores stores_;
  Clock& clock_;
  Log& log_;
  Progress progress_;
  Journal* journal_ = nullptr;
  JournalFeed feed_;
  std::unique_ptr<IndexStage> index_;
  std::unique_ptr<AlertStage> alerts_;
  std::unique_ptr<WorkerStage> workers_;
  std::unique_ptr<DetectStage> detect_;
};

}  // namespace tocsin
