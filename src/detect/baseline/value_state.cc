// The models new-value and rare: which values of a field a key has, and how often.
//
// A key whose values are new all the time says nothing with one more: new-value keeps, for each
// key, how often an event lately brought a new value, and is silent above a limit (by sensitivity).
#include <algorithm>

#include <fmt/format.h>

#include "base/hash.h"
#include "base/time_text.h"
#include "base/utf8.h"
#include "detect/baseline/keyed_state.h"
#include "detect/baseline/usual_level.h"
#include "detect/baseline/words.h"
#include "detect/correlate/sentence.h"

namespace tocsin {
namespace {

using sigma::Monitor;
using sigma::MonitorModel;
using sigma::Sensitivity;

constexpr std::size_t kTextBytesMax = 48;  // kept of a value, for people
constexpr double kNoveltyMemory = 200;     // events
constexpr Micros kNever{std::numeric_limits<std::int64_t>::min() / 2};

struct KnownValue {
  std::uint64_t hash = 0;
  std::uint64_t count = 0;
  Micros last;
  Micros reported = kNever;
  std::string text;
};

struct ValueKey {
  std::vector<KnownValue> values;  // by hash
  std::uint64_t total = 0;
  double novelty = 0;  // part of the late events that brought a new value

  void save(std::string& out) const;
  void load(ByteReader& in);
};

void ValueKey::save(std::string& out) const {
  put(out, total);
  put_double(out, novelty);
  put_varint(out, values.size());
  for (const KnownValue& value : values) {
    put(out, value.hash);
    put(out, value.count);
    put(out, value.last.value);
    put(out, value.reported.value);
    put_varint(out, value.text.size());
    out += value.text;
  }
}

void ValueKey::load(ByteReader& in) {
  total = in.get<std::uint64_t>();
  novelty = get_double(in);
  const std::uint64_t size = in.varint();
  for (std::uint64_t i = 0; i < size && in.ok(); ++i) {
    KnownValue value;
    value.hash = in.get<std::uint64_t>();
    value.count = in.get<std::uint64_t>();
    value.last = Micros(in.get<std::int64_t>());
    value.reported = Micros(in.get<std::int64_t>());
    value.text = in.take(in.varint());
    values.push_back(std::move(value));
  }
  std::ranges::sort(values, {}, &KnownValue::hash);
}

class ValueState final : public KeyedState<ValueKey> {
 public:
  using KeyedState::KeyedState;

  void observe(const Observation& seen, std::vector<Finding>& out) override;
  void advance(const Moment& moment, std::vector<Finding>&) override {
    table_.expire(moment.now - monitor().expire);
  }
  void finish(const Moment&, std::vector<Finding>&) override {}
  void forget_reports() override;

 protected:
  KeyKnowledge describe(const Slot& slot, Micros now) const override;

 private:
  bool read_value(const Hit& hit);
  KnownValue& find_or_add(ValueKey& key, std::uint64_t hash, bool& is_new);
  void make_room(ValueKey& key);
  bool is_learned(const Slot& slot, Micros time) const;
  bool is_news(const Slot& slot, const KnownValue& value, bool is_new, Micros time) const;
  void report(const Slot& slot, const KnownValue& value, const Hit& hit,
              std::vector<Finding>& out) const;
  Baseline baseline_of(const Slot& slot) const;
  double novelty_max() const;

  std::string bytes_;  // the value that is looked at, with lengths; reused
  std::string text_;   // the same for people
};

// False when a field has no value.
bool ValueState::read_value(const Hit& hit) {
  bytes_.clear();
  text_.clear();
  for (const sigma::NamedField& field : monitor().fields) {
    const std::size_t at = bytes_.size() + sizeof(std::uint32_t);
    if (!append_part(hit, field, bytes_)) {
      return false;
    }
    text_ += text_.empty() ? "" : " ";
    text_ += std::string_view(bytes_).substr(at);
  }
  return true;
}

void ValueState::observe(const Observation& seen, std::vector<Finding>& out) {
  if (!read_value(seen.hit)) {
    frame_.meters.ungrouped.add();
    return;
  }
  const Micros time = seen.hit.time;
  Slot& slot = table_.touch(seen.key, time);
  ValueKey& key = slot.state;
  const bool is_first = key.total == 0;
  ++key.total;
  bool is_new = false;
  KnownValue& value = find_or_add(key, hash64(bytes_, frame_.hash_seed), is_new);
  // A value that was away for too long is new again.
  is_new = is_new || (value.last.value > 0 && time - value.last > monitor().expire);
  value.last = std::max(value.last, time);
  ++value.count;
  const bool news = is_news(slot, value, is_new && !is_first, time);
  if (!is_first) {
    const double rate = 1 / std::min(kNoveltyMemory, static_cast<double>(key.total));
    key.novelty += rate * ((is_new ? 1.0 : 0.0) - key.novelty);
  }
  if (news) {
    value.reported = time;
    report(slot, value, seen.hit, out);
  }
}

KnownValue& ValueState::find_or_add(ValueKey& key, std::uint64_t hash, bool& is_new) {
  auto at = std::ranges::lower_bound(key.values, hash, {}, &KnownValue::hash);
  is_new = at == key.values.end() || at->hash != hash;
  if (!is_new) {
    return *at;
  }
  if (key.values.size() >= monitor().values_max) {
    make_room(key);
    at = std::ranges::lower_bound(key.values, hash, {}, &KnownValue::hash);
  }
  KnownValue value;
  value.hash = hash;
  value.text = excerpt(utf8_prefix(text_, kTextBytesMax));
  return *key.values.insert(at, std::move(value));
}

// The eighth that occurred least, the oldest of them first, goes.
void ValueState::make_room(ValueKey& key) {
  const std::size_t remove = std::max<std::size_t>(1, key.values.size() / 8);
  const auto middle = key.values.begin() + static_cast<std::ptrdiff_t>(remove);
  std::nth_element(key.values.begin(), middle, key.values.end(),
                   [](const KnownValue& a, const KnownValue& b) {
                     return a.count != b.count ? a.count < b.count : a.last < b.last;
                   });
  key.values.erase(key.values.begin(), middle);
  std::ranges::sort(key.values, {}, &KnownValue::hash);
  frame_.meters.evicted_values.add(remove);
}

double ValueState::novelty_max() const {
  switch (monitor().sensitivity) {
    case Sensitivity::kLow:
      return 0.01;
    case Sensitivity::kNormal:
      return 0.05;
    case Sensitivity::kHigh:
      return 0.2;
  }
  return 0;
}

bool ValueState::is_learned(const Slot& slot, Micros time) const {
  return static_cast<double>(slot.state.total) > monitor().min &&
         time - slot.first >= monitor().warm_up;
}

bool ValueState::is_news(const Slot& slot, const KnownValue& value, bool is_new,
                         Micros time) const {
  if (!is_learned(slot, time)) {
    return false;
  }
  if (monitor().model == MonitorModel::kNewValue) {
    return is_new && slot.state.novelty <= novelty_max();
  }
  const double share = static_cast<double>(value.count) / static_cast<double>(slot.state.total);
  return share <= monitor().share && time - value.reported >= monitor().hold_off;
}

Baseline ValueState::baseline_of(const Slot& slot) const {
  std::vector<const KnownValue*> usual;
  for (const KnownValue& value : slot.state.values) {
    usual.push_back(&value);
  }
  const auto middle =
      usual.begin() + static_cast<std::ptrdiff_t>(std::min(Baseline::kUsualMax, usual.size()));
  std::partial_sort(usual.begin(), middle, usual.end(), [](const auto* a, const auto* b) {
    return a->count != b->count ? a->count > b->count : a->hash < b->hash;
  });
  Baseline baseline;
  baseline.unit = "events";
  baseline.high = static_cast<double>(slot.state.total);
  for (auto value = usual.begin(); value != middle; ++value) {
    baseline.usual.push_back({(*value)->text, (*value)->count});
  }
  return baseline;
}

std::string usual_words(const Baseline& baseline, std::uint64_t total) {
  constexpr std::size_t kNamed = 4;
  std::string text;
  for (std::size_t i = 0; i < std::min(kNamed, baseline.usual.size()); ++i) {
    const Baseline::Usual& usual = baseline.usual[i];
    const double share = static_cast<double>(usual.count) / static_cast<double>(total);
    text += fmt::format("{}{} ({})", i == 0 ? "" : ", ", usual.value, share_words(share));
  }
  return text;
}

void ValueState::report(const Slot& slot, const KnownValue& value, const Hit& hit,
                        std::vector<Finding>& out) const {
  std::vector<KeyPart> key = parts(slot);
  Baseline baseline = baseline_of(slot);
  std::erase_if(baseline.usual, [&](const Baseline::Usual& usual) {
    return monitor().model == MonitorModel::kNewValue && usual.value == value.text;
  });
  baseline.observed = static_cast<double>(value.count);
  const std::string field = field_words(monitor().fields);
  const std::string total = number_words(static_cast<double>(slot.state.total));
  const std::string known = span_text(hit.time - slot.first);
  const std::string usual = usual_words(baseline, slot.state.total);
  const std::string what =
      monitor().model == MonitorModel::kNewValue
          ? fmt::format("{} \"{}\" for the first time in {} {}{}", field, value.text, total,
                        noun_of(monitor()), monitor_key_phrase(key))
          : fmt::format("{} \"{}\" in {} of {} {}{}", field, value.text, value.count, total,
                        noun_of(monitor()), monitor_key_phrase(key));
  ReportFacts facts{hit.time, hit.time, hit.seq, 1, {hit.seq}};
  out.push_back(make_monitor_finding(
      monitor(), std::move(key), facts,
      fmt::format("{}; usual is {}, from {}", what, usual.empty() ? "nothing" : usual, known),
      std::move(baseline)));
}

void ValueState::forget_reports() {
  table_.for_each([](Slot& slot) {
    for (KnownValue& value : slot.state.values) {
      value.reported = kNever;
    }
  });
}

KeyKnowledge ValueState::describe(const Slot& slot, Micros now) const {
  KeyKnowledge known;
  known.learning = !is_learned(slot, now);
  known.baseline = baseline_of(slot);
  known.sentence =
      fmt::format("{} values of {}: {}", slot.state.values.size(), field_words(monitor().fields),
                  usual_words(known.baseline, std::max<std::uint64_t>(1, slot.state.total)));
  return known;
}

}  // namespace

std::unique_ptr<MonitorState> make_value_state(const Monitor& monitor, const MonitorFrame& frame) {
  return std::make_unique<ValueState>(monitor, frame);
}

}  // namespace tocsin
