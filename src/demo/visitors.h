// Visitors: customers, passers-by and office workers who browse, search, log in (with ordinary
// typing mistakes), use the shop's API and buy. One thread.
#pragma once

#include <string>

#include "demo/actor.h"
#include "demo/people.h"

namespace tocsin {

class Visitors final : public Actor {
 public:
  // `sessions_per_hour` at the busiest time. `people` outlives it.
  Visitors(const People& people, std::uint64_t seed, Micros start, double sessions_per_hour);

  Micros next() const override { return next_; }
  void act(LineHeap& lines) override;

 private:
  struct Session;

  void begin_next();
  void browse(Session& session, LineHeap& lines);
  void log_in(Session& session, LineHeap& lines);
  void shop(Session& session, LineHeap& lines);
  void forget_password(Session& session, LineHeap& lines);

  const People& people_;
  Rng rng_;
  Micros next_;
  const double sessions_per_hour_;
};

}  // namespace tocsin
