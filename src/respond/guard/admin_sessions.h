// AdminSessions: addresses from which an administrator was authenticated lately. Nothing may hinder
// them, or the person who could repair a mistake is locked out by it.
//
// Bounded: past kAddressesMax the longest unseen is forgotten. Kept in the state database, each
// address at most once a minute, so that a restart forgets nobody. Thread-safe.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/ip.h"
#include "base/mutex.h"
#include "base/result.h"
#include "respond/guard/judgement.h"
#include "state/state_db.h"

namespace tocsin {

class AdminSessions {
 public:
  static constexpr std::size_t kAddressesMax = 1'000;

  static Result<std::unique_ptr<AdminSessions>> open(StateDb& db, Span lasts, Clock& clock);

  // `peer` as the HTTP server has it. True when the address was not known: recheck the decisions.
  bool seen(std::string_view peer, const std::string& who) EXCLUDES(mutex_);
  Judgement judge(const DecisionTarget& target, Micros now) const EXCLUDES(mutex_);
  // Writes what is new; about once a minute and at the end.
  Status flush() EXCLUDES(mutex_);

 private:
  struct Session {
    std::string who;
    Micros last;
    bool changed = true;
  };

  AdminSessions(StateDb& db, Span lasts, Clock& clock) : db_(db), lasts_(lasts), clock_(clock) {}

  StateDb& db_;
  const Span lasts_;
  Clock& clock_;
  mutable Mutex mutex_;
  std::map<IpAddress, Session> sessions_ GUARDED_BY(mutex_);
};

}  // namespace tocsin
