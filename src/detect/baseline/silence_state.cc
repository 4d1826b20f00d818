// The model silence: a key that reported regularly has stopped.
//
// Time is measured in what the key usually does in it: each empty bucket counts for the part of
// such buckets (this hour of the week) in which the key was active. So a night, a weekend and a
// rare reporter are quiet for long without being silent. A key is silent when that sum exceeds what
// its own longest gaps explain. Buckets end by the stream's time, which runs on without events.
#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "base/time_text.h"
#include "detect/baseline/keyed_state.h"
#include "detect/baseline/numeric_key.h"
#include "detect/baseline/seasonal.h"
#include "detect/baseline/words.h"

namespace tocsin {
namespace {

using sigma::Monitor;
using sigma::Sensitivity;

constexpr std::int64_t kDayMicros = 86'400 * kMicrosPerSecond;
constexpr double kHourMicros = 3'600.0 * kMicrosPerSecond;
constexpr double kGapLeast = 2;                  // of the longest gap, in buckets' worth
constexpr double kGapHalves = 3.0 * kDayMicros;  // the longest gap fades by half in this time
constexpr double kActiveFloor = 0.02;
constexpr std::int64_t kBucketsAtOnce = 4'096;  // of a silence, looked at one by one

struct SilenceKey {
  UsualLevel active;  // of buckets: 1 or 0
  std::unique_ptr<SeasonalProfile> profile;
  std::int64_t newest = kNoBucket;  // bucket of the newest event
  std::int64_t closed = kNoBucket;
  double quiet = 0;        // since the newest event, in buckets' worth
  double longest_gap = 0;  // in buckets' worth; fades
  Span longest;            // for people
  bool reported = false;

  void save(std::string& out) const;
  void load(ByteReader& in);
};

void SilenceKey::save(std::string& out) const {
  active.save(out);
  out.push_back(profile == nullptr ? '\0' : '\1');
  if (profile != nullptr) {
    profile->save(out);
  }
  put(out, newest);
  put(out, closed);
  put_double(out, quiet);
  put_double(out, longest_gap);
  put(out, longest.value);
  out.push_back(reported ? '\1' : '\0');
}

void SilenceKey::load(ByteReader& in) {
  active.load(in);
  if (in.get<std::uint8_t>() != 0) {
    profile = std::make_unique<SeasonalProfile>();
    profile->load(in);
  }
  newest = get_bucket(in);
  closed = get_bucket(in);
  quiet = get_double(in);
  longest_gap = get_double(in);
  longest = Span(in.get<std::int64_t>());
  reported = in.get<std::uint8_t>() != 0;
}

class SilenceState final : public KeyedState<SilenceKey> {
 public:
  using KeyedState::KeyedState;

  void observe(const Observation& seen, std::vector<Finding>& out) override;
  void advance(const Moment& moment, std::vector<Finding>& out) override;
  void finish(const Moment&, std::vector<Finding>&) override {}
  void forget_reports() override {
    table_.for_each([](Slot& slot) { slot.state.reported = false; });
  }

 protected:
  KeyKnowledge describe(const Slot& slot, Micros now) const override;

 private:
  std::int64_t bucket_of(Micros time) const {
    const std::int64_t width = monitor().bucket.value;
    return time.value / width - (time.value % width < 0 ? 1 : 0);
  }
  Micros begin_of(std::int64_t bucket) const { return Micros(bucket * monitor().bucket.value); }
  double buckets_per_hour() const {
    return kHourMicros / static_cast<double>(monitor().bucket.value);
  }
  // The part of such buckets in which the key is active.
  double expected_activity(const SilenceKey& key, std::int64_t bucket) const;
  void learn(Slot& slot, std::int64_t bucket, double is_active);
  void count_quiet(Slot& slot, std::int64_t from, std::int64_t to);
  double limit(const SilenceKey& key) const;
  bool is_ready(const Slot& slot, Micros now) const;
  Baseline baseline_of(const Slot& slot, Micros now) const;
  void report(Slot& slot, const Moment& moment, std::vector<Finding>& out) const;

  std::int64_t swept_ = kNoBucket;
};

double SilenceState::expected_activity(const SilenceKey& key, std::int64_t bucket) const {
  double mean = key.active.mean;
  if (key.profile != nullptr) {
    mean = key.profile->outlook(begin_of(bucket), key.active, buckets_per_hour()).mean;
  }
  return std::clamp(mean, 0.0, 1.0);
}

void SilenceState::learn(Slot& slot, std::int64_t bucket, double is_active) {
  SilenceKey& key = slot.state;
  const double memory = std::clamp(7.0 * 24 * buckets_per_hour(), 64.0, 5'000.0);
  // No winsorising: an activity is 0 or 1.
  key.active.learn(is_active, 1, memory, 1);
  if (key.profile == nullptr && begin_of(bucket).value - slot.first.value >= kDayMicros) {
    key.profile = std::make_unique<SeasonalProfile>();
  }
  if (key.profile != nullptr) {
    key.profile->learn(begin_of(bucket), is_active, 1, buckets_per_hour(), 1);
  }
}

// Buckets [from, to) passed without an event.
void SilenceState::count_quiet(Slot& slot, std::int64_t from, std::int64_t to) {
  SilenceKey& key = slot.state;
  for (std::int64_t at = std::max(from, to - kBucketsAtOnce); at < to; ++at) {
    key.quiet += expected_activity(key, at);
    if (!key.reported) {  // a silence that was reported is not what is usual
      learn(slot, at, 0);
    }
  }
}

void SilenceState::observe(const Observation& seen, std::vector<Finding>&) {
  const std::int64_t bucket = bucket_of(seen.hit.time);
  Slot& slot = table_.touch(seen.key, seen.hit.time);
  SilenceKey& key = slot.state;
  if (key.newest != kNoBucket && bucket <= key.newest) {
    return;
  }
  if (key.closed != kNoBucket && key.closed + 1 < bucket) {
    count_quiet(slot, key.closed + 1, bucket);
  }
  if (key.newest != kNoBucket) {
    const auto passed = static_cast<double>((bucket - key.newest) * monitor().bucket.value);
    key.longest_gap *= std::exp2(-passed / kGapHalves);
  }
  if (key.newest != kNoBucket && bucket > key.newest + 1) {
    const Span gap((bucket - key.newest - 1) * monitor().bucket.value);
    // A gap that was reported explains only in part the next one.
    const double explains = key.reported ? key.quiet / 4 : key.quiet;
    key.longest_gap = std::max(explains, key.longest_gap);
    key.longest = key.reported ? key.longest : std::max(key.longest, gap);
  }
  key.quiet = 0;
  key.reported = false;
  key.newest = bucket;
  if (key.closed == kNoBucket || bucket > key.closed) {
    learn(slot, bucket, 1);
    key.closed = bucket;
  }
}

double SilenceState::limit(const SilenceKey& key) const {
  double times = 0;
  switch (monitor().sensitivity) {
    case Sensitivity::kLow:
      times = 3;
      break;
    case Sensitivity::kNormal:
      times = 2;
      break;
    case Sensitivity::kHigh:
      times = 1.5;
      break;
  }
  return times * std::max(key.longest_gap, kGapLeast);
}

bool SilenceState::is_ready(const Slot& slot, Micros now) const {
  return static_cast<double>(slot.hits) >= monitor().min && now - slot.first >= monitor().warm_up;
}

void SilenceState::advance(const Moment& moment, std::vector<Finding>& out) {
  const std::int64_t last = bucket_of(moment.now - frame_.lateness) - 1;
  if (swept_ != kNoBucket && last <= swept_) {
    return;
  }
  swept_ = last;
  table_.expire(moment.now - monitor().expire);
  table_.for_each([&](Slot& slot) {
    SilenceKey& key = slot.state;
    if (key.closed == kNoBucket || key.closed >= last) {
      return;
    }
    count_quiet(slot, key.closed + 1, last + 1);
    key.closed = last;
    const Span quiet = begin_of(last + 1) - slot.touched;
    if (!key.reported && quiet >= monitor().quiet && key.quiet >= limit(key) &&
        is_ready(slot, slot.touched)) {
      key.reported = true;
      report(slot, moment, out);
    }
  });
}

Baseline SilenceState::baseline_of(const Slot& slot, Micros now) const {
  const SilenceKey& key = slot.state;
  Baseline baseline;
  baseline.unit = "seconds of silence";
  baseline.observed =
      static_cast<double>((now - slot.touched).value) / static_cast<double>(kMicrosPerSecond);
  // Until when the silence would be explained, at the activity of this hour.
  const double activity = std::max(kActiveFloor, expected_activity(key, bucket_of(slot.touched)));
  baseline.high = std::max(static_cast<double>(monitor().quiet.value),
                           limit(key) / activity * static_cast<double>(monitor().bucket.value));
  baseline.high /= static_cast<double>(kMicrosPerSecond);
  return baseline;
}

void SilenceState::report(Slot& slot, const Moment& moment, std::vector<Finding>& out) const {
  std::vector<KeyPart> key = parts(slot);
  const Span quiet = moment.now - slot.touched;
  const double missed = slot.state.quiet;
  std::string sentence = fmt::format(
      "no {}{} for {}; usual in that time are events in about {} of the {} intervals of {}, and "
      "the "
      "longest silence so far was {}",
      noun_of(monitor()), monitor_key_phrase(key), span_text(quiet),
      number_words(std::round(missed)), quiet.value / monitor().bucket.value,
      span_text(monitor().bucket), span_text(slot.state.longest));
  ReportFacts facts{slot.touched, slot.touched, moment.seq, 1, {}};
  out.push_back(make_monitor_finding(monitor(), std::move(key), facts, std::move(sentence),
                                     baseline_of(slot, moment.now)));
}

KeyKnowledge SilenceState::describe(const Slot& slot, Micros now) const {
  KeyKnowledge known;
  known.learning = !is_ready(slot, now);
  known.baseline = baseline_of(slot, now);
  known.sentence = fmt::format("active in {} of the intervals of {}; longest silence {}",
                               share_words(std::clamp(slot.state.active.mean, 0.0, 1.0)),
                               span_text(monitor().bucket), span_text(slot.state.longest));
  return known;
}

}  // namespace

std::unique_ptr<MonitorState> make_silence_state(const Monitor& monitor,
                                                 const MonitorFrame& frame) {
  return std::make_unique<SilenceState>(monitor, frame);
}

}  // namespace tocsin
