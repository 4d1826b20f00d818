#include "server/audit_journal.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace tocsin {

AuditJournal::AuditJournal(Clock& clock, Metrics& metrics, Log& log)
    : clock_(clock),
      log_(log),
      written_(metrics.counter("tocsin_audit_records_total", "Audit records in the journal")),
      dropped_(metrics.counter("tocsin_audit_dropped_total",
                               "Audit records that the journal did not take in time")) {}

void AuditJournal::attach(Journal& journal) {
  {
    const MutexLock lock(state_->mutex);
    state_->journal = &journal;
  }
  flush();
}

void AuditJournal::record(const AuditEntry& entry) {
  if (entry.action == "breaker_opened" || entry.action == "breaker_closed") {
    log_.warning("{}", entry.sentence);
  }
  std::deque<Line> line;
  line.push_back({audit_json(entry), entry.dataset()});
  keep(*state_, std::move(line), dropped_);
  flush();
}

// What could not be written goes behind what came since: each record tells its own time.
void AuditJournal::keep(State& state, std::deque<Line> lines, Counter& dropped) {
  const MutexLock lock(state.mutex);
  std::ranges::move(lines, std::back_inserter(state.waiting));
  while (state.waiting.size() > kWaitingMax) {
    state.waiting.pop_front();
    dropped.add();
  }
}

void AuditJournal::flush() {
  std::deque<Line> lines;
  Journal* journal = nullptr;
  {
    const MutexLock lock(state_->mutex);
    journal = state_->journal;
    if (journal == nullptr || state_->waiting.empty()) {
      return;
    }
    lines = std::exchange(state_->waiting, {});
  }
  auto batch = std::make_shared<RecordBatch>();
  const std::string source(kAuditDataset);
  const std::uint32_t deeds = batch->add_origin({source, "", source});
  const std::uint32_t reads = batch->add_origin({source, "", std::string(kReadsDataset)});
  for (const Line& line : lines) {
    static_cast<void>(
        batch->add(line.dataset == kReadsDataset ? reads : deeds, clock_.now(), line.text));
  }
  const std::size_t count = lines.size();
  journal->append(std::move(batch),
                  [state = state_, lines = std::move(lines), count, &written = written_,
                   &dropped = dropped_](const Status& status) {
                    if (status) {
                      written.add(count);
                    } else {
                      keep(*state, lines, dropped);
                    }
                  });
}

}  // namespace tocsin
