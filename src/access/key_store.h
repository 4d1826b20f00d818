// KeyStore: API keys. Made once, shown once, kept only as a hash; scoped, expiring, revocable.
//
// A key reads "tok_" and 43 characters of base64url (32 random bytes). Its first 12 characters are
// its id: they may be shown and logged. 256 random bits need no slow hash: the table keeps SHA-256.
// Several processes may use the same database: what another one creates is known here at once, what
// it revokes within kTrustFor.
// Thread-safe. verify() is cheap for a key seen within kTrustFor, else one indexed look-up.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "access/scope.h"
#include "base/clock.h"
#include "base/hash.h"
#include "base/mutex.h"
#include "base/result.h"
#include "obs/metrics.h"
#include "state/state_db.h"

namespace tocsin {

inline constexpr std::string_view kUserIdPrefix = "user:";

// Who acts, as far as the door could tell.
struct Principal {
  std::string key_id;  // of a person: kUserIdPrefix and the user's name
  std::string name;
  ScopeSet scopes;

  bool is_person() const { return key_id.starts_with(kUserIdPrefix); }
  // What is written down as the one who did it: a person's name, a key's id.
  const std::string& actor() const { return is_person() ? name : key_id; }
};

struct KeyInfo {
  std::string id;
  std::string name;
  ScopeSet scopes;
  std::string created_by;
  Micros created;
  std::optional<Micros> expires;
  std::optional<Micros> last_used;  // to about a minute
  std::optional<Micros> revoked;
};

struct NewKey {
  std::string name;  // 1..kKeyNameBytesMax bytes of printable UTF-8
  ScopeSet scopes;
  std::optional<Micros> expires;
  std::string created_by;  // "cli", or the id of the key that asked
};

inline constexpr std::size_t kKeyNameBytesMax = 100;
inline constexpr std::size_t kKeyIdBytes = 12;
inline constexpr std::size_t kKeyTextBytes = 47;
inline constexpr long long kKeysMax = 10'000;

class KeyStore {
 public:
  static constexpr Span kTrustFor = span_ms(1'000);
  static constexpr std::size_t kCacheMax = 10'000;

  static Result<std::unique_ptr<KeyStore>> open(StateDb& db, Clock& clock, Metrics& metrics);

  // The key's text: the only time that it is known.
  Result<std::string> create(const NewKey& key);
  // Creates an admin key named "first admin" if there has never been any key; else nothing.
  Result<std::optional<std::string>> create_first_admin();

  // kDenied for a key that is malformed, unknown, expired or revoked; the text says which, and
  // never contains the key.
  Result<Principal> verify(std::string_view key_text) EXCLUDES(mutex_);
  // Whether this very key was looked up lately, so that guesses alone are limited: one that has the
  // id of a known key is a guess as well.
  bool is_cached(std::string_view key_text) const EXCLUDES(mutex_);

  // Newest first, revoked ones included.
  Result<std::vector<KeyInfo>> list() EXCLUDES(mutex_);
  Result<KeyInfo> get(const std::string& id);
  // kNotFound when there is none; revoking twice is no error and keeps the first time.
  Status revoke(const std::string& id) EXCLUDES(mutex_);

  // Writes the times of last use that verify() remembered; call it about once a minute and at the
  // end.
  Status flush_last_used() EXCLUDES(mutex_);

 private:
  struct Cached {
    Principal principal;
    Sha256Digest hash{};
    std::optional<Micros> expires;
    bool revoked = false;
    Span checked;  // since boot
  };

  KeyStore(StateDb& db, Clock& clock, Metrics& metrics);
  Result<std::string> insert(soci::session& sql, const NewKey& key);
  Result<std::optional<Cached>> look_up(const std::string& id);
  Result<Principal> judge(const Cached& entry, const Sha256Digest& hash);
  Error refuse(std::string_view reason);

  StateDb& db_;
  Clock& clock_;
  Metrics& metrics_;
  mutable Mutex mutex_;
  std::unordered_map<std::string, Cached> cache_ GUARDED_BY(mutex_);
  std::unordered_map<std::string, Micros> used_ GUARDED_BY(mutex_);
};

// "tok_" and 43 characters of base64url.
bool looks_like_key(std::string_view text);

}  // namespace tocsin
