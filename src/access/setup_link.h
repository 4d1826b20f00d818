// SetupLink: how the very first user is made: by whoever reads what the server prints at its start.
//
// While there is no user, each start makes another token; it is kept as a hash, in memory alone,
// and works once. Thread-safe.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "access/user_store.h"
#include "base/hash.h"
#include "base/mutex.h"

namespace tocsin {

class SetupLink {
 public:
  explicit SetupLink(UserStore& users) : users_(users) {}

  // The new token, when there is no user; else nothing, and nothing can be used.
  Result<std::optional<std::string>> make() EXCLUDES(mutex_);
  // Makes the first user, an admin. kDenied for a wrong token, kNotFound when there is a user
  // already; what UserStore::add() finds wrong leaves the link as it is.
  Status use(std::string_view token, const std::string& name, const std::string& password)
      EXCLUDES(mutex_);

 private:
  UserStore& users_;
  Mutex mutex_;
  std::optional<Sha256Digest> hash_ GUARDED_BY(mutex_);
};

}  // namespace tocsin
