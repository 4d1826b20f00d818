#include "access/user_store.h"

#include <algorithm>

#include <sodium.h>

#include "access/account_tables.h"
#include "base/encoding.h"
#include "base/fail.h"
#include "base/text.h"

namespace tocsin {
namespace {

constexpr std::size_t kDecoyBytes = 24;

bool is_name_byte(char c) {
  return (c >= 'a' && c <= 'z') || is_digit(c) || c == '.' || c == '_' || c == '-' || c == '@';
}

Result<long long> admins(soci::session& sql) {
  long long count = 0;
  sql << "SELECT COUNT(*) FROM users WHERE role = 'admin' AND disabled = 0", soci::into(count);
  return count;
}

// `work` may not take away the last admin who can log in.
Status keeping_an_admin(soci::session& sql, const std::function<Status()>& work) {
  TRY_ASSIGN(const long long before, admins(sql));
  TRY(work());
  TRY_ASSIGN(const long long after, admins(sql));
  if (before > 0 && after == 0) {
    return fail(ErrorCode::kConflict, "nobody would be left who may administrate");
  }
  return {};
}

Status must_exist(soci::session& sql, const std::string& name) {
  long long there = 0;
  sql << "SELECT COUNT(*) FROM users WHERE name = :name", soci::use(name), soci::into(there);
  if (there == 0) {
    return fail(ErrorCode::kNotFound, "there is no user {}", name.substr(0, kUserNameBytesMax));
  }
  return {};
}

}  // namespace

Status check_user_name(std::string_view name) {
  const bool good = !name.empty() && name.size() <= kUserNameBytesMax &&
                    std::ranges::all_of(name, is_name_byte) &&
                    ((name[0] >= 'a' && name[0] <= 'z') || is_digit(name[0])) &&
                    !name.starts_with("tok_");
  if (!good) {
    return fail(
        ErrorCode::kInvalid,
        "a user name has 1 to {} of a-z, 0-9, \".\", \"_\", \"-\", \"@\", and begins with a "
        "letter or a digit",
        kUserNameBytesMax);
  }
  return {};
}

UserStore::UserStore(StateDb& db, Clock& clock, PasswordCost cost, BackoffLimits backoff)
    : db_(db), clock_(clock), hasher_(cost), backoff_(backoff, clock) {}

Result<std::unique_ptr<UserStore>> UserStore::open(StateDb& db, Clock& clock, PasswordCost cost,
                                                   BackoffLimits backoff) {
  if (sodium_init() < 0) {
    return fail(ErrorCode::kInternal, "libsodium found no source of randomness");
  }
  TRY(migrate_accounts(db));
  auto store = std::unique_ptr<UserStore>(new UserStore(db, clock, cost, backoff));
  std::string random(kDecoyBytes, '\0');
  randombytes_buf(random.data(), random.size());
  TRY_ASSIGN(store->decoy_, PasswordHasher(cost).hash(base64_encode(random)));
  return store;
}

Status UserStore::add(const NewUser& user) {
  TRY(check_user_name(user.name));
  TRY(check_password(user.password, user.name));
  TRY_ASSIGN(const std::string hash, hasher_.hash(user.password));
  const std::string role(role_name(user.role));
  const long long created = clock_.now().value;
  return db_.write("adding a user", [&](soci::session& sql) -> Status {
    long long users = 0;
    long long same = 0;
    sql << "SELECT COUNT(*) FROM users", soci::into(users);
    sql << "SELECT COUNT(*) FROM users WHERE name = :name", soci::use(user.name), soci::into(same);
    if (same > 0) {
      return fail(ErrorCode::kConflict, "there is a user {} already", user.name);
    }
    if (users >= kUsersMax) {
      return fail(ErrorCode::kExhausted, "there are {} users already", users);
    }
    sql << "INSERT INTO users (name, role, password, created_by, created_us, disabled) "
           "VALUES (:name, :role, :password, :by, :created, 0)",
        soci::use(user.name), soci::use(role), soci::use(hash), soci::use(user.created_by),
        soci::use(created);
    return {};
  });
}

Status UserStore::change(const std::string& name, const UserChange& change) {
  std::string hash;
  if (change.password) {
    TRY(check_password(*change.password, name));
    TRY_ASSIGN(hash, hasher_.hash(*change.password));
  }
  const Status changed = db_.write("changing a user", [&](soci::session& sql) -> Status {
    TRY(must_exist(sql, name));
    return keeping_an_admin(sql, [&]() -> Status {
      if (change.role) {
        const std::string role(role_name(*change.role));
        sql << "UPDATE users SET role = :role WHERE name = :name", soci::use(role), soci::use(name);
      }
      if (change.password) {
        sql << "UPDATE users SET password = :password WHERE name = :name", soci::use(hash),
            soci::use(name);
      }
      if (change.disabled) {
        const long long disabled = *change.disabled ? 1 : 0;
        sql << "UPDATE users SET disabled = :disabled WHERE name = :name", soci::use(disabled),
            soci::use(name);
      }
      sql << "DELETE FROM sessions WHERE user_name = :name", soci::use(name);
      return {};
    });
  });
  TRY(changed);
  if (change.password) {
    backoff_.succeeded(name);
  }
  return {};
}

Status UserStore::remove(const std::string& name) {
  return db_.write("removing a user", [&](soci::session& sql) -> Status {
    TRY(must_exist(sql, name));
    return keeping_an_admin(sql, [&]() -> Status {
      sql << "DELETE FROM sessions WHERE user_name = :name", soci::use(name);
      sql << "DELETE FROM users WHERE name = :name", soci::use(name);
      return {};
    });
  });
}

Result<std::vector<UserInfo>> UserStore::select(const std::string* name) {
  std::vector<UserInfo> users;
  TRY(db_.read("listing users", [&](soci::session& sql) -> Status {
    std::string found;
    std::string role;
    std::string by;
    long long created = 0;
    long long last = 0;
    long long disabled = 0;
    long long sessions = 0;
    soci::indicator has_last = soci::i_null;
    const std::string wanted = name == nullptr ? std::string() : *name;
    const long long all = name == nullptr ? 1 : 0;
    soci::statement rows =
        (sql.prepare << "SELECT name, role, created_by, created_us, last_login_us, disabled, "
                        "(SELECT COUNT(*) FROM sessions WHERE user_name = name) FROM users "
                        "WHERE :all = 1 OR name = :name ORDER BY name",
         soci::use(all), soci::use(wanted), soci::into(found), soci::into(role), soci::into(by),
         soci::into(created), soci::into(last, has_last), soci::into(disabled),
         soci::into(sessions));
    rows.execute();
    while (rows.fetch()) {
      UserInfo info;
      info.name = found;
      info.role = parse_role(role).value_or(Role::kViewer);
      info.created_by = by;
      info.created = Micros(created);
      if (has_last == soci::i_ok) {
        info.last_login = Micros(last);
      }
      info.disabled = disabled != 0;
      info.sessions = static_cast<std::int64_t>(sessions);
      users.push_back(std::move(info));
    }
    return {};
  }));
  for (UserInfo& user : users) {
    if (const Span wait = backoff_.wait(user.name); wait > Span(0)) {
      user.locked_until = clock_.now() + wait;
    }
  }
  return users;
}

Result<std::vector<UserInfo>> UserStore::list() {
  return select(nullptr);
}

Result<UserInfo> UserStore::get(const std::string& name) {
  TRY_ASSIGN(std::vector<UserInfo> found, select(&name));
  if (found.empty()) {
    return fail(ErrorCode::kNotFound, "there is no user {}", name.substr(0, kUserNameBytesMax));
  }
  return std::move(found[0]);
}

Result<bool> UserStore::any() {
  long long users = 0;
  TRY(db_.read("counting users", [&](soci::session& sql) -> Status {
    sql << "SELECT COUNT(*) FROM users", soci::into(users);
    return {};
  }));
  return users > 0;
}

Result<LogIn> UserStore::log_in(const std::string& given, std::string_view password) {
  // What can be no name is one name that nobody has.
  const std::string name = check_user_name(given) ? given : std::string();
  if (const Span wait = backoff_.wait(name); wait > Span(0)) {
    return LogIn{.outcome = LogIn::Outcome::kLocked, .role = Role::kViewer, .wait = wait};
  }
  std::string hash;
  std::string role;
  long long disabled = 0;
  TRY(db_.read("looking up a user", [&](soci::session& sql) -> Status {
    sql << "SELECT password, role, disabled FROM users WHERE name = :name", soci::use(name),
        soci::into(hash), soci::into(role), soci::into(disabled);
    return {};
  }));
  const bool known = !hash.empty() && disabled == 0;
  const std::string_view tried = password.substr(0, kPasswordBytesMax + 1);
  TRY_ASSIGN(const bool fits, hasher_.fits(hash.empty() ? decoy_ : hash, tried));
  const std::optional<Role> is = parse_role(role);
  if (!known || !fits || !is) {
    return LogIn{
        .outcome = LogIn::Outcome::kWrong, .role = Role::kViewer, .wait = backoff_.failed(name)};
  }
  backoff_.succeeded(name);
  const long long now = clock_.now().value;
  TRY(db_.write("noting a log-in", [&](soci::session& sql) -> Status {
    sql << "UPDATE users SET last_login_us = :now WHERE name = :name", soci::use(now),
        soci::use(name);
    return {};
  }));
  return LogIn{.outcome = LogIn::Outcome::kGood, .role = *is, .wait = Span(0)};
}

}  // namespace tocsin
