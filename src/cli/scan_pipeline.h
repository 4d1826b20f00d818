// ScanPipeline: batches of lines to findings: decode, enrich and match on worker threads, then the
// correlations in order on a thread of their own; as the server does it, without the server.
//
// submit() and finish() belong to one thread, the one that reads. `on_result` is called on the
// correlating thread, in order of Seq; after finish() nothing more is called.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <thread>
#include <vector>

#include "base/published.h"
#include "cli/event_maker.h"
#include "detect/compiled_rules.h"
#include "detect/detector.h"
#include "flow/bounded_queue.h"
#include "server/sequencer.h"

namespace tocsin {

struct ScanSetup {
  EventMakerOptions decode;
  std::shared_ptr<const CompiledRules> rules;
  FieldCatalog& fields;
  DatasetCatalog& datasets;
  const Published<EnrichTables>& tables;
  Metrics& metrics;
  std::size_t workers = 2;
};

class ScanPipeline {
 public:
  static constexpr std::size_t kInFlightMax = 8;

  // `events` is null once, at the end: for the findings of windows that ended then.
  using OnResult = std::function<void(const EventBatch* events, std::span<const RuleHit> hits,
                                      std::span<const Finding> findings)>;

  ScanPipeline(const ScanSetup& setup, OnResult on_result);
  ~ScanPipeline();
  ScanPipeline(const ScanPipeline&) = delete;
  ScanPipeline& operator=(const ScanPipeline&) = delete;

  // Waits while too much is under way. The batch has its Seqs.
  void submit(std::shared_ptr<const RecordBatch> batch);
  // Waits until everything is through, and ends the open windows.
  void finish();

 private:
  struct Task {
    std::uint64_t ticket = 0;
    std::shared_ptr<const RecordBatch> batch;
  };
  struct Matched {
    std::shared_ptr<EventBatch> events;
    std::vector<RuleHit> hits;
  };

  void work();
  void correlate();

  const ScanSetup setup_;
  const OnResult on_result_;
  BoundedQueue<Task> tasks_{kInFlightMax};
  Sequencer<Matched> matched_{kInFlightMax};
  std::vector<std::jthread> threads_;
};

}  // namespace tocsin
