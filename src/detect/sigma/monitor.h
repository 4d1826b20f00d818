// A monitor after loading: what it measures, for whom, and what is expected of it.
//
// Its logsource and detection are plain silent rules of the RuleSet (`rule`, and `part_rule` for a
// ratio): the matcher filters, baseline/monitor_engine.h measures. A value; immutable after
// loading.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ip.h"
#include "base/time.h"
#include "detect/sigma/correlation.h"
#include "model/finding.h"

namespace tocsin::sigma {

enum class MonitorModel : std::uint8_t {
  kLevel,     // robust level and spread of a measure
  kSeasonal,  // the same for each hour of the week
  kSeries,    // a measure that behaves unlike before, in whatever way; for a few keys
  kNewValue,  // a value that the key never had
  kRare,      // a value that the key seldom has
  kTravel,    // one key at two places sooner than anybody travels
  kSilence,   // a key that stopped
  kBeacon,    // a key that comes back at regular intervals
};
std::string_view monitor_model_name(MonitorModel model);

enum class Measure : std::uint8_t { kCount, kDistinct, kSum, kRatio };
std::string_view measure_name(Measure measure);

enum class Direction : std::uint8_t { kHigh, kLow, kBoth };
enum class Sensitivity : std::uint8_t { kLow, kNormal, kHigh };
std::string_view sensitivity_name(Sensitivity sensitivity);

struct Monitor {
  std::shared_ptr<const RuleInfo> info;
  std::string name;
  std::string noun;  // "log-ins"; or empty
  MonitorModel model = MonitorModel::kLevel;
  Measure measure = Measure::kCount;
  Direction direction = Direction::kHigh;
  Sensitivity sensitivity = Sensitivity::kNormal;
  std::vector<NamedField> group_by;  // empty: one key
  std::vector<NamedField> fields;    // counted, summed, watched
  Span bucket;
  double min = 0;  // docs/monitors.md says what it bounds in each model
  Span warm_up;
  Span hold_off;
  Span expire;
  std::size_t keys_max = 0;
  std::size_t values_max = 0;              // new-value, rare: remembered for a key
  double share = 0;                        // rare: at most this part of the key's events
  double speed_kmh = 0;                    // travel
  double distance_km = 0;                  // travel: shorter ways are no travel
  NamedField location;                     // travel: "latitude,longitude"
  NamedField country;                      // travel: ISO code, when there is no location
  std::vector<IpNetwork> except_networks;  // travel: of source.ip
  std::vector<std::string> except_owners;  // travel: parts of the network owner's name
  Span quiet;                              // silence: shorter ones are none
  double jitter = 0;                       // beacon: spread of the intervals over their median
  Span interval_min;                       // beacon
  Span interval_max;                       // beacon
  std::uint32_t rule = 0;                  // of RuleSet::rules(): the filter
  std::optional<std::uint32_t> part_rule;  // ratio: the filter and the part
};

}  // namespace tocsin::sigma
