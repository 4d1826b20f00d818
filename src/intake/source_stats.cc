#include "intake/source_stats.h"

namespace tocsin {

std::string_view intake_loss_name(IntakeLoss loss) {
  switch (loss) {
    case IntakeLoss::kLineTooLong:
      return "line_too_long";
    case IntakeLoss::kMessageTooLong:
      return "message_too_long";
    case IntakeLoss::kBadFrame:
      return "bad_frame";
    case IntakeLoss::kBadJson:
      return "bad_json";
    case IntakeLoss::kTooDeep:
      return "too_deep";
    case IntakeLoss::kTooManyRecords:
      return "too_many_records";
    case IntakeLoss::kTooManyConnections:
      return "too_many_connections";
    case IntakeLoss::kIdleConnection:
      return "idle_connection";
    case IntakeLoss::kKernelDrop:
      return "kernel_drop";
    case IntakeLoss::kEmpty:
      return "empty";
    case IntakeLoss::kTruncatedFile:
      return "truncated_file";
    case IntakeLoss::kUnreadable:
      return "unreadable";
    case IntakeLoss::kTooManyFiles:
      return "too_many_files";
    case IntakeLoss::kRefused:
      return "refused";
  }
  return "unknown";
}

SourceCounters::SourceCounters(Metrics& metrics, const std::string& source)
    : metrics_(metrics),
      source_(source),
      records_(metrics.counter("tocsin_intake_records_total", "Records received, by source",
                               {{"source", source}})),
      bytes_(metrics.counter("tocsin_intake_bytes_total", "Bytes of records received, by source",
                             {{"source", source}})) {}

void SourceCounters::received(std::uint64_t records, std::uint64_t bytes, Micros now) {
  records_.add(records);
  bytes_.add(bytes);
  last_received_.store(now.value, std::memory_order_relaxed);
}

void SourceCounters::lost(IntakeLoss loss, std::uint64_t n) {
  if (n == 0) {
    return;
  }
  losses_[static_cast<std::size_t>(loss)].fetch_add(n, std::memory_order_relaxed);
  // Losses are rare: their metrics appear with the first one.
  metrics_
      .counter("tocsin_intake_lost_total", "What was refused, cut or lost, by source and reason",
               {{"source", source_}, {"reason", std::string(intake_loss_name(loss))}})
      .add(n);
}

SourceCounters& SourceStats::source(std::string_view name, std::string_view kind) {
  const MutexLock lock(mutex_);
  auto found = sources_.find(name);
  if (found == sources_.end() && sources_.size() >= kSourcesMax) {
    name = "other";
    found = sources_.find(name);
  }
  if (found == sources_.end()) {
    auto counters = std::make_unique<SourceCounters>(metrics_, std::string(name));
    found =
        sources_.emplace(std::string(name), Entry{std::string(kind), std::move(counters)}).first;
  }
  return *found->second.counters;
}

std::vector<SourceSnapshot> SourceStats::snapshot() const {
  const MutexLock lock(mutex_);
  std::vector<SourceSnapshot> all;
  all.reserve(sources_.size());
  for (const auto& [name, entry] : sources_) {
    const SourceCounters& counters = *entry.counters;
    SourceSnapshot one;
    one.name = name;
    one.kind = entry.kind;
    one.records = counters.records_.value();
    one.bytes = counters.bytes_.value();
    one.waits = counters.waits_.load(std::memory_order_relaxed);
    one.last_received = Micros(counters.last_received_.load(std::memory_order_relaxed));
    for (std::size_t i = 0; i < kIntakeLosses; ++i) {
      const std::uint64_t lost = counters.losses_[i].load(std::memory_order_relaxed);
      if (lost != 0) {
        one.losses.emplace_back(intake_loss_name(static_cast<IntakeLoss>(i)), lost);
      }
    }
    all.push_back(std::move(one));
  }
  return all;
}

}  // namespace tocsin
