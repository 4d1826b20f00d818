#include "respond/login_memory.h"

#include <algorithm>
#include <array>
#include <unordered_set>

#include "base/hash.h"

namespace tocsin {
namespace {

const std::array kMigrations = {
    Migration{1,
              "who logged in from where",
              {"CREATE TABLE login_memory (address TEXT NOT NULL, user_hash BIGINT NOT NULL, "
               "country TEXT NOT NULL, owner BIGINT NOT NULL, first_us BIGINT NOT NULL, "
               "last_us BIGINT NOT NULL, login BIGINT NOT NULL, PRIMARY KEY (address, user_hash))",
               "CREATE TABLE login_memory_seed (one BIGINT PRIMARY KEY, seed BIGINT NOT NULL)",
               "CREATE INDEX login_memory_last ON login_memory (last_us)"}},
};

// Of what is known when there is no room: the share that goes at once.
constexpr std::size_t kMakeRoomShare = 10;

}  // namespace

LoginMemory::LoginMemory(StateDb& db, LoginMemoryLimits limits, Clock& clock, Metrics& metrics)
    : db_(db),
      limits_(limits),
      clock_(clock),
      forgotten_(metrics.counter("tocsin_login_memory_forgotten_total",
                                 "Legitimate addresses forgotten early for want of room")),
      users_left_out_(metrics.counter("tocsin_login_memory_users_left_out_total",
                                      "Users not kept because their address has many already")) {}

Result<std::unique_ptr<LoginMemory>> LoginMemory::open(StateDb& db, LoginMemoryLimits limits,
                                                       std::uint64_t secret_seed, Clock& clock,
                                                       Metrics& metrics) {
  TRY(db.migrate("respond_logins", kMigrations));
  std::unique_ptr<LoginMemory> memory(new LoginMemory(db, limits, clock, metrics));
  TRY(db.write("reading the seed of users' hashes", [&](soci::session& sql) -> Status {
    auto seed = static_cast<long long>(secret_seed);
    sql << "INSERT INTO login_memory_seed (one, seed) VALUES (1, :seed) "
           "ON CONFLICT (one) DO NOTHING",
        soci::use(seed);
    sql << "SELECT seed FROM login_memory_seed WHERE one = 1", soci::into(seed);
    memory->user_seed_ = static_cast<std::uint64_t>(seed);
    return {};
  }));
  TRY(memory->load());
  return memory;
}

Status LoginMemory::load() {
  const Micros now = clock_.now();
  const long long oldest = (now - limits_.window).value;
  const MutexLock lock(mutex_);
  return db_.read("reading who logged in from where", [&](soci::session& sql) -> Status {
    std::string address;
    std::string country;
    long long hash = 0;
    long long owner = 0;
    long long first = 0;
    long long last = 0;
    long long login = 0;
    soci::statement statement =
        (sql.prepare << "SELECT address, user_hash, country, owner, first_us, last_us, login "
                        "FROM login_memory WHERE last_us >= :oldest ORDER BY last_us DESC",
         soci::into(address), soci::into(hash), soci::into(country), soci::into(owner),
         soci::into(first), soci::into(last), soci::into(login), soci::use(oldest));
    statement.execute();
    while (statement.fetch()) {
      const std::optional<IpAddress> ip = parse_ip(address);
      const bool room = addresses_.size() < limits_.addresses_max;
      if (!ip || (!room && !addresses_.contains(*ip))) {
        continue;
      }
      Address& entry = addresses_[*ip];
      entry.last = std::max(entry.last, Micros(last));
      entry.owner = static_cast<std::uint32_t>(owner);
      if (country.size() == 2) {
        entry.country = {country[0], country[1]};
      }
      if (entry.users.size() < limits_.users_max) {
        entry.users.push_back(
            {static_cast<std::uint64_t>(hash), Micros(first), Micros(last), login != 0, false});
      }
    }
    return {};
  });
}

void LoginMemory::note(std::span<const LoginSeen> seen) {
  if (seen.empty()) {
    return;
  }
  const Micros now = clock_.now();
  const MutexLock lock(mutex_);
  for (const LoginSeen& one : seen) {
    note_one(one, now);
  }
}

void LoginMemory::note_one(const LoginSeen& seen, Micros now) {
  // Events of long ago (a replay, a late file) and of the future prove nothing about today.
  const Micros time = std::min(seen.time, now);
  if (seen.user.empty() || now - time > limits_.window) {
    return;
  }
  auto at = addresses_.find(seen.address);
  if (at == addresses_.end()) {
    make_room(now);
    at = addresses_.try_emplace(seen.address).first;
  }
  Address& entry = at->second;
  entry.last = std::max(entry.last, time);
  entry.owner = seen.owner == 0 ? entry.owner : seen.owner;
  if (seen.country.size() == 2) {
    entry.country = {seen.country[0], seen.country[1]};
  }
  const std::uint64_t hash = hash64(seen.user, user_seed_);
  const auto known = std::ranges::find(entry.users, hash, &User::hash);
  if (known != entry.users.end()) {
    known->first = std::min(known->first, time);
    known->login = known->login || seen.login;
    known->last = std::max(known->last, time);
    known->changed = true;
    return;
  }
  if (entry.users.size() >= limits_.users_max) {
    const auto oldest = std::ranges::min_element(entry.users, {}, &User::last);
    if (now - oldest->last <= limits_.window) {
      users_left_out_.add();
      return;
    }
    entry.users.erase(oldest);
  }
  entry.users.push_back({hash, time, time, seen.login, true});
}

void LoginMemory::make_room(Micros now) {
  if (addresses_.size() < limits_.addresses_max) {
    return;
  }
  std::erase_if(addresses_,
                [&](const auto& entry) { return now - entry.second.last > limits_.window; });
  if (addresses_.size() < limits_.addresses_max) {
    return;
  }
  std::vector<Micros> ages;
  ages.reserve(addresses_.size());
  for (const auto& [address, entry] : addresses_) {
    ages.push_back(entry.last);
  }
  const auto cut = ages.begin() + static_cast<std::ptrdiff_t>(ages.size() / kMakeRoomShare);
  std::ranges::nth_element(ages, cut);
  forgotten_.add(
      std::erase_if(addresses_, [&](const auto& entry) { return entry.second.last <= *cut; }));
}

std::size_t LoginMemory::users_within(const IpNetwork& network, Micros now, Micros settled,
                                      std::size_t enough) const {
  const Micros oldest = now - limits_.window;
  std::unordered_set<std::uint64_t> users;
  const MutexLock lock(mutex_);
  for (auto at = addresses_.lower_bound(network.first());
       at != addresses_.end() && network.contains(at->first) && users.size() < enough; ++at) {
    for (const User& user : at->second.users) {
      if (user.login && user.last >= oldest && user.first <= settled) {
        users.insert(user.hash);
      }
    }
  }
  return std::min(users.size(), enough);
}

std::size_t LoginMemory::legitimate_within(const DecisionTarget& target, Micros now,
                                           Micros settled) const {
  const Micros oldest = now - limits_.window;
  const auto counts = [&](const Address& entry) {
    return entry.last >= oldest && std::ranges::any_of(entry.users, [&](const User& user) {
             return user.first <= settled;
           });
  };
  const bool country = target.scope == ScopeKind::kCountry && target.value.size() == 2;
  std::size_t found = 0;
  const MutexLock lock(mutex_);
  if (target.scope == ScopeKind::kAddress || target.scope == ScopeKind::kNetwork) {
    for (auto at = addresses_.lower_bound(target.network.first());
         at != addresses_.end() && target.network.contains(at->first); ++at) {
      found += counts(at->second) ? 1U : 0U;
    }
  } else if (country || target.scope == ScopeKind::kNetworkOwner) {
    for (const auto& [address, entry] : addresses_) {
      const bool covered =
          country ? std::string_view(entry.country.data(), 2) == target.value
                  : entry.owner != 0 && target.value == "AS" + std::to_string(entry.owner);
      found += covered && counts(entry) ? 1U : 0U;
    }
  }
  return found;
}

std::size_t LoginMemory::legitimate() const {
  const MutexLock lock(mutex_);
  return addresses_.size();
}

Status LoginMemory::flush() {
  struct Row {
    std::string address;
    std::string country;
    long long owner, hash, first, last, login;
  };
  std::vector<Row> rows;
  const Micros oldest = clock_.now() - limits_.window;
  {
    const MutexLock lock(mutex_);
    std::erase_if(addresses_, [&](const auto& entry) { return entry.second.last < oldest; });
    for (auto& [address, entry] : addresses_) {
      for (User& user : entry.users) {
        if (std::exchange(user.changed, false)) {
          const bool known = entry.country[0] != '\0';
          rows.push_back({ip_text(address),
                          known ? std::string(entry.country.data(), 2) : std::string(), entry.owner,
                          static_cast<long long>(user.hash), user.first.value, user.last.value,
                          user.login ? 1 : 0});
        }
      }
    }
  }
  return db_.write("keeping who logged in from where", [&](soci::session& sql) -> Status {
    Row row;
    soci::statement statement =
        (sql.prepare << "INSERT INTO login_memory (address, user_hash, country, owner, first_us, "
                        "last_us, login) VALUES (:a, :h, :c, :o, :f, :l, :g) "
                        "ON CONFLICT (address, user_hash) DO UPDATE SET country = "
                        "excluded.country, owner = excluded.owner, first_us = excluded.first_us, "
                        "last_us = excluded.last_us, login = excluded.login",
         soci::use(row.address), soci::use(row.hash), soci::use(row.country), soci::use(row.owner),
         soci::use(row.first), soci::use(row.last), soci::use(row.login));
    for (const Row& each : rows) {
      row = each;
      statement.execute(true);
    }
    const long long before = oldest.value;
    sql << "DELETE FROM login_memory WHERE last_us < :before", soci::use(before);
    return {};
  });
}

}  // namespace tocsin
