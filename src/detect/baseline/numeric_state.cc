// The models level, seasonal and series: a measure of each key in each bucket of event time,
// against what is usual. High counts and sums are reported while their bucket is still open;
// everything else when the bucket is over. Two buckets of a key are open: the newest and one
// before.
#include <algorithm>
#include <cmath>
#include <optional>

#include <fmt/format.h>

#include "base/hash.h"
#include "base/text.h"
#include "base/time_text.h"
#include "detect/baseline/keyed_state.h"
#include "detect/baseline/numeric_key.h"

namespace tocsin {
namespace {

using sigma::Direction;
using sigma::Measure;
using sigma::Monitor;
using sigma::MonitorModel;

constexpr std::int64_t kDayMicros = 86'400 * kMicrosPerSecond;
constexpr std::int64_t kHourMicros = 3'600 * kMicrosPerSecond;
constexpr std::uint32_t kSeenNeeded = 8;    // buckets before anything is reported
constexpr std::uint32_t kNewNormal = 48;    // unusual buckets in a row that are learned as usual
constexpr std::uint64_t kGapOneByOne = 64;  // empty buckets that are judged
constexpr double kWorse = 2;                // so much more breaks the hold-off
constexpr double kValueMax = 1e15;          // of one event in a sum

// The usual range of a bucket.
struct Range {
  double low = 0;
  double high = 0;
  double center = 0;
  Outlook outlook;
  bool ready = false;  // enough is known to report
};

// The score at which the model series reports: about -log10 of the probability.
double series_alarm(sigma::Sensitivity sensitivity) {
  switch (sensitivity) {
    case sigma::Sensitivity::kLow:
      return 5;
    case sigma::Sensitivity::kNormal:
      return 3.8;
    case sigma::Sensitivity::kHigh:
      return 3.2;
  }
  return 3.8;
}

enum class Judge : std::uint8_t { kAll, kHighOnly };

class NumericState final : public KeyedState<NumericKey> {
 public:
  NumericState(const Monitor& monitor, const MonitorFrame& frame)
      : KeyedState(monitor, frame), scale_{monitor.measure} {}

  void observe(const Observation& seen, std::vector<Finding>& out) override;
  void advance(const Moment& moment, std::vector<Finding>& out) override;
  void finish(const Moment& moment, std::vector<Finding>& out) override;
  void forget_reports() override;

 protected:
  KeyKnowledge describe(const Slot& slot, Micros now) const override;

 private:
  struct Verdict {
    bool high = false;
    bool low = false;
  };

  std::int64_t bucket_of(Micros time) const;
  Micros begin_of(std::int64_t bucket) const { return Micros(bucket * monitor().bucket.value); }
  double buckets_per_hour() const {
    return static_cast<double>(kHourMicros) / static_cast<double>(monitor().bucket.value);
  }
  double memory() const;
  bool is_streamed() const;  // reported while the bucket is open

  std::optional<double> number_of(const Hit& hit) const;
  bool value_hash(const Hit& hit, std::uint64_t& hash);
  void add_part(const Observation& seen, std::int64_t bucket);
  OpenBucket* open_for(Slot& slot, std::int64_t bucket, Seq seq, std::vector<Finding>& out);
  void start(Slot& slot, OpenBucket& open, std::int64_t bucket);
  void close(Slot& slot, OpenBucket& open, Seq seq, Judge judge, std::vector<Finding>& out);
  void close_until(Slot& slot, std::int64_t last, Seq seq, std::vector<Finding>& out);
  void fill_gap(Slot& slot, std::int64_t from, std::int64_t to, Seq seq, std::vector<Finding>& out);
  void learn_zeros(NumericKey& key, std::int64_t from, std::int64_t to);
  void settle(Slot& slot, const OpenBucket& open, Seq seq, Judge judge, std::vector<Finding>& out);
  void settle_series(Slot& slot, const OpenBucket& open, Seq seq, std::vector<Finding>& out);
  void learn(Slot& slot, std::int64_t bucket, double value, double weight);
  bool is_series() const { return monitor().model == MonitorModel::kSeries; }
  std::uint32_t warm_up_buckets() const;
  Range expect_series(const NumericKey& key) const;
  Range expect(const Slot& slot, std::int64_t bucket, double events) const;
  Verdict judge(const Range& range, double value, double events, Judge which) const;
  bool is_held(const NumericKey& key, std::int64_t bucket, double value, bool high) const;
  void set_alarm(Slot& slot);
  void report(Slot& slot, const OpenBucket& open, const Range& range, double value, Seq seq,
              std::vector<Finding>& out);
  void report_drift(Slot& slot, std::int64_t bucket, Seq seq, std::vector<Finding>& out);
  Baseline baseline_of(const Slot& slot, const Range& range, double observed) const;
  std::string value_words(double value) const;
  std::string usual_words(const Slot& slot, const Range& range, std::int64_t bucket) const;

  Scale scale_;
  std::int64_t swept_ = kNoBucket;
  std::string value_;  // reused
};

std::int64_t NumericState::bucket_of(Micros time) const {
  const std::int64_t width = monitor().bucket.value;
  return time.value / width - (time.value % width < 0 ? 1 : 0);
}

// UsualLevel: three days, seasonal: a week; in buckets.
double NumericState::memory() const {
  const std::int64_t days = monitor().model == MonitorModel::kSeasonal ? 7 : 3;
  return std::clamp(
      static_cast<double>(days * kDayMicros) / static_cast<double>(monitor().bucket.value), 64.0,
      5'000.0);
}

bool NumericState::is_streamed() const {
  return !is_series() && monitor().measure != Measure::kRatio &&
         monitor().direction != Direction::kLow;
}

std::optional<double> NumericState::number_of(const Hit& hit) const {
  if (hit.batch == nullptr) {
    return std::nullopt;
  }
  for (const FieldId id : monitor().fields[0].ids) {
    const Value* value = hit.batch->find(hit.event, id);
    if (value == nullptr) {
      continue;
    }
    std::optional<double> number;
    if (value->kind() == ValueKind::kInt) {
      number = static_cast<double>(value->as_int());
    } else if (value->kind() == ValueKind::kDouble) {
      number = value->as_double();
    } else if (value->is_text()) {
      number = parse_double(value->as_text());
    }
    if (!number || !(std::abs(*number) <= kValueMax)) {
      frame_.meters.bad_values.add();
      return std::nullopt;
    }
    return number;
  }
  return std::nullopt;
}

bool NumericState::value_hash(const Hit& hit, std::uint64_t& hash) {
  value_.clear();
  for (const sigma::NamedField& field : monitor().fields) {
    if (!append_part(hit, field, value_)) {
      return false;
    }
  }
  hash = hash64(value_, frame_.hash_seed);
  return true;
}

void NumericState::observe(const Observation& seen, std::vector<Finding>& out) {
  const std::int64_t bucket = bucket_of(seen.hit.time);
  if (seen.is_part) {
    add_part(seen, bucket);
    return;
  }
  double number = 0;
  std::uint64_t hash = 0;
  if (monitor().measure == Measure::kSum) {
    const auto found = number_of(seen.hit);
    if (!found) {
      frame_.meters.ungrouped.add();
      return;
    }
    number = *found;
  } else if (monitor().measure == Measure::kDistinct && !value_hash(seen.hit, hash)) {
    frame_.meters.ungrouped.add();
    return;
  }
  Slot& slot = table_.touch(seen.key, seen.hit.time);
  OpenBucket* open = open_for(slot, bucket, seen.hit.seq, out);
  if (open == nullptr) {
    frame_.meters.too_late.add();
    return;
  }
  ++open->events;
  open->total += number;
  open->seqs.add(seen.hit.seq);
  if (monitor().measure == Measure::kDistinct) {
    open->distinct.add(hash);
  }
  NumericKey& key = slot.state;
  if (open == &key.current && key.alarm_at < std::numeric_limits<double>::infinity() &&
      open->value(scale_.measure) > key.alarm_at) {
    const Range range = expect(slot, bucket, static_cast<double>(open->events));
    report(slot, *open, range, open->value(scale_.measure), seen.hit.seq, out);
    set_alarm(slot);
  }
}

void NumericState::add_part(const Observation& seen, std::int64_t bucket) {
  Slot* slot = table_.find(seen.key);
  if (slot == nullptr) {
    return;
  }
  for (OpenBucket* open : {&slot->state.current, &slot->state.before}) {
    if (open->index == bucket) {
      open->total += 1;
    }
  }
}

OpenBucket* NumericState::open_for(Slot& slot, std::int64_t bucket, Seq seq,
                                   std::vector<Finding>& out) {
  NumericKey& key = slot.state;
  if (key.current.index == bucket) {
    return &key.current;
  }
  if (key.before.index == bucket) {
    return &key.before;
  }
  if (key.closed != kNoBucket && bucket <= key.closed) {
    return nullptr;
  }
  if (!key.current.is_open()) {
    start(slot, key.current, bucket);
    return &key.current;
  }
  if (key.before.is_open() && bucket < key.before.index) {
    return nullptr;
  }
  if (key.before.is_open()) {
    close(slot, key.before, seq, Judge::kAll, out);
  }
  if (bucket < key.current.index) {
    key.before = OpenBucket();
    key.before.index = bucket;
    return &key.before;
  }
  key.before = std::move(key.current);
  key.current = OpenBucket();
  start(slot, key.current, bucket);
  return &key.current;
}

void NumericState::start(Slot& slot, OpenBucket& open, std::int64_t bucket) {
  open.index = bucket;
  set_alarm(slot);
}

void NumericState::close(Slot& slot, OpenBucket& open, Seq seq, Judge judge,
                         std::vector<Finding>& out) {
  NumericKey& key = slot.state;
  const OpenBucket over = std::exchange(open, OpenBucket());
  if (key.closed != kNoBucket) {
    fill_gap(slot, key.closed + 1, over.index, seq, out);
  }
  settle(slot, over, seq, judge, out);
  key.closed = over.index;
}

void NumericState::close_until(Slot& slot, std::int64_t last, Seq seq, std::vector<Finding>& out) {
  NumericKey& key = slot.state;
  for (OpenBucket* open : {&key.before, &key.current}) {
    if (open->is_open() && open->index <= last) {
      close(slot, *open, seq, Judge::kAll, out);
    }
  }
  if (key.closed != kNoBucket && key.closed < last) {
    const std::int64_t end = key.before.is_open() ? std::min(last + 1, key.before.index) : last + 1;
    fill_gap(slot, key.closed + 1, end, seq, out);
    key.closed = std::max(key.closed, end - 1);
  }
}

// Buckets [from, to) had no event: nothing is a value too, except for a ratio.
void NumericState::fill_gap(Slot& slot, std::int64_t from, std::int64_t to, Seq seq,
                            std::vector<Finding>& out) {
  if (monitor().measure == Measure::kRatio || from >= to) {
    return;
  }
  std::int64_t at = from;
  if (monitor().direction != Direction::kHigh || is_series()) {
    const std::int64_t end = std::min(to, from + static_cast<std::int64_t>(kGapOneByOne));
    for (; at < end; ++at) {
      OpenBucket empty;
      empty.index = at;
      settle(slot, empty, seq, Judge::kAll, out);
    }
  }
  if (!is_series()) {
    learn_zeros(slot.state, at, to);
  }
  slot.state.outside = 0;
}

void NumericState::learn_zeros(NumericKey& key, std::int64_t from, std::int64_t to) {
  if (from >= to) {
    return;
  }
  const double zero = scale_.to(0);
  const double floor = scale_.floor(zero, key.level.seen);
  key.level.learn_many(zero, floor, memory(), static_cast<std::uint64_t>(to - from));
  if (key.profile == nullptr) {
    return;
  }
  // At most two weeks, an hour at a time.
  const std::int64_t two_weeks = 14 * kDayMicros / monitor().bucket.value;
  for (std::int64_t at = std::max(from, to - two_weeks); at < to;) {
    const std::int64_t hour = begin_of(at).value / kHourMicros;
    std::int64_t next = at + 1;
    if (monitor().bucket.value < kHourMicros) {
      next = std::min(to, bucket_of(Micros((hour + 1) * kHourMicros - 1)) + 1);
    }
    next = std::max(next, at + 1);
    key.profile->learn(begin_of(at), zero, floor, buckets_per_hour(), 1,
                       static_cast<std::uint32_t>(next - at));
    at = next;
  }
}

// A bucket is over: judged, then learned.
void NumericState::settle(Slot& slot, const OpenBucket& open, Seq seq, Judge which,
                          std::vector<Finding>& out) {
  NumericKey& key = slot.state;
  const auto events = static_cast<double>(open.events);
  if (monitor().measure == Measure::kRatio && open.events == 0) {
    return;
  }
  if (is_series()) {
    settle_series(slot, open, seq, out);
    return;
  }
  const double value = open.value(scale_.measure);
  const Range range = expect(slot, open.index, events);
  const Verdict verdict = judge(range, value, events, which);
  const bool outside = verdict.high || verdict.low;
  if (outside && !is_held(key, open.index, value, verdict.high)) {
    report(slot, open, range, value, seq, out);
  }
  key.outside = outside ? key.outside + 1 : 0;
  double weight = outside && key.outside < kNewNormal ? UsualLevel::kReportedWeight : 1;
  if (monitor().measure == Measure::kRatio) {
    weight *= std::min(1.0, events / std::max(1.0, monitor().min));
  }
  learn(slot, open.index, value, weight);
  if (!outside && range.ready) {
    report_drift(slot, open.index, seq, out);
  }
}

// The model series judges and learns by itself.
void NumericState::settle_series(Slot& slot, const OpenBucket& open, Seq seq,
                                 std::vector<Finding>& out) {
  NumericKey& key = slot.state;
  if (key.series == nullptr) {
    key.series = std::make_unique<SeriesDetector>(warm_up_buckets());
  }
  const double value = open.value(scale_.measure);
  const Range range = expect(slot, open.index, 0);
  const double score = key.series->add(begin_of(open.index), value);
  const bool is_high = value >= range.center;
  const Direction direction = monitor().direction;
  const bool is_wanted =
      direction == Direction::kBoth || (direction == Direction::kHigh) == is_high;
  const bool is_ratio = monitor().measure == Measure::kRatio;
  const bool is_enough = is_ratio ? static_cast<double>(open.events) >= monitor().min
                                  : std::max(value, range.center) >= monitor().min;
  if (range.ready && is_wanted && is_enough && score >= series_alarm(monitor().sensitivity) &&
      !is_held(key, open.index, value, is_high)) {
    report(slot, open, range, value, seq, out);
  }
  key.history.add(open.index, value, is_ratio ? std::numeric_limits<double>::quiet_NaN() : 0);
}

std::uint32_t NumericState::warm_up_buckets() const {
  constexpr std::int64_t kLeast = 60;
  constexpr std::int64_t kMost = 100'000;
  return static_cast<std::uint32_t>(
      std::clamp(monitor().warm_up.value / monitor().bucket.value, kLeast, kMost));
}

Range NumericState::expect_series(const NumericKey& key) const {
  Range range;
  if (key.series == nullptr) {
    return range;
  }
  range.center = key.series->expected();
  const double reach = spreads_of(monitor().sensitivity, 1e6) * key.series->spread();
  range.low = range.center - reach;
  range.high = range.center + reach;
  range.ready = key.series->seen() >= warm_up_buckets();
  return range;
}

void NumericState::learn(Slot& slot, std::int64_t bucket, double value, double weight) {
  NumericKey& key = slot.state;
  const double scaled = scale_.to(value);
  const double floor = scale_.floor(key.level.mean, key.level.seen);
  key.level.learn(scaled, floor, memory(), weight);
  if (monitor().model == MonitorModel::kSeasonal) {
    if (key.profile == nullptr && begin_of(bucket).value - slot.first.value >= kDayMicros) {
      key.profile = std::make_unique<SeasonalProfile>();
    }
    if (key.profile != nullptr) {
      key.profile->learn(begin_of(bucket), scaled, floor, buckets_per_hour(), weight);
    }
  }
  const bool is_ratio = monitor().measure == Measure::kRatio;
  key.history.add(bucket, value, is_ratio ? std::numeric_limits<double>::quiet_NaN() : 0);
}

Range NumericState::expect(const Slot& slot, std::int64_t bucket, double events) const {
  const NumericKey& key = slot.state;
  if (is_series()) {
    return expect_series(key);
  }
  Range range;
  range.outlook = {key.level.mean, key.level.spread, static_cast<double>(key.level.seen), 0,
                   Tier::kLevel};
  if (key.profile != nullptr) {
    range.outlook = key.profile->outlook(begin_of(bucket), key.level, buckets_per_hour());
  }
  const Outlook& outlook = range.outlook;
  double spread = std::max(outlook.spread, scale_.floor(outlook.mean, outlook.seen));
  if (monitor().measure == Measure::kRatio && events > 0) {
    // What chance alone does to a share of so few.
    const double share = std::clamp(outlook.mean, 1 / (events + 2), 1 - 1 / (events + 2));
    spread = std::hypot(spread, std::sqrt(share * (1 - share) / events));
  }
  const double reach = spreads_of(monitor().sensitivity, outlook.seen) * spread;
  range.low = scale_.from(outlook.mean - reach);
  range.high = scale_.from(outlook.mean + reach);
  range.center = scale_.from(outlook.mean);
  range.ready = key.level.seen >= kSeenNeeded &&
                begin_of(bucket).value - slot.first.value >= monitor().warm_up.value;
  return range;
}

NumericState::Verdict NumericState::judge(const Range& range, double value, double events,
                                          Judge which) const {
  Verdict verdict;
  const bool is_ratio = monitor().measure == Measure::kRatio;
  if (!range.ready || (is_ratio && events < monitor().min)) {
    return verdict;
  }
  const Direction direction = monitor().direction;
  verdict.high =
      direction != Direction::kLow && value > range.high && (is_ratio || value >= monitor().min);
  verdict.low = direction != Direction::kHigh && which == Judge::kAll && value < range.low &&
                (is_ratio || range.center >= monitor().min);
  return verdict;
}

bool NumericState::is_held(const NumericKey& key, std::int64_t bucket, double value,
                           bool high) const {
  if (key.reported == kNoBucket) {
    return false;
  }
  const std::int64_t since = bucket - key.reported;
  const bool holds =
      since == 0 || (since > 0 && since < monitor().hold_off.value / monitor().bucket.value + 1 &&
                     since * monitor().bucket.value < monitor().hold_off.value);
  return holds && !(high && value >= kWorse * key.reported_value);
}

void NumericState::set_alarm(Slot& slot) {
  NumericKey& key = slot.state;
  key.alarm_at = std::numeric_limits<double>::infinity();
  if (!is_streamed()) {
    return;
  }
  const Range range = expect(slot, key.current.index, 0);
  if (!range.ready) {
    return;
  }
  // Reported above it, so `min` itself must be above.
  key.alarm_at = std::max(range.high, std::nextafter(monitor().min, -1.0));
  if (is_held(key, key.current.index, 0, false)) {
    key.alarm_at = std::max(key.alarm_at, std::nextafter(kWorse * key.reported_value, 0.0));
  }
}

std::string NumericState::value_words(double value) const {
  return monitor().measure == Measure::kRatio ? share_words(value) : number_words(value);
}

std::string NumericState::usual_words(const Slot& slot, const Range& range,
                                      std::int64_t bucket) const {
  if (is_series()) {
    const double spread = slot.state.series == nullptr ? 0 : slot.state.series->spread();
    return fmt::format("expected is about {}, usually at most {} away; from {}",
                       value_words(range.center), value_words(3 * spread),
                       span_text(begin_of(bucket) - slot.first));
  }
  const bool is_ratio = monitor().measure == Measure::kRatio;
  const std::string usual =
      is_ratio
          ? fmt::format("{} to {}", share_words(range.low), share_words(range.high))
          : range_words(monitor().measure == Measure::kSum ? range.low : std::ceil(range.low),
                        monitor().measure == Measure::kSum ? range.high : std::floor(range.high));
  const int hour = hour_of_week(begin_of(bucket));
  switch (range.outlook.tier) {
    case Tier::kHourOfWeek:
      return fmt::format("usual for {} UTC is {}, from {:.0f} weeks", hour_of_week_text(hour),
                         usual, range.outlook.periods);
    case Tier::kHourOfDay:
      return fmt::format("usual for {}:00 UTC is {}, from {:.0f} days", hour % kHoursOfDay, usual,
                         range.outlook.periods);
    case Tier::kLevel:
      break;
  }
  const Span known = begin_of(bucket) - slot.first;
  return fmt::format("usual is {}, from {}", usual, span_text(known));
}

Baseline NumericState::baseline_of(const Slot& slot, const Range& range, double observed) const {
  Baseline baseline;
  baseline.observed = observed;
  baseline.low = range.low;
  baseline.high = range.high;
  switch (monitor().measure) {
    case Measure::kCount:
      baseline.unit = noun_of(monitor());
      break;
    case Measure::kDistinct:
      baseline.unit = "different " + field_words(monitor().fields);
      break;
    case Measure::kSum:
      baseline.unit = field_words(monitor().fields);
      break;
    case Measure::kRatio:
      baseline.unit = "share of " + noun_of(monitor());
      break;
  }
  slot.state.history.for_each([&](std::int64_t bucket, double value) {
    const Range then = is_series() ? range : expect(slot, bucket, 0);
    baseline.history.push_back({begin_of(bucket), value, then.low, then.high});
  });
  return baseline;
}

void NumericState::report(Slot& slot, const OpenBucket& open, const Range& range, double value,
                          Seq seq, std::vector<Finding>& out) {
  NumericKey& key = slot.state;
  key.reported = open.index;
  key.reported_value = value;
  std::vector<KeyPart> parts = this->parts(slot);
  const std::string whom = monitor_key_phrase(parts);
  const std::string noun = noun_of(monitor());
  const std::string span = span_text(monitor().bucket);
  std::string what;
  switch (monitor().measure) {
    case Measure::kCount:
      what = fmt::format("{} {} in {}{}", value_words(value), noun, span, whom);
      break;
    case Measure::kDistinct:
      what = fmt::format("{} different {} in {} {} in {}{}", value_words(value),
                         field_words(monitor().fields),
                         number_words(static_cast<double>(open.events)), noun, span, whom);
      break;
    case Measure::kSum:
      what = fmt::format("{} adds up to {} in {}{}", field_words(monitor().fields),
                         value_words(value), span, whom);
      break;
    case Measure::kRatio:
      what = fmt::format("{} of {} {} in {}{}", value_words(value),
                         number_words(static_cast<double>(open.events)), noun, span, whom);
      break;
  }
  const Micros begin = begin_of(open.index);
  ReportFacts facts{begin, begin, seq, open.events, open.seqs.list()};
  out.push_back(
      make_monitor_finding(monitor(), std::move(parts), facts,
                           fmt::format("{}; {}", what, usual_words(slot, range, open.index)),
                           baseline_of(slot, range, value)));
}

// A level that crept away, though no value of its own was unusual.
void NumericState::report_drift(Slot& slot, std::int64_t bucket, Seq seq,
                                std::vector<Finding>& out) {
  UsualLevel& level = slot.state.level;
  const double floor = scale_.floor(level.slow_mean, level.seen);
  const double drift = level.drift(floor, memory());
  const bool is_high = drift > 0 && monitor().direction != Direction::kLow;
  const bool is_low = drift < 0 && monitor().direction != Direction::kHigh;
  if (std::abs(drift) < spreads_of(monitor().sensitivity, level.seen) || (!is_high && !is_low)) {
    return;
  }
  const double before = scale_.from(level.slow_mean);
  const double now = scale_.from(level.mean);
  level.slow_mean = level.mean;  // told once
  if (std::max(before, now) < monitor().min && monitor().measure != Measure::kRatio) {
    return;
  }
  std::vector<KeyPart> parts = this->parts(slot);
  std::string sentence =
      fmt::format("{}{}: the usual value in {} crept from {} to {} without a sudden change",
                  noun_of(monitor()), monitor_key_phrase(parts), span_text(monitor().bucket),
                  value_words(before), value_words(now));
  const Range range = expect(slot, bucket, 0);
  ReportFacts facts{begin_of(bucket), begin_of(bucket), seq, 1, {seq}};
  out.push_back(make_monitor_finding(monitor(), std::move(parts), facts, std::move(sentence),
                                     baseline_of(slot, range, now)));
}

void NumericState::advance(const Moment& moment, std::vector<Finding>& out) {
  const std::int64_t last = bucket_of(moment.now - frame_.lateness) - 1;
  if (swept_ != kNoBucket && last <= swept_) {
    return;
  }
  swept_ = last;
  table_.expire(moment.now - monitor().expire);
  if (is_streamed() && monitor().direction == Direction::kHigh) {
    return;  // nothing is said when a bucket ends: each key closes its own with its next event
  }
  table_.for_each([&](Slot& slot) { close_until(slot, last, moment.seq, out); });
}

void NumericState::finish(const Moment& moment, std::vector<Finding>& out) {
  table_.for_each([&](Slot& slot) {
    for (OpenBucket* open : {&slot.state.before, &slot.state.current}) {
      if (open->is_open()) {
        close(slot, *open, moment.seq, Judge::kHighOnly, out);
      }
    }
  });
}

void NumericState::forget_reports() {
  table_.for_each([](Slot& slot) {
    slot.state.reported = kNoBucket;
    slot.state.outside = 0;
  });
}

KeyKnowledge NumericState::describe(const Slot& slot, Micros now) const {
  const std::int64_t bucket = bucket_of(now);
  const Range range = expect(slot, bucket, 0);
  KeyKnowledge known;
  known.learning = !range.ready;
  double newest = 0;
  slot.state.history.for_each([&newest](std::int64_t, double value) { newest = value; });
  known.baseline = baseline_of(slot, range, newest);
  known.sentence = usual_words(slot, range, bucket);
  return known;
}

}  // namespace

std::unique_ptr<MonitorState> make_numeric_state(const Monitor& monitor,
                                                 const MonitorFrame& frame) {
  return std::make_unique<NumericState>(monitor, frame);
}

}  // namespace tocsin
