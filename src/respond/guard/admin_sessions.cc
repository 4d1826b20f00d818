#include "respond/guard/admin_sessions.h"

#include <algorithm>
#include <array>
#include <vector>

#include <fmt/format.h>

namespace tocsin {
namespace {

constexpr std::string_view kGuard = "admin_session";
constexpr Span kKeepEvery = span_s(60);

const std::array kMigrations = {
    Migration{1,
              "addresses of administrators",
              {"CREATE TABLE admin_sessions (address TEXT PRIMARY KEY, who TEXT NOT NULL, "
               "last_us BIGINT NOT NULL)"}},
};

}  // namespace

Result<std::unique_ptr<AdminSessions>> AdminSessions::open(StateDb& db, Span lasts, Clock& clock) {
  TRY(db.migrate("respond_admins", kMigrations));
  std::unique_ptr<AdminSessions> sessions(new AdminSessions(db, lasts, clock));
  const MutexLock lock(sessions->mutex_);
  TRY(db.read("reading addresses of administrators", [&](soci::session& sql) -> Status {
    std::string address;
    std::string who;
    long long last = 0;
    soci::statement statement = (sql.prepare << "SELECT address, who, last_us FROM admin_sessions",
                                 soci::into(address), soci::into(who), soci::into(last));
    statement.execute();
    while (statement.fetch()) {
      if (const std::optional<IpAddress> parsed = parse_ip(address)) {
        sessions->sessions_[*parsed] = {who, Micros(last), false};
      }
    }
    return {};
  }));
  return sessions;
}

bool AdminSessions::seen(std::string_view peer, const std::string& who) {
  const std::optional<IpAddress> address = parse_ip_lenient(peer);
  if (!address) {
    return false;
  }
  const Micros now = clock_.now();
  const MutexLock lock(mutex_);
  const auto [at, is_new] = sessions_.try_emplace(*address);
  const bool was_live = !is_new && now - at->second.last <= lasts_;
  if (is_new || now - at->second.last >= kKeepEvery || at->second.who != who) {
    at->second = {who, now, true};
  }
  if (sessions_.size() > kAddressesMax) {
    const auto oldest = std::ranges::min_element(
        sessions_, {}, [](const auto& entry) { return entry.second.last; });
    sessions_.erase(oldest);
  }
  return !was_live;
}

Judgement AdminSessions::judge(const DecisionTarget& target, Micros now) const {
  if (target.scope != ScopeKind::kAddress && target.scope != ScopeKind::kNetwork) {
    return {};
  }
  const MutexLock lock(mutex_);
  for (auto at = sessions_.lower_bound(target.network.first());
       at != sessions_.end() && target.network.contains(at->first); ++at) {
    if (now - at->second.last > lasts_) {
      continue;
    }
    const std::string who = fmt::format("an administrator ({}) works from", at->second.who);
    return {Word::kRefuse, kGuard,
            target.scope == ScopeKind::kAddress
                ? who + " it"
                : fmt::format("{} {}, which it contains", who, ip_text(at->first))};
  }
  return {};
}

Status AdminSessions::flush() {
  std::vector<std::pair<std::string, Session>> changed;
  const Micros oldest = clock_.now() - lasts_;
  {
    const MutexLock lock(mutex_);
    for (auto& [address, session] : sessions_) {
      if (std::exchange(session.changed, false)) {
        changed.emplace_back(ip_text(address), session);
      }
    }
    std::erase_if(sessions_, [&](const auto& entry) { return entry.second.last < oldest; });
  }
  if (changed.empty()) {
    return {};
  }
  return db_.write("keeping addresses of administrators", [&](soci::session& sql) -> Status {
    for (const auto& [address, session] : changed) {
      const long long last = session.last.value;
      sql << "INSERT INTO admin_sessions (address, who, last_us) VALUES (:a, :w, :l) "
             "ON CONFLICT (address) DO UPDATE SET who = excluded.who, last_us = excluded.last_us",
          soci::use(address), soci::use(session.who), soci::use(last);
    }
    const long long before = oldest.value;
    sql << "DELETE FROM admin_sessions WHERE last_us < :before", soci::use(before);
    return {};
  });
}

}  // namespace tocsin
