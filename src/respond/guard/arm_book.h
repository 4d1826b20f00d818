// ArmBook: which rules and playbooks may act. A new one, and a changed one, only records what it
// would have done, until somebody arms exactly this version. Kept in the state database.
// Thread-safe; is_armed() asks memory only.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/mutex.h"
#include "base/result.h"
#include "respond/guard/judgement.h"
#include "state/state_db.h"

namespace tocsin {

struct Armed {
  std::string what;  // "rule" or "playbook"
  std::string id;
  std::string version;
  std::string by;
  Micros at;
};

class ArmBook {
 public:
  static constexpr std::size_t kArmedMax = 100'000;

  static Result<std::unique_ptr<ArmBook>> open(StateDb& db, Clock& clock);

  // Arms this version in place of any other. kInvalid for empty words.
  Status arm(const std::string& what, const std::string& id, const std::string& version,
             const std::string& by) EXCLUDES(mutex_);
  // kNotFound when no version of it is armed.
  Status disarm(const std::string& what, const std::string& id) EXCLUDES(mutex_);
  bool is_armed(const std::string& what, const std::string& id, const std::string& version) const
      EXCLUDES(mutex_);
  std::vector<Armed> list() const EXCLUDES(mutex_);

  Judgement judge(const Proposal& proposal) const EXCLUDES(mutex_);

 private:
  using Key = std::pair<std::string, std::string>;  // what, id

  ArmBook(StateDb& db, Clock& clock) : db_(db), clock_(clock) {}

  StateDb& db_;
  Clock& clock_;
  Mutex arming_;  // one change at a time; taken before the database's, which is taken before mutex_
  mutable Mutex mutex_;
  std::map<Key, Armed> armed_ GUARDED_BY(mutex_);
};

}  // namespace tocsin
