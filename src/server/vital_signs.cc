#include "server/vital_signs.h"

#include <fmt/format.h>

namespace tocsin {

VitalSigns ServerVitals::signs() {
  VitalSigns signs;
  signs.started = started_;
  signs.decoded_end = parts_.pipeline.progress().decoded();
  signs.indexed_end = parts_.pipeline.progress().indexed();
  signs.alerted_end = parts_.pipeline.progress().alerted();

  const auto free_bytes = parts_.files.free_bytes(parts_.settings.data_directory);
  signs.disk_free_bytes = free_bytes.value_or(0);
  if (!free_bytes) {
    signs.problems.push_back(free_bytes.error().full_text());
  } else if (*free_bytes < parts_.settings.journal.free_bytes_min) {
    signs.accepting = false;
    signs.problems.push_back(fmt::format(
        "the disk is full: {} bytes are free at {}, records are taken again above {}", *free_bytes,
        parts_.settings.data_directory, parts_.settings.journal.free_bytes_min));
  }
  const std::uint64_t lag = parts_.pipeline.lag_records();
  if (lag > parts_.settings.lag_records_max) {
    signs.accepting = false;
    signs.problems.push_back(
        fmt::format("{} records wait to be matched and searchable; senders are told to wait", lag));
  }
  for (const DamagedSegment& segment : parts_.events.damaged()) {
    signs.problems.push_back(
        fmt::format("index segment {} is damaged: {}; its {} events are being "
                    "rebuilt from the journal",
                    segment.file, segment.reason, segment.rows));
  }
  return signs;
}

}  // namespace tocsin
