// Day: the demo's stream of log lines, in order of time, the same for the same options.
//
// Not for: sending them (player.h). Times are event times: a Day of the past 24 hours has the times
// of those hours, so that whoever counts in event time counts what really was. Bounded memory:
// sessions are made when they begin. One thread; neither copied nor moved.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "base/time.h"
#include "demo/actor.h"
#include "demo/line.h"
#include "demo/manifest.h"
#include "demo/people.h"

namespace tocsin {

enum class AttackPlan : std::uint8_t {
  kNone,
  kEachOnce,    // every attack of attacks.h once, spread over the time from start to end
  kNowAndThen,  // one every few minutes, in turn
};

struct DayOptions {
  std::uint64_t seed = 1;
  Micros start;
  Micros end;  // lines at or after it are not given
  double sessions_per_hour = 700;
  AttackPlan attack_plan = AttackPlan::kEachOnce;
  PeopleCounts people;
};

class Day {
 public:
  explicit Day(const DayOptions& options);
  ~Day();
  Day(const Day&) = delete;
  Day& operator=(const Day&) = delete;

  // Time of the line that take() will give; nothing when the day is over.
  std::optional<Micros> next_time();
  DemoLine take();

  // With kEachOnce complete from the beginning; with kNowAndThen what was played so far.
  const DemoManifest& manifest() const { return manifest_; }

 private:
  void play_each_attack_once();
  Actor& earliest_actor();

  const DayOptions options_;
  const People people_;
  DemoManifest manifest_;
  LineHeap lines_;
  std::vector<std::unique_ptr<Actor>> actors_;
};

}  // namespace tocsin
