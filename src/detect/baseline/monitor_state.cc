#include "detect/baseline/monitor_state.h"

#include <algorithm>

#include "base/encoding.h"
#include "base/hash.h"

namespace tocsin {

using sigma::Monitor;
using sigma::MonitorModel;
using sigma::NamedField;

MonitorMeters::MonitorMeters(Metrics& metrics)
    : updates(metrics.counter("tocsin_detect_monitor_updates_total", "Events that monitors took")),
      ungrouped(metrics.counter("tocsin_detect_monitor_ungrouped_total",
                                "Events without a value for a monitor's group-by or field")),
      too_late(metrics.counter("tocsin_detect_monitor_too_late_total",
                               "Events older than the buckets that are still open")),
      bad_values(metrics.counter("tocsin_detect_monitor_bad_values_total",
                                 "Values that are no number where a sum wants one")),
      evicted(metrics.counter("tocsin_detect_monitor_evicted_total",
                              "Keys forgotten because there were too many")),
      evicted_values(metrics.counter("tocsin_detect_monitor_evicted_values_total",
                                     "Values forgotten because a key had too many")),
      keys(metrics.gauge("tocsin_detect_monitor_keys", "Keys that monitors remember")) {}

std::unique_ptr<MonitorState> make_monitor_state(const Monitor& monitor,
                                                 const MonitorFrame& frame) {
  switch (monitor.model) {
    case MonitorModel::kLevel:
    case MonitorModel::kSeasonal:
    case MonitorModel::kSeries:
      return make_numeric_state(monitor, frame);
    case MonitorModel::kNewValue:
    case MonitorModel::kRare:
      return make_value_state(monitor, frame);
    case MonitorModel::kTravel:
      return make_travel_state(monitor, frame);
    case MonitorModel::kSilence:
      return make_silence_state(monitor, frame);
    case MonitorModel::kBeacon:
      return make_beacon_state(monitor, frame);
  }
  return nullptr;
}

bool make_monitor_key(const Hit& hit, const std::vector<NamedField>& group_by, std::string& key) {
  key.clear();
  for (const NamedField& field : group_by) {
    const std::size_t at = key.size();
    put(key, std::uint16_t{0});
    const std::size_t begin = key.size();
    if (!append_value(hit, field, key)) {
      return false;
    }
    if (key.size() - begin > kMonitorKeyBytesMax) {
      const std::uint64_t hash = hash64(std::string_view(key).substr(begin));
      key.resize(begin + kMonitorKeyBytesMax);
      key += "#";
      std::string bytes;
      put(bytes, hash);
      key += hex_encode(bytes);
    }
    put_at(key, at, static_cast<std::uint16_t>(key.size() - begin));
  }
  return true;
}

std::vector<KeyPart> monitor_key_parts(const std::vector<NamedField>& group_by,
                                       std::string_view key) {
  std::vector<KeyPart> parts;
  ByteReader in(key);
  for (const NamedField& field : group_by) {
    const auto size = in.get<std::uint16_t>();
    parts.push_back({field.name, std::string(in.take(size))});
  }
  return parts;
}

bool key_fits(const std::vector<KeyPart>& key, std::string_view text) {
  return text.empty() || key_text(key) == text ||
         std::ranges::any_of(key, [text](const KeyPart& part) { return part.value == text; });
}

}  // namespace tocsin
