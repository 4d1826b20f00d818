#include "access/account_tables.h"

#include <array>

namespace tocsin {
namespace {

const std::array kMigrations = {
    Migration{1,
              "users and their sessions",
              {"CREATE TABLE users ("
               "name TEXT PRIMARY KEY, role TEXT NOT NULL, password TEXT NOT NULL, "
               "created_by TEXT NOT NULL, created_us BIGINT NOT NULL, last_login_us BIGINT, "
               "disabled BIGINT NOT NULL)",
               "CREATE TABLE sessions ("
               "hash TEXT PRIMARY KEY, "
               "user_name TEXT NOT NULL REFERENCES users(name) ON DELETE CASCADE, "
               "peer TEXT NOT NULL, created_us BIGINT NOT NULL, seen_us BIGINT NOT NULL)",
               "CREATE INDEX sessions_by_user ON sessions (user_name, created_us)"}},
};

}  // namespace

Status migrate_accounts(StateDb& db) {
  return db.migrate("accounts", kMigrations);
}

}  // namespace tocsin
