// LoginMemory: which users succeeded from which addresses lately: what is legitimate.
//
// Fed in the stream with successful log-ins and with answered requests of known users; asked by the
// guards. Users are kept as keyed hashes only. Bounded: so many addresses, so many users on each;
// past that the longest unseen go, counted. Kept in the state database about once a minute.
// Thread-safe; note() takes one lock a batch.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/ip.h"
#include "base/mutex.h"
#include "base/result.h"
#include "model/decision.h"
#include "obs/metrics.h"
#include "state/state_db.h"

namespace tocsin {

struct LoginSeen {
  IpAddress address;
  std::string_view user;
  std::string_view country;  // ISO code, or empty
  std::uint32_t owner = 0;   // number of the network owner, or 0
  Micros time;               // event time
  bool login = true;         // a log-in; else a request of a known user that was answered
};

struct LoginMemoryLimits {
  Span window = span_s(86'400);
  std::size_t addresses_max = 200'000;
  std::size_t users_max = 32;  // on each address
};

class LoginMemory {
 public:
  // Reads what was kept. `secret_seed` keys the hashes of users; the first one ever stays.
  static Result<std::unique_ptr<LoginMemory>> open(StateDb& db, LoginMemoryLimits limits,
                                                   std::uint64_t secret_seed, Clock& clock,
                                                   Metrics& metrics);

  void note(std::span<const LoginSeen> seen) EXCLUDES(mutex_);

  // Distinct users who logged in from the network within the window before `now`, each already
  // before `settled`. Counts to `enough` and no further.
  std::size_t users_within(const IpNetwork& network, Micros now, Micros settled,
                           std::size_t enough) const EXCLUDES(mutex_);
  // Legitimate addresses that the target covers (address, network, owner or country), within the
  // window before `now` and seen before `settled`.
  std::size_t legitimate_within(const DecisionTarget& target, Micros now, Micros settled) const
      EXCLUDES(mutex_);
  // All of them; what is too old leaves with the next flush().
  std::size_t legitimate() const EXCLUDES(mutex_);

  // Writes what changed since the last time and removes what is too old.
  Status flush() EXCLUDES(mutex_);

 private:
  struct User {
    std::uint64_t hash = 0;
    Micros first;
    Micros last;
    bool login = false;
    bool changed = false;
  };
  struct Address {
    Micros last;
    std::uint32_t owner = 0;
    std::array<char, 2> country{};
    std::vector<User> users;
  };

  LoginMemory(StateDb& db, LoginMemoryLimits limits, Clock& clock, Metrics& metrics);
  Status load() EXCLUDES(mutex_);
  void note_one(const LoginSeen& seen, Micros now) REQUIRES(mutex_);
  void make_room(Micros now) REQUIRES(mutex_);

  StateDb& db_;
  const LoginMemoryLimits limits_;
  std::uint64_t user_seed_ = 0;  // set once, by open()
  Clock& clock_;
  Counter& forgotten_;
  Counter& users_left_out_;
  mutable Mutex mutex_;
  std::map<IpAddress, Address> addresses_ GUARDED_BY(mutex_);
};

}  // namespace tocsin
