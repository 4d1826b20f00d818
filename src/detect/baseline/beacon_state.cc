// The model beacon: a key that comes back at regular intervals.
//
// The last intervals of each key are kept; their median and the median deviation from it tell a
// clock from people. One missed beat is taken for two intervals.
#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>

#include "base/time_text.h"
#include "detect/baseline/keyed_state.h"
#include "detect/baseline/usual_level.h"
#include "detect/baseline/words.h"

namespace tocsin {
namespace {

using sigma::Monitor;
using sigma::Sensitivity;

constexpr std::size_t kIntervals = 32;
constexpr std::uint32_t kLookEvery = 4;  // events
constexpr double kNormalDeviation = 1.4826;
constexpr Micros kNever{std::numeric_limits<std::int64_t>::min() / 2};

struct BeaconKey {
  std::array<float, kIntervals> seconds{};
  std::uint32_t count = 0;  // intervals in a row
  Micros last = kNever;
  Micros reported = kNever;
  NewestSeqs seqs;

  void save(std::string& out) const;
  void load(ByteReader& in);
};

void BeaconKey::save(std::string& out) const {
  put(out, count);
  put(out, last.value);
  put(out, reported.value);
  for (const float interval : seconds) {
    put_double(out, interval);
  }
}

void BeaconKey::load(ByteReader& in) {
  count = in.get<std::uint32_t>();
  last = Micros(in.get<std::int64_t>());
  reported = Micros(in.get<std::int64_t>());
  for (float& interval : seconds) {
    interval = static_cast<float>(get_double(in));
  }
}

struct Rhythm {
  double median = 0;   // seconds
  double jitter = 1;   // spread over median
  double regular = 0;  // part of the intervals that fit it, or its double
};

double median_of(std::vector<double>& values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

Rhythm rhythm_of(const BeaconKey& key) {
  const std::size_t size = std::min<std::size_t>(key.count, kIntervals);
  std::vector<double> values(key.seconds.begin(),
                             key.seconds.begin() + static_cast<std::ptrdiff_t>(size));
  Rhythm rhythm;
  if (values.empty()) {
    return rhythm;
  }
  rhythm.median = median_of(values);
  if (rhythm.median <= 0) {
    return rhythm;
  }
  for (double& value : values) {
    const double beats = std::clamp(std::round(value / rhythm.median), 1.0, 2.0);
    value = std::abs(value - beats * rhythm.median) / rhythm.median;
  }
  rhythm.jitter = kNormalDeviation * median_of(values);
  const double tolerance = std::max(0.05, 3 * rhythm.jitter);
  const auto fitting = std::ranges::count_if(values, [&](double v) { return v <= tolerance; });
  rhythm.regular = static_cast<double>(fitting) / static_cast<double>(values.size());
  return rhythm;
}

class BeaconState final : public KeyedState<BeaconKey> {
 public:
  using KeyedState::KeyedState;

  void observe(const Observation& seen, std::vector<Finding>& out) override;
  void advance(const Moment& moment, std::vector<Finding>&) override {
    table_.expire(moment.now - monitor().expire);
  }
  void finish(const Moment&, std::vector<Finding>&) override {}
  void forget_reports() override {
    table_.for_each([](Slot& slot) { slot.state.reported = kNever; });
  }

 protected:
  KeyKnowledge describe(const Slot& slot, Micros now) const override;

 private:
  bool is_beacon(const Rhythm& rhythm) const;
  Baseline baseline_of(const Slot& slot, const Rhythm& rhythm) const;
  void report(Slot& slot, const Rhythm& rhythm, const Hit& hit, std::vector<Finding>& out) const;
};

void BeaconState::observe(const Observation& seen, std::vector<Finding>& out) {
  const Micros time = seen.hit.time;
  Slot& slot = table_.touch(seen.key, time);
  BeaconKey& key = slot.state;
  const Span interval = time - key.last;
  if (key.last != kNever && interval < monitor().interval_min) {
    if (interval.value < 0) {
      frame_.meters.too_late.add();
    }
    return;  // of the same visit
  }
  key.seqs.add(seen.hit.seq);
  if (key.last == kNever || interval > monitor().interval_max) {
    key.count = 0;
    key.last = time;
    return;
  }
  key.last = time;
  key.seconds[key.count % kIntervals] = static_cast<float>(static_cast<double>(interval.value) /
                                                           static_cast<double>(kMicrosPerSecond));
  ++key.count;
  const bool enough = static_cast<double>(key.count) >= std::max(3.0, monitor().min);
  const bool is_due =
      key.count % kLookEvery == 0 || static_cast<double>(key.count) == monitor().min;
  if (!enough || !is_due || time - key.reported < monitor().hold_off) {
    return;
  }
  const Rhythm rhythm = rhythm_of(key);
  if (is_beacon(rhythm)) {
    key.reported = time;
    report(slot, rhythm, seen.hit, out);
  }
}

bool BeaconState::is_beacon(const Rhythm& rhythm) const {
  double regular = 0;
  switch (monitor().sensitivity) {
    case Sensitivity::kLow:
      regular = 0.95;
      break;
    case Sensitivity::kNormal:
      regular = 0.85;
      break;
    case Sensitivity::kHigh:
      regular = 0.7;
      break;
  }
  return rhythm.jitter <= monitor().jitter && rhythm.regular >= regular;
}

Baseline BeaconState::baseline_of(const Slot& slot, const Rhythm& rhythm) const {
  const BeaconKey& key = slot.state;
  Baseline baseline;
  baseline.observed = rhythm.jitter;
  baseline.low = monitor().jitter;
  baseline.high = 1;
  baseline.unit = "spread of the intervals over their median";
  const std::size_t size = std::min<std::size_t>(key.count, kIntervals);
  Micros time = key.last;
  for (std::size_t i = 0; i < size; ++i) {
    const double interval = key.seconds[(key.count - 1 - i) % kIntervals];
    baseline.history.push_back({time, interval, rhythm.median, rhythm.median});
    time = time - Span(static_cast<std::int64_t>(interval * 1e6));
  }
  std::ranges::reverse(baseline.history);
  return baseline;
}

void BeaconState::report(Slot& slot, const Rhythm& rhythm, const Hit& hit,
                         std::vector<Finding>& out) const {
  const BeaconKey& key = slot.state;
  std::vector<KeyPart> parts = this->parts(slot);
  Baseline baseline = baseline_of(slot, rhythm);
  const Span median(static_cast<std::int64_t>(rhythm.median * 1e6));
  std::string sentence =
      fmt::format("{} {}{} at intervals of {} ± {}: as regular as a clock, {} of the last {} fit",
                  number_words(key.count + 1.0), noun_of(monitor()), monitor_key_phrase(parts),
                  span_text(median), share_words(rhythm.jitter), share_words(rhythm.regular),
                  std::min<std::size_t>(key.count, kIntervals));
  const Micros first = baseline.history.empty() ? hit.time : baseline.history.front().time;
  ReportFacts facts{hit.time, first, hit.seq, key.count + 1, key.seqs.list()};
  out.push_back(make_monitor_finding(monitor(), std::move(parts), facts, std::move(sentence),
                                     std::move(baseline)));
}

KeyKnowledge BeaconState::describe(const Slot& slot, Micros) const {
  const Rhythm rhythm = rhythm_of(slot.state);
  KeyKnowledge known;
  known.learning = static_cast<double>(slot.state.count) < monitor().min;
  known.baseline = baseline_of(slot, rhythm);
  known.sentence = fmt::format("intervals of {} ± {}",
                               span_text(Span(static_cast<std::int64_t>(rhythm.median * 1e6))),
                               share_words(rhythm.jitter));
  return known;
}

}  // namespace

std::unique_ptr<MonitorState> make_beacon_state(const Monitor& monitor, const MonitorFrame& frame) {
  return std::make_unique<BeaconState>(monitor, frame);
}

}  // namespace tocsin
