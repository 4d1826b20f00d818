// MonitorState: what one monitor has learned; one implementation for each kind of model.
//
// The engine (monitor_engine.h) gives it the hits of its filter in Seq order, tells it that the
// stream's time moved on, and saves and loads it. One thread at a time. Event times may be out of
// order; what is too late to be counted is counted as such.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/little_endian.h"
#include "base/time.h"
#include "detect/correlate/hit.h"
#include "detect/sigma/monitor.h"
#include "model/finding.h"
#include "obs/metrics.h"

namespace tocsin {

struct MonitorMeters {
  explicit MonitorMeters(Metrics& metrics);

  Counter& updates;
  Counter& ungrouped;
  Counter& too_late;
  Counter& bad_values;
  Counter& evicted;
  Counter& evicted_values;
  Gauge& keys;
};

// What every model is given; outlives the states.
struct MonitorFrame {
  MonitorMeters& meters;
  Span lateness;
  std::uint64_t hash_seed = 0;
};

// Where the stream stands.
struct Moment {
  Micros now;  // event time that the stream has reached
  Seq seq;     // of the newest event
};

struct Observation {
  const Hit& hit;
  std::string_view key;  // see make_monitor_key()
  bool is_part = false;  // ratio: the event fits the part too (told after the event itself)
};

// What is known of one key, for people.
struct KeyKnowledge {
  std::vector<KeyPart> key;
  std::uint64_t events = 0;
  Micros first;
  Micros last;
  bool learning = true;  // nothing is reported yet
  Baseline baseline;     // observed: the newest
  std::string sentence;
};

class MonitorState {
 public:
  virtual ~MonitorState() = default;

  // A reload: the same text, loaded again.
  virtual void rebind(const sigma::Monitor& monitor) = 0;
  virtual void observe(const Observation& seen, std::vector<Finding>& out) = 0;
  // The stream's time moved on: judges what is over.
  virtual void advance(const Moment& moment, std::vector<Finding>& out) = 0;
  // The stream is over: judges what can be judged of what is not.
  virtual void finish(const Moment& moment, std::vector<Finding>& out) = 0;
  // After training: what was reported there may be reported again.
  virtual void forget_reports() = 0;

  virtual void save(std::string& out) const = 0;
  virtual bool load(ByteReader& in) = 0;

  virtual std::size_t keys() const = 0;
  virtual std::uint64_t evicted() const = 0;
  // The keys that occurred most, or those that `text` names: "field=value …" or a value.
  virtual std::vector<KeyKnowledge> knowledge(std::string_view text, std::size_t most,
                                              Micros now) const = 0;
};

std::unique_ptr<MonitorState> make_monitor_state(const sigma::Monitor& monitor,
                                                 const MonitorFrame& frame);
// One for each file of the same name.
std::unique_ptr<MonitorState> make_numeric_state(const sigma::Monitor&, const MonitorFrame&);
std::unique_ptr<MonitorState> make_value_state(const sigma::Monitor&, const MonitorFrame&);
std::unique_ptr<MonitorState> make_travel_state(const sigma::Monitor&, const MonitorFrame&);
std::unique_ptr<MonitorState> make_silence_state(const sigma::Monitor&, const MonitorFrame&);
std::unique_ptr<MonitorState> make_beacon_state(const sigma::Monitor&, const MonitorFrame&);

// The values of the group-by, each with its length; a value above kMonitorKeyBytesMax is cut and
// marked with its hash. False when one is missing.
inline constexpr std::size_t kMonitorKeyBytesMax = 256;
bool make_monitor_key(const Hit& hit, const std::vector<sigma::NamedField>& group_by,
                      std::string& key);
std::vector<KeyPart> monitor_key_parts(const std::vector<sigma::NamedField>& group_by,
                                       std::string_view key);
// Whether a person who writes `text` means this key.
bool key_fits(const std::vector<KeyPart>& key, std::string_view text);

}  // namespace tocsin
