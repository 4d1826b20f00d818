#include "access/session_store.h"

#include <algorithm>

#include <sodium.h>

#include "access/account_tables.h"
#include "base/encoding.h"
#include "base/fail.h"
#include "base/hash.h"
#include "base/text.h"

namespace tocsin {
namespace {

constexpr std::size_t kTokenRandomBytes = 32;

std::string hash_of(std::string_view token) {
  return hex_encode(digest_view(sha256(token)));
}

}  // namespace

std::string random_token() {
  std::string random(kTokenRandomBytes, '\0');
  randombytes_buf(random.data(), random.size());
  std::string text = base64_encode(random);
  text.erase(std::ranges::find(text, '='), text.end());
  std::ranges::replace(text, '+', '-');
  std::ranges::replace(text, '/', '_');
  sodium_memzero(random.data(), random.size());
  return text;
}

bool looks_like_session_token(std::string_view text) {
  return text.size() == kSessionTokenBytes && std::ranges::all_of(text, [](char c) {
           return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' ||
                  c == '_';
         });
}

std::string csrf_token_of(std::string_view session_token) {
  return hex_encode(digest_view(sha256("tocsin csrf " + std::string(session_token))));
}

Result<std::unique_ptr<SessionStore>> SessionStore::open(StateDb& db, Clock& clock,
                                                         SessionTimes times) {
  TRY(migrate_accounts(db));
  return std::unique_ptr<SessionStore>(new SessionStore(db, clock, times));
}

Result<std::string> SessionStore::begin(const std::string& user, const std::string& peer) {
  const std::string token = random_token();
  const std::string hash = hash_of(token);
  const long long now = clock_.now().value;
  const int others = kSessionsOfUserMax - 1;
  TRY(db_.write("beginning a session", [&](soci::session& sql) -> Status {
    sql << "DELETE FROM sessions WHERE user_name = :user AND hash NOT IN (SELECT hash FROM "
           "sessions WHERE user_name = :same ORDER BY created_us DESC LIMIT :others)",
        soci::use(user), soci::use(user), soci::use(others);
    sql << "INSERT INTO sessions (hash, user_name, peer, created_us, seen_us) "
           "VALUES (:hash, :user, :peer, :now, :seen)",
        soci::use(hash), soci::use(user), soci::use(peer), soci::use(now), soci::use(now);
    return {};
  }));
  return token;
}

Result<std::optional<SessionView>> SessionStore::find(std::string_view token, SessionUse use) {
  if (!looks_like_session_token(token)) {
    return std::optional<SessionView>();
  }
  const std::string hash = hash_of(token);
  SessionView view;
  std::string role;
  long long created = 0;
  long long seen = 0;
  TRY(db_.read("looking up a session", [&](soci::session& sql) -> Status {
    sql << "SELECT s.user_name, u.role, s.created_us, s.seen_us FROM sessions s "
           "JOIN users u ON u.name = s.user_name WHERE s.hash = :hash AND u.disabled = 0",
        soci::use(hash), soci::into(view.user), soci::into(role), soci::into(created),
        soci::into(seen);
    return {};
  }));
  const std::optional<Role> is = parse_role(role);
  if (view.user.empty() || !is) {
    return std::optional<SessionView>();
  }
  view.role = *is;
  view.until = Micros(created) + times_.longest;
  const Micros now = clock_.now();
  const MutexLock lock(mutex_);
  if (const auto known = seen_.find(hash); known != seen_.end()) {
    seen = std::max<long long>(seen, known->second.value);
  }
  view.idle_until = Micros(seen) + times_.idle;
  if (now >= view.until || now >= view.idle_until) {
    seen_.erase(hash);
    return std::optional<SessionView>();
  }
  if (use == SessionUse::kPerson) {
    seen_[hash] = now;
    view.idle_until = now + times_.idle;
  }
  return std::optional(view);
}

Status SessionStore::end(std::string_view token) {
  const std::string hash = hash_of(token);
  TRY(db_.write("ending a session", [&](soci::session& sql) -> Status {
    sql << "DELETE FROM sessions WHERE hash = :hash", soci::use(hash);
    return {};
  }));
  const MutexLock lock(mutex_);
  seen_.erase(hash);
  return {};
}

Status SessionStore::flush() {
  std::unordered_map<std::string, Micros> seen;
  {
    const MutexLock lock(mutex_);
    seen = seen_;
  }
  const long long oldest = (clock_.now() - times_.longest).value;
  const long long idle_since = (clock_.now() - times_.idle).value;
  TRY(db_.write("keeping sessions", [&](soci::session& sql) -> Status {
    for (const auto& [hash, at] : seen) {
      sql << "UPDATE sessions SET seen_us = :seen WHERE hash = :hash", soci::use(at.value),
          soci::use(hash);
    }
    sql << "DELETE FROM sessions WHERE created_us <= :oldest OR seen_us <= :idle",
        soci::use(oldest), soci::use(idle_since);
    return {};
  }));
  const MutexLock lock(mutex_);
  for (const auto& [hash, at] : seen) {
    const auto known = seen_.find(hash);
    if (known != seen_.end() && known->second == at) {
      seen_.erase(known);
    }
  }
  return {};
}

}  // namespace tocsin
