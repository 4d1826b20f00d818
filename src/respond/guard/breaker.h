// Breaker: stops the machine from blocking the world. Open, it turns every further decision of
// rules, playbooks and agents into a dry run; people can still act.
//
// It opens at too many decisions a minute, or when the decisions of a day hit too many of the day's
// legitimate addresses. A single decision that alone would do the latter is refused and opens
// nothing. It closes when `breaker_open` has passed and the proposals of the last minute would fit
// again and the day's blocks hit fewer of them, or by hand. Not thread-safe: the book calls it
// under its lock.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>

#include "config/respond_settings.h"
#include "respond/guard/judgement.h"
#include "respond/login_memory.h"

namespace tocsin {

struct BreakerState {
  bool open = false;
  Micros since;                 // opened or closed
  std::string reason;           // why it opened
  std::uint64_t held_back = 0;  // decisions made dry runs since it opened
  bool operator==(const BreakerState&) const = default;
};

class Breaker {
 public:
  Breaker(const RespondSettings& settings, const LoginMemory& logins)
      : settings_(settings), logins_(logins) {}

  // Asks only.
  Judgement judge(const Proposal& proposal) const;
  // Counts a proposal that came this far, and what became of it; may open.
  void count(const Proposal& proposal, Word word);
  // A block that stands since before this start.
  void remember(const DecisionTarget& target, Micros created);
  // May close. Gives whether it did.
  bool tick(Micros now);
  void open(Micros now, const std::string& reason);
  void close(Micros now);  // by hand: what it counted is forgotten

  const BreakerState& state() const { return state_; }
  void restore(const BreakerState& state) { state_ = state; }

 private:
  struct Hurt {
    Micros at;
    std::size_t addresses;
  };

  bool limited(const Proposal& proposal) const;
  std::size_t hurt_by(const Proposal& proposal) const;
  std::size_t hurt_max() const;
  std::size_t hurt_lately(Micros now) const;
  std::size_t taken_lately(Micros now) const;

  const RespondSettings& settings_;
  const LoginMemory& logins_;
  BreakerState state_;
  std::deque<Micros> proposed_;  // of the last minute, at most so many as would open it, plus one
  std::deque<Hurt> hurt_;        // of the last day
};

}  // namespace tocsin
