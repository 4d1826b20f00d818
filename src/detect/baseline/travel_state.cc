// The model travel: one key at two places in less time than anybody needs between them.
//
// Addresses that say nothing about where somebody is are left out: those of the exceptions, those
// that are not public, and those that at least kSharedKeys keys have used over at least a week (VPN
// exits, proxies); a week, so that an attacker cannot make an address shared in the course of an
// attack.
#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>

#include "base/hash.h"
#include "base/ip.h"
#include "base/text.h"
#include "base/time_text.h"
#include "detect/baseline/keyed_state.h"
#include "detect/baseline/places.h"
#include "detect/baseline/usual_level.h"
#include "detect/baseline/words.h"
#include "detect/correlate/sentence.h"
#include "model/ecs_fields.h"

namespace tocsin {
namespace {

using sigma::Monitor;

constexpr std::size_t kSharedKeys = 5;
constexpr Span kSharedAge = span_s(7 * 86'400);
constexpr std::size_t kAddressesMax = 50'000;
constexpr Span kLeastTime = span_s(60);  // clocks of two logs differ
constexpr std::size_t kLabelBytesMax = 40;
constexpr Micros kNever{std::numeric_limits<std::int64_t>::min() / 2};

struct TravelKey {
  Place place;
  std::string label;  // "DE"
  Micros time = kNever;
  Seq seq;
  Micros reported = kNever;

  void save(std::string& out) const;
  void load(ByteReader& in);
};

void TravelKey::save(std::string& out) const {
  for (const double value : {place.latitude, place.longitude, place.radius_km}) {
    put_double(out, value);
  }
  put_varint(out, label.size());
  out += label;
  put(out, time.value);
  put(out, seq.value);
  put(out, reported.value);
}

void TravelKey::load(ByteReader& in) {
  for (double* value : {&place.latitude, &place.longitude, &place.radius_km}) {
    *value = get_double(in);
  }
  label = in.take(in.varint());
  time = Micros(in.get<std::int64_t>());
  seq = Seq(in.get<std::uint64_t>());
  reported = Micros(in.get<std::int64_t>());
}

// Who uses an address.
struct AddressUse {
  std::array<std::uint64_t, kSharedKeys> users{};  // hashes; 0: none yet

  void add(std::uint64_t user);
  std::size_t count() const;
};

void AddressUse::add(std::uint64_t user) {
  for (std::uint64_t& known : users) {
    if (known == user) {
      return;
    }
    if (known == 0) {
      known = user;
      return;
    }
  }
}

std::size_t AddressUse::count() const {
  return static_cast<std::size_t>(
      std::ranges::count_if(users, [](auto user) { return user != 0; }));
}

class TravelState final : public KeyedState<TravelKey> {
 public:
  TravelState(const Monitor& monitor, const MonitorFrame& frame)
      : KeyedState(monitor, frame), addresses_(kAddressesMax, frame.hash_seed) {}

  void observe(const Observation& seen, std::vector<Finding>& out) override;
  void advance(const Moment& moment, std::vector<Finding>&) override {
    table_.expire(moment.now - monitor().expire);
    addresses_.expire(moment.now - monitor().expire);
  }
  void finish(const Moment&, std::vector<Finding>&) override {}
  void forget_reports() override {
    table_.for_each([](Slot& slot) { slot.state.reported = kNever; });
  }
  void save(std::string& out) const override;
  bool load(ByteReader& in) override;

 protected:
  KeyKnowledge describe(const Slot& slot, Micros now) const override;

 private:
  bool says_nothing(const Observation& seen);
  std::optional<Place> place_of(const Hit& hit);
  void report(Slot& slot, const TravelKey& now, double distance, double speed, const Hit& hit,
              std::vector<Finding>& out) const;

  KeyTable<AddressUse> addresses_;
  std::string text_;   // reused
  std::string label_;  // of the place found last
};

bool TravelState::says_nothing(const Observation& seen) {
  const Hit& hit = seen.hit;
  const std::string_view text = hit.batch->text(hit.event, fields::source_ip);
  if (const auto address = parse_ip(text)) {
    if (ip_scope(*address) != IpScope::kPublic ||
        std::ranges::any_of(monitor().except_networks,
                            [&](const IpNetwork& net) { return net.contains(*address); })) {
      return true;
    }
    auto& use = addresses_.touch(text, hit.time);
    use.state.add(hash64(seen.key, frame_.hash_seed) | 1U);
    if (use.state.count() >= kSharedKeys && hit.time - use.first >= kSharedAge) {
      return true;
    }
  }
  if (monitor().except_owners.empty()) {
    return false;
  }
  const std::string owner = to_lower(hit.batch->text(hit.event, fields::source_as_name));
  return std::ranges::any_of(monitor().except_owners, [&owner](const std::string& part) {
    return owner.find(part) != std::string::npos;
  });
}

std::optional<Place> TravelState::place_of(const Hit& hit) {
  for (const auto& [field, parse] : {std::pair{&monitor().location, &parse_place},
                                     std::pair{&monitor().country, &country_place}}) {
    text_.clear();
    if (!append_value(hit, *field, text_)) {
      continue;
    }
    if (const auto place = parse(text_)) {
      label_ = excerpt(std::string_view(text_).substr(0, kLabelBytesMax));
      return place;
    }
  }
  return std::nullopt;
}

void TravelState::observe(const Observation& seen, std::vector<Finding>& out) {
  const auto place = place_of(seen.hit);
  if (!place) {
    frame_.meters.ungrouped.add();
    return;
  }
  if (says_nothing(seen)) {
    return;
  }
  const Micros time = seen.hit.time;
  Slot& slot = table_.touch(seen.key, time);
  const TravelKey before = slot.state;
  TravelKey now = before;
  now.place = *place;
  now.label = label_;
  now.time = time;
  now.seq = seen.hit.seq;
  if (time >= before.time) {
    slot.state = now;
  }
  if (before.time == kNever) {
    return;
  }
  const double distance = distance_km(before.place, *place);
  const Span apart(std::abs((time - before.time).value));
  const double hours = static_cast<double>(std::max(apart, kLeastTime).value) / 3.6e9;
  const double speed = distance / hours;
  const bool is_held = time - before.reported < monitor().hold_off;
  if (distance < std::max(1.0, monitor().distance_km) || speed <= monitor().speed_kmh || is_held) {
    return;
  }
  slot.state.reported = std::max(time, before.time);
  TravelKey from = before;
  std::swap(from, now);
  report(slot, now, distance, speed, seen.hit, out);
}

// `before` is the other place.
void TravelState::report(Slot& slot, const TravelKey& before, double distance, double speed,
                         const Hit& hit, std::vector<Finding>& out) const {
  std::vector<KeyPart> key = parts(slot);
  Baseline baseline;
  baseline.observed = speed;
  baseline.high = monitor().speed_kmh;
  baseline.unit = "km/h";
  baseline.usual = {{before.label, 1}, {label_, 1}};
  const bool is_earlier = before.time <= hit.time;
  const Span apart = is_earlier ? hit.time - before.time : before.time - hit.time;
  std::string sentence = fmt::format(
      "in {} and {} later in {}{}: at least {} km, {} km/h (nobody travels faster than {} km/h)",
      is_earlier ? before.label : label_, span_text(apart), is_earlier ? label_ : before.label,
      monitor_key_phrase(key), number_words(std::round(distance)), number_words(std::round(speed)),
      number_words(monitor().speed_kmh));
  std::vector<Seq> events = {before.seq, hit.seq};
  std::ranges::sort(events);
  ReportFacts facts{std::max(hit.time, before.time), std::min(hit.time, before.time), hit.seq, 2,
                    std::move(events)};
  out.push_back(make_monitor_finding(monitor(), std::move(key), facts, std::move(sentence),
                                     std::move(baseline)));
}

void TravelState::save(std::string& out) const {
  KeyedState::save(out);
  put_varint(out, addresses_.size());
  addresses_.for_each([&out](const KeyTable<AddressUse>::Slot& slot) {
    put_varint(out, slot.key.size());
    out += slot.key;
    put(out, slot.hits);
    put(out, slot.first.value);
    put(out, slot.touched.value);
    for (const std::uint64_t user : slot.state.users) {
      put(out, user);
    }
  });
}

bool TravelState::load(ByteReader& in) {
  if (!KeyedState::load(in)) {
    return false;
  }
  const std::uint64_t size = in.varint();
  for (std::uint64_t i = 0; i < size && in.ok(); ++i) {
    const std::string_view key = in.take(in.varint());
    const auto hits = in.get<std::uint64_t>();
    const Micros first(in.get<std::int64_t>());
    const Micros touched(in.get<std::int64_t>());
    AddressUse use;
    for (std::uint64_t& user : use.users) {
      user = in.get<std::uint64_t>();
    }
    if (in.ok()) {
      addresses_.restore(key, hits, first, touched).state = use;
    }
  }
  return in.ok();
}

KeyKnowledge TravelState::describe(const Slot& slot, Micros) const {
  KeyKnowledge known;
  known.learning = slot.state.time == kNever;
  known.baseline.unit = "km/h";
  known.baseline.high = monitor().speed_kmh;
  known.baseline.usual = {{slot.state.label, slot.hits}};
  known.sentence = fmt::format("last in {} at {}", slot.state.label, iso_time(slot.state.time));
  return known;
}

}  // namespace

std::unique_ptr<MonitorState> make_travel_state(const Monitor& monitor, const MonitorFrame& frame) {
  return std::make_unique<TravelState>(monitor, frame);
}

}  // namespace tocsin
