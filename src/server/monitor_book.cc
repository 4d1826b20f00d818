#include "server/monitor_book.h"

#include <utility>

#include "base/fail.h"

namespace tocsin {

MonitorBook::MonitorBook(const MonitorBookParts& parts, std::shared_ptr<const RuleSet> rules,
                         std::uint64_t secret_seed)
    : parts_(parts),
      path_(parts.settings.data_directory + "/monitors.state"),
      engine_(std::make_shared<MonitorEngine>(
          std::move(rules), parts.metrics,
          MonitorOptions{parts.settings.detect.lateness, secret_seed})),
      ignored_(parts.metrics.counter("tocsin_detect_monitor_state_ignored_total",
                                     "Files with the state of monitors that could not be used")),
      written_(parts.metrics.counter("tocsin_detect_monitor_state_written_total",
                                     "Times that the state of monitors was written")),
      kept_(parts.clock.since_boot()) {
  take_back();
}

void MonitorBook::take_back() {
  const auto bytes = read_file(parts_.files, path_, kFileBytesMax);
  if (!bytes && bytes.error().code() == ErrorCode::kNotFound) {
    return;
  }
  const Status restored = bytes ? engine_->restore(*bytes) : Status(bytes.error());
  if (!restored) {
    ignored_.add();
    parts_.log.error("monitors learn again: {}: {}", path_, restored.error().full_text());
    return;
  }
  written_covers_ = engine_->covered();
}

void MonitorBook::keep(Seq folded_through, When when) {
  const Span now = parts_.clock.since_boot();
  const bool is_due = when == When::kNow || now.value - kept_.value >= kKeepEvery.value;
  if (is_due && (pending_.empty() || when == When::kNow) && !engine_->empty() &&
      engine_->covered() > written_covers_) {
    pending_ = engine_->snapshot();
    pending_covers_ = snapshot_covers(pending_);
    kept_ = now;
  }
  if (pending_.empty() || seq_plus(folded_through, 1) < pending_covers_) {
    return;
  }
  const std::string bytes = std::exchange(pending_, std::string());
  // Private: it holds the seed of the tables' hashes.
  if (const Status written =
          write_file_atomically(parts_.files, path_, bytes, OpenMode::kCreatePrivate);
      !written) {
    parts_.log.error("the state of monitors is not kept: {}", written.error().full_text());
    return;
  }
  written_covers_ = pending_covers_;
  written_.add();
}

}  // namespace tocsin
