#include "respond/receipt_rows.h"

#include <array>

#include <fmt/format.h>

#include "base/text.h"

namespace tocsin {
namespace {

const std::array kMigrations = {
    Migration{1,
              "enforcers and their receipts",
              {"CREATE TABLE enforcers (name TEXT PRIMARY KEY, kind TEXT NOT NULL, version TEXT "
               "NOT NULL, "
               "address TEXT NOT NULL, key_id TEXT NOT NULL, first_seen_us BIGINT NOT NULL, "
               "last_seen_us BIGINT NOT NULL, given_through BIGINT NOT NULL, "
               "applied_through BIGINT NOT NULL, standing BIGINT, covers TEXT NOT NULL, "
               "has_left INTEGER NOT NULL)",
               "CREATE TABLE enforcer_counts (enforcer TEXT NOT NULL, origin TEXT NOT NULL, "
               "packets BIGINT NOT NULL, bytes BIGINT NOT NULL, requests BIGINT NOT NULL, "
               "PRIMARY KEY (enforcer, origin))",
               "CREATE TABLE receipts (enforcer TEXT NOT NULL, taken INTEGER NOT NULL, "
               "through_id BIGINT NOT NULL, from_id BIGINT NOT NULL, at_us BIGINT NOT NULL, "
               "PRIMARY KEY (enforcer, taken, through_id))",
               "CREATE INDEX receipts_at ON receipts (at_us)",
               "CREATE TABLE receipt_faults (decision BIGINT NOT NULL, enforcer TEXT NOT NULL, "
               "why TEXT NOT NULL, at_us BIGINT NOT NULL, PRIMARY KEY (decision, enforcer))",
               "CREATE INDEX receipt_faults_at ON receipt_faults (at_us)"}},
};

long long number(std::uint64_t value) {
  return static_cast<long long>(value);
}

void read_counts(soci::session& sql, EnforcerInfo& info) {
  std::string origin;
  long long packets = 0;
  long long bytes = 0;
  long long requests = 0;
  soci::statement rows =
      (sql.prepare << "SELECT origin, packets, bytes, requests FROM enforcer_counts "
                      "WHERE enforcer = :e ORDER BY origin",
       soci::use(info.name), soci::into(origin), soci::into(packets), soci::into(bytes),
       soci::into(requests));
  rows.execute();
  while (rows.fetch()) {
    info.counts.push_back({origin, static_cast<std::uint64_t>(packets),
                           static_cast<std::uint64_t>(bytes),
                           static_cast<std::uint64_t>(requests)});
  }
}

}  // namespace

std::span<const Migration> receipt_migrations() {
  return kMigrations;
}

std::vector<EnforcerInfo> read_enforcers(soci::session& sql) {
  std::vector<EnforcerInfo> all;
  EnforcerInfo info;
  std::string covers;
  long long first = 0;
  long long last = 0;
  long long given = 0;
  long long applied = 0;
  long long standing = 0;
  int has_left = 0;
  soci::indicator has_standing = soci::i_null;
  soci::statement rows =
      (sql.prepare << "SELECT name, kind, version, address, key_id, first_seen_us, last_seen_us, "
                      "given_through, applied_through, standing, covers, has_left FROM enforcers",
       soci::into(info.name), soci::into(info.kind), soci::into(info.version),
       soci::into(info.address), soci::into(info.key_id), soci::into(first), soci::into(last),
       soci::into(given), soci::into(applied), soci::into(standing, has_standing),
       soci::into(covers), soci::into(has_left));
  rows.execute();
  while (rows.fetch()) {
    info.first_seen = Micros(first);
    info.last_seen = Micros(last);
    info.given_through = static_cast<std::uint64_t>(given);
    info.applied_through = static_cast<std::uint64_t>(applied);
    info.standing = has_standing == soci::i_ok ? std::optional(static_cast<std::uint64_t>(standing))
                                               : std::nullopt;
    info.left = has_left != 0;
    info.covers.clear();
    for (const std::string_view word : split(covers, ',')) {
      if (!word.empty()) {
        info.covers.emplace_back(word);
      }
    }
    all.push_back(info);
  }
  for (EnforcerInfo& each : all) {
    read_counts(sql, each);
  }
  return all;
}

void write_enforcer(soci::session& sql, const EnforcerInfo& info) {
  const std::string covers = fmt::format("{}", fmt::join(info.covers, ","));
  long long standing = number(info.standing.value_or(0));
  soci::indicator has_standing = info.standing ? soci::i_ok : soci::i_null;
  const long long first = info.first_seen.value;
  const long long last = info.last_seen.value;
  const long long given = number(info.given_through);
  const long long applied = number(info.applied_through);
  const int has_left = info.left ? 1 : 0;
  sql << "INSERT INTO enforcers (name, kind, version, address, key_id, first_seen_us, "
         "last_seen_us, given_through, applied_through, standing, covers, has_left) VALUES "
         "(:n, :k, :v, :a, :i, :f, :l, :g, :p, :s, :c, :h) ON CONFLICT (name) DO UPDATE SET "
         "kind = excluded.kind, version = excluded.version, address = excluded.address, "
         "key_id = excluded.key_id, last_seen_us = excluded.last_seen_us, "
         "given_through = excluded.given_through, applied_through = excluded.applied_through, "
         "standing = excluded.standing, covers = excluded.covers, has_left = excluded.has_left",
      soci::use(info.name), soci::use(info.kind), soci::use(info.version), soci::use(info.address),
      soci::use(info.key_id), soci::use(first), soci::use(last), soci::use(given),
      soci::use(applied), soci::use(standing, has_standing), soci::use(covers), soci::use(has_left);
  for (const EnforcedCount& count : info.counts) {
    const long long packets = number(count.packets);
    const long long bytes = number(count.bytes);
    const long long requests = number(count.requests);
    sql << "INSERT INTO enforcer_counts (enforcer, origin, packets, bytes, requests) VALUES "
           "(:e, :o, :p, :b, :r) ON CONFLICT (enforcer, origin) DO UPDATE SET "
           "packets = excluded.packets, bytes = excluded.bytes, requests = excluded.requests",
        soci::use(info.name), soci::use(count.origin), soci::use(packets), soci::use(bytes),
        soci::use(requests);
  }
}

void forget_enforcer(soci::session& sql, const std::string& name) {
  sql << "DELETE FROM enforcers WHERE name = :n", soci::use(name);
  sql << "DELETE FROM enforcer_counts WHERE enforcer = :n", soci::use(name);
  sql << "DELETE FROM receipts WHERE enforcer = :n", soci::use(name);
  sql << "DELETE FROM receipt_faults WHERE enforcer = :n", soci::use(name);
}

void write_receipt(soci::session& sql, const std::string& enforcer, Taken taken, std::uint64_t from,
                   std::uint64_t through, Micros at) {
  const int kind = static_cast<int>(taken);
  const long long low = number(from);
  const long long high = number(through);
  const long long when = at.value;
  sql << "INSERT INTO receipts (enforcer, taken, through_id, from_id, at_us) VALUES "
         "(:e, :t, :h, :l, :a) ON CONFLICT (enforcer, taken, through_id) DO NOTHING",
      soci::use(enforcer), soci::use(kind), soci::use(high), soci::use(low), soci::use(when);
}

std::optional<Micros> read_receipt(soci::session& sql, const std::string& enforcer, Taken taken,
                                   std::uint64_t decision) {
  const int kind = static_cast<int>(taken);
  const long long id = number(decision);
  long long from = 0;
  long long at = 0;
  sql << "SELECT from_id, at_us FROM receipts WHERE enforcer = :e AND taken = :t AND "
         "through_id >= :i ORDER BY through_id LIMIT 1",
      soci::use(enforcer), soci::use(kind), soci::use(id), soci::into(from), soci::into(at);
  return sql.got_data() && from < id ? std::optional(Micros(at)) : std::nullopt;
}

void write_fault(soci::session& sql, const std::string& enforcer, const FailedDecision& failed,
                 Micros at) {
  const long long id = number(failed.id);
  const long long when = at.value;
  sql << "INSERT INTO receipt_faults (decision, enforcer, why, at_us) VALUES (:d, :e, :w, :a) "
         "ON CONFLICT (decision, enforcer) DO UPDATE SET why = excluded.why, at_us = "
         "excluded.at_us",
      soci::use(id), soci::use(enforcer), soci::use(failed.why), soci::use(when);
}

std::string read_fault(soci::session& sql, const std::string& enforcer, std::uint64_t decision) {
  const long long id = number(decision);
  std::string why;
  sql << "SELECT why FROM receipt_faults WHERE decision = :d AND enforcer = :e", soci::use(id),
      soci::use(enforcer), soci::into(why);
  return sql.got_data() ? why : std::string();
}

void prune_receipts(soci::session& sql, Micros before, std::size_t faults_max) {
  const long long oldest = before.value;
  const long long most = number(faults_max);
  sql << "DELETE FROM receipts WHERE at_us < :b", soci::use(oldest);
  sql << "DELETE FROM receipt_faults WHERE at_us < :b", soci::use(oldest);
  sql << "DELETE FROM receipt_faults WHERE at_us < (SELECT at_us FROM receipt_faults "
         "ORDER BY at_us DESC LIMIT 1 OFFSET :m)",
      soci::use(most);
}

}  // namespace tocsin
