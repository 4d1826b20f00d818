// SessionStore: who is logged in. A session is a random token that only its browser holds; the
// table keeps its SHA-256. It ends by itself when it was idle, and at the latest after a fixed
// time.
//
// find() is one indexed look-up, so what ends a session anywhere ends it at once. The time of last
// use is written by flush(), about once a minute. Thread-safe.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "access/role.h"
#include "base/clock.h"
#include "base/mutex.h"
#include "base/result.h"
#include "state/state_db.h"

namespace tocsin {

struct SessionTimes {
  Span idle = span_s(1'800);
  Span longest = span_s(43'200);
};

struct SessionView {
  std::string user;
  Role role = Role::kViewer;
  Micros idle_until;
  Micros until;
};

// A page that refreshes itself does not keep a session alive.
enum class SessionUse : std::uint8_t { kPerson, kBackground };

inline constexpr std::size_t kSessionTokenBytes = 43;  // base64url of 32 random bytes
inline constexpr int kSessionsOfUserMax = 16;

// 32 random bytes as base64url.
std::string random_token();
bool looks_like_session_token(std::string_view text);
// What a page must send with every change: made from the token, useless without the cookie.
std::string csrf_token_of(std::string_view session_token);

class SessionStore {
 public:
  static Result<std::unique_ptr<SessionStore>> open(StateDb& db, Clock& clock, SessionTimes times);

  // The new token. The user's oldest session ends when there are too many.
  Result<std::string> begin(const std::string& user, const std::string& peer);
  // Nothing: it never was, is over, or its user may not log in any more.
  Result<std::optional<SessionView>> find(std::string_view token, SessionUse use) EXCLUDES(mutex_);
  Status end(std::string_view token) EXCLUDES(mutex_);
  // Writes times of last use and drops sessions that are over.
  Status flush() EXCLUDES(mutex_);

 private:
  SessionStore(StateDb& db, Clock& clock, SessionTimes times)
      : db_(db), clock_(clock), times_(times) {}

  StateDb& db_;
  Clock& clock_;
  const SessionTimes times_;
  Mutex mutex_;
  std::unordered_map<std::string, Micros> seen_ GUARDED_BY(mutex_);  // by hash
};

}  // namespace tocsin
