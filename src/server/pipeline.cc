#include "server/pipeline.h"

#include <algorithm>
#include <chrono>
#include <thread>

#include "base/check.h"

namespace tocsin {
namespace {

constexpr std::size_t kReadBackRecords = 8'192;
constexpr std::size_t kCorrelateThreadsMax = 4;
constexpr std::size_t kReadBackBytes = 4 * kMiB;

}  // namespace

Pipeline::Pipeline(const EventWorkContext& work, const PipelineStores& stores, Clock& clock,
                   Log& log)
    : work_(work),
      stores_(stores),
      clock_(clock),
      log_(log),
      feed_(
          kRecentBytesMax,
          [this](Seq from) { return journal_->read(from, kReadBackRecords, kReadBackBytes); },
          work.metrics, log) {}

Pipeline::~Pipeline() {
  stop();
}

void Pipeline::start(Journal& journal) {
  CHECK(journal_ == nullptr);
  journal_ = &journal;
  const Seq from = replay_from(journal);
  const Seq end = journal.end();
  if (from < end) {
    log_.info("replaying {} records of the journal, from record {}", end.value - from.value,
              from.value);
  }
  stores_.monitors.engine()->skip_to(from);
  progress_.set_decoded(from);
  progress_.set_indexed(stores_.events.appended_end());
  progress_.set_alerted(from);
  index_ = std::make_unique<IndexStage>(stores_.events, progress_, clock_, log_);
  alerts_ = std::make_unique<AlertStage>(stores_.alerts, progress_, log_);
  feed_.start_at(from, end);
  workers_ = std::make_unique<WorkerStage>(
      feed_, work_.settings.workers, [this] { return std::make_unique<EventWork>(work_); },
      [this] { return stores_.rules.compiled(); });
  detect_ = std::make_unique<DetectStage>(
      *workers_,
      [this](std::shared_ptr<const RuleSet> rules) { return make_detector(std::move(rules)); },
      [this]() -> std::optional<Micros> {
        return lag_records() > 0 ? std::nullopt : std::optional(clock_.now());
      },
      DetectOutputs{*index_, *alerts_, stores_.coverage, progress_, log_});
}

void Pipeline::tick() {
  if (alerts_ == nullptr || lag_records() > 0) {
    return;
  }
  FindingBatch findings;
  findings.end = Seq(1);  // says nothing about records
  stores_.monitors.engine()->tick(clock_.now(), findings.findings);
  if (!findings.findings.empty()) {
    alerts_->push(std::move(findings));
  }
}

void Pipeline::drain(Span at_most) {
  const Span until(clock_.since_boot().value + at_most.value);
  while (lag_records() > 0 && clock_.since_boot() < until) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
}

void Pipeline::stop() {
  feed_.close();
  if (detect_ != nullptr) {
    detect_->join();
    workers_.reset();
    detect_.reset();
    index_->stop();
    alerts_->stop();
  }
}

std::uint64_t Pipeline::lag_records() const {
  return journal_ == nullptr ? 0 : journal_->end().value - progress_.decoded().value;
}

// The oldest record that somebody still needs, but at most replay_records_max behind the end of
// what the index has.
Seq Pipeline::replay_from(Journal& journal) const {
  const Seq begin = journal.begin();
  const Seq end = journal.end();
  const Seq needed =
      std::min({stores_.events.sealed_end(), seq_plus(stores_.alerts.folded_through(), 1), end});
  const Span window = stores_.rules.current().rules->max_timespan();
  Micros newest = clock_.now();
  if (needed < end) {
    const auto first = journal.read(needed, 1, kReadBackBytes);
    if (first && !(*first)->empty()) {
      newest = (**first)[0].received;
    }
  }
  Seq from = needed;
  const auto window_begin =
      journal.first_received_at_or_after(newest - window - work_.settings.detect.lateness);
  if (window.value > 0 && window_begin) {
    from = std::min(from, *window_begin);
  }
  const Seq learned = stores_.monitors.engine()->covered();
  if (learned.value > 0) {
    from = std::min(from, learned);
  }
  const std::uint64_t replay_max = work_.settings.detect.replay_records_max;
  if (needed.value - from.value > replay_max) {
    from = Seq(needed.value - replay_max);
  }
  return std::max(from, begin);
}

std::unique_ptr<Detector> Pipeline::make_detector(std::shared_ptr<const RuleSet> rules) const {
  DetectorOptions options;
  options.correlation.bytes_max = work_.settings.detect.correlation_bytes_max;
  options.correlation.threads = std::min<std::size_t>(work_.settings.workers, kCorrelateThreadsMax);
  options.flood.findings_per_minute_max = work_.settings.detect.findings_per_minute_max;
  options.correlation.hash_seed = work_.secret_seed;
  options.correlation.lateness = work_.settings.detect.lateness;
  options.monitors = stores_.monitors.engine();
  return std::make_unique<Detector>(std::move(rules), work_.fields, work_.datasets, work_.metrics,
                                    options);
}

}  // namespace tocsin
