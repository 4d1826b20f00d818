#include "demo/day.h"

#include <algorithm>

#include "base/check.h"
#include "demo/attacks.h"
#include "demo/machines.h"
#include "demo/visitors.h"

namespace tocsin {
namespace {

constexpr double kAttackPauseSeconds = 150;

// Plays one attack after the other, a few minutes apart, each time with other addresses.
class Intruders final : public Actor {
 public:
  Intruders(std::uint64_t seed, Micros start, DemoManifest& manifest)
      : rng_(seed ^ 0x696E7472756465ULL), next_(start + seconds(20)), manifest_(manifest) {
    turn_ = rng_.below(attacks().size());
  }

  Micros next() const override { return next_; }
  void act(LineHeap& lines) override {
    const Attack& attack = attacks()[turn_ % attacks().size()];
    const auto number = static_cast<std::uint32_t>(attacks().size() + turn_);
    Scene scene(attack.name, next_, rng_.next(), number, lines, manifest_);
    attack.play(scene);
    ++turn_;
    next_ = next_ + seconds(kAttackPauseSeconds * (0.5 + rng_.unit()));
  }

 private:
  Rng rng_;
  Micros next_;
  DemoManifest& manifest_;
  std::uint64_t turn_ = 0;
};

}  // namespace

Day::Day(const DayOptions& options)
    : options_(options), people_(make_people(options.seed, options.people)) {
  CHECK(options.start < options.end);
  manifest_.seed = options.seed;
  manifest_.innocent_addresses = people_.addresses();
  manifest_.innocent_users = people_.users();
  // Another stretch of time is another course of events.
  const std::uint64_t seed = options.seed ^ static_cast<std::uint64_t>(options.start.value);
  actors_ = make_machines(people_, seed, options.start);
  actors_.push_back(
      std::make_unique<Visitors>(people_, seed, options.start, options.sessions_per_hour));
  switch (options.attack_plan) {
    case AttackPlan::kNone:
      break;
    case AttackPlan::kEachOnce:
      play_each_attack_once();
      break;
    case AttackPlan::kNowAndThen:
      actors_.push_back(std::make_unique<Intruders>(seed, options.start, manifest_));
      break;
  }
}

Day::~Day() = default;

// Those that would not end in time are left out, with what they would have had to cause.
void Day::play_each_attack_once() {
  Rng rng(options_.seed ^ 0x61747461636B73ULL);
  const auto count = static_cast<std::int64_t>(attacks().size());
  const std::int64_t slot = (options_.end - options_.start).value / (count + 1);
  for (std::int64_t i = 0; i < count; ++i) {
    const Attack& attack = attacks()[static_cast<std::size_t>(i)];
    const Micros start = options_.start + Span(slot * i + slot / 2);
    const std::uint64_t seed = rng.next();
    const auto number = static_cast<std::uint32_t>(i);
    LineHeap trial_lines;
    DemoManifest trial_manifest;
    Scene trial(attack.name, start, seed, number, trial_lines, trial_manifest);
    attack.play(trial);
    if (trial.now() < options_.end) {
      Scene scene(attack.name, start, seed, number, lines_, manifest_);
      attack.play(scene);
    }
  }
}

Actor& Day::earliest_actor() {
  return **std::ranges::min_element(actors_, {}, [](const auto& actor) { return actor->next(); });
}

std::optional<Micros> Day::next_time() {
  while (true) {
    Actor& actor = earliest_actor();
    const Micros horizon = std::min(actor.next(), options_.end);
    if (!lines_.empty() && lines_.earliest() < horizon) {
      return lines_.earliest();
    }
    if (actor.next() >= options_.end) {
      return std::nullopt;
    }
    actor.act(lines_);
  }
}

DemoLine Day::take() {
  CHECK(next_time().has_value());
  return lines_.pop();
}

}  // namespace tocsin
