// LapiTokens: the tokens of CrowdSec's watchers: JSON Web Tokens (RFC 7519), HS256, of an hour.
//
// A watcher logs in with a name of its choice and an API key of the scope watcher as its password.
// The token names the key; a revoked key ends it. The secret lives as long as the process: after a
// restart watchers log in again, as they do by themselves. Thread-safe.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "access/key_store.h"
#include "base/clock.h"

namespace tocsin {

struct WatcherToken {
  std::string text;
  Micros expires;
};

struct Watcher {
  std::string machine;  // what it calls itself
  std::string key_id;
};

class LapiTokens {
 public:
  static constexpr Span kLife = span_s(3'600);
  static constexpr std::size_t kMachineBytesMax = 100;

  // `secret`: 32 random bytes.
  LapiTokens(KeyStore& keys, Clock& clock, std::string secret)
      : keys_(keys), clock_(clock), secret_(std::move(secret)) {}

  // kDenied for a wrong password or a key without the scope.
  Result<WatcherToken> log_in(const std::string& machine, const std::string& password);
  // kDenied says why: no token, not ours, over its time, key revoked.
  Result<Watcher> verify(std::string_view token);

  // The same without asking for the key: signature and time only. Cheap.
  Status looks_valid(std::string_view token) const;

 private:
  struct Claims {
    std::string machine;
    std::string key_id;
    Micros expires;
  };
  static std::optional<Claims> read_claims(const std::string& json);
  Result<Claims> read(std::string_view token) const;
  std::string signature(std::string_view signed_text) const;

  KeyStore& keys_;
  Clock& clock_;
  const std::string secret_;
};

}  // namespace tocsin
