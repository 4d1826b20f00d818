// UserStore: the people who may log in, each with a role; their passwords as Argon2id hashes.
//
// Several processes may use the same database. What ends a right (another password or role,
// disabling, removal) ends the sessions of that user in the same transaction. There is always an
// admin who may log in once there has been one. Thread-safe.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "access/login_backoff.h"
#include "access/password.h"
#include "access/role.h"
#include "base/clock.h"
#include "base/result.h"
#include "state/state_db.h"

namespace tocsin {

struct UserInfo {
  std::string name;
  Role role = Role::kViewer;
  std::string created_by;
  Micros created;
  std::optional<Micros> last_login;
  bool disabled = false;
  std::int64_t sessions = 0;
  std::optional<Micros> locked_until;  // after wrong passwords, as this process knows
};

struct NewUser {
  std::string name;
  Role role = Role::kViewer;
  std::string password;
  std::string created_by;  // "cli", or who asked
};

// Absent: as it is.
struct UserChange {
  std::optional<Role> role;
  std::optional<std::string> password;
  std::optional<bool> disabled;
};

struct LogIn {
  enum class Outcome : std::uint8_t {
    kGood,
    kWrong,   // no such user, disabled, or another password: nobody is told which
    kLocked,  // too many wrong passwords, for `wait`
  };
  Outcome outcome = Outcome::kWrong;
  Role role = Role::kViewer;  // of kGood
  Span wait;
};

inline constexpr std::size_t kUserNameBytesMax = 64;
inline constexpr long long kUsersMax = 1'000;

// 1..64 of a-z 0-9 . _ - @, beginning with a letter or digit, not like an API key's id.
Status check_user_name(std::string_view name);

class UserStore {
 public:
  static Result<std::unique_ptr<UserStore>> open(StateDb& db, Clock& clock, PasswordCost cost = {},
                                                 BackoffLimits backoff = {});

  // kInvalid for the name or the password, kConflict when the name is taken.
  Status add(const NewUser& user);
  // kNotFound; kConflict when nobody could administrate any more.
  Status change(const std::string& name, const UserChange& change);
  Status remove(const std::string& name);
  Result<std::vector<UserInfo>> list();  // by name
  Result<UserInfo> get(const std::string& name);
  Result<bool> any();

  // kExhausted when too many log in at the same time.
  Result<LogIn> log_in(const std::string& name, std::string_view password);
  // Forgets the wrong passwords of a user.
  void unlock(const std::string& name) { backoff_.succeeded(name); }
  const PasswordHasher& hasher() const { return hasher_; }

 private:
  UserStore(StateDb& db, Clock& clock, PasswordCost cost, BackoffLimits backoff);
  Result<std::vector<UserInfo>> select(const std::string* name);

  StateDb& db_;
  Clock& clock_;
  PasswordHasher hasher_;
  LoginBackoff backoff_;
  std::string decoy_;  // a hash that no password fits, checked for names that do not exist
};

}  // namespace tocsin
