#include "alert/exception_rows.h"

#include <array>

#include <simdjson.h>

#include "base/json_writer.h"
#include "base/utf8.h"

namespace tocsin {
namespace {

constexpr std::size_t kKeyBytesMax = 1'024;

const std::array kMigrations = {
    Migration{
        1,
        "exceptions, and what they silenced",
        {"CREATE TABLE alert_exceptions (id TEXT PRIMARY KEY, rule TEXT NOT NULL, "
         "conditions TEXT NOT NULL, schedule TEXT NOT NULL, owner TEXT NOT NULL, "
         "reason TEXT NOT NULL, alert_id TEXT NOT NULL, created_us BIGINT NOT NULL, "
         "created_by TEXT NOT NULL, expires_us BIGINT NOT NULL, ended_us BIGINT NOT NULL, "
         "ended_by TEXT NOT NULL)",
         "CREATE TABLE alert_silenced (identity TEXT PRIMARY KEY, exception_id TEXT NOT NULL, "
         "rule_id TEXT NOT NULL, title TEXT NOT NULL, key_text TEXT NOT NULL, "
         "findings BIGINT NOT NULL, first_us BIGINT NOT NULL, last_us BIGINT NOT NULL, "
         "last_seq BIGINT NOT NULL)",
         "CREATE INDEX alert_silenced_by_exception ON alert_silenced (exception_id, last_us)",
         "CREATE TABLE alert_exception_counts (exception_id TEXT PRIMARY KEY, "
         "findings BIGINT NOT NULL, last_us BIGINT NOT NULL)"}},
};

std::string conditions_json(const std::vector<ExceptionCondition>& conditions) {
  JsonWriter json;
  json.begin_array();
  for (const ExceptionCondition& condition : conditions) {
    json.value(condition.field).value(condition.value);
  }
  return json.end_array().take();
}

std::vector<ExceptionCondition> conditions_of(const std::string& text) {
  std::vector<std::string> words;
  simdjson::dom::parser parser;
  simdjson::dom::array array;
  if (parser.parse(text).get(array) == simdjson::SUCCESS) {
    for (const simdjson::dom::element element : array) {
      std::string_view word;
      if (element.get(word) == simdjson::SUCCESS) {
        words.emplace_back(word);
      }
    }
  }
  std::vector<ExceptionCondition> conditions;
  for (std::size_t i = 0; i + 1 < words.size(); i += 2) {
    conditions.push_back({words[i], words[i + 1]});
  }
  return conditions;
}

std::string shown(std::string_view text) {
  return std::string(utf8_prefix(to_valid_utf8(text.substr(0, kKeyBytesMax + 4)), kKeyBytesMax));
}

}  // namespace

std::span<const Migration> exception_migrations() {
  return kMigrations;
}

void ExceptionRows::insert(const AlertException& exception) {
  const ExceptionSpec& spec = exception.spec;
  const std::string conditions = conditions_json(spec.where);
  const long long created = exception.created.value;
  const long long expires = exception.expires.value;
  sql_ << "INSERT INTO alert_exceptions (id, rule, conditions, schedule, owner, reason, alert_id, "
          "created_us, created_by, expires_us, ended_us, ended_by) VALUES (:id, :rule, "
          ":conditions, :schedule, :owner, :reason, :alert, :created, :by, :expires, 0, '')",
      soci::use(exception.id, "id"), soci::use(spec.rule, "rule"),
      soci::use(conditions, "conditions"), soci::use(spec.schedule, "schedule"),
      soci::use(spec.owner, "owner"), soci::use(spec.reason, "reason"),
      soci::use(spec.alert_id, "alert"), soci::use(created, "created"),
      soci::use(exception.created_by, "by"), soci::use(expires, "expires");
}

void ExceptionRows::end(const std::string& id, const std::string& who, Micros now) {
  const long long at = now.value;
  sql_ << "UPDATE alert_exceptions SET ended_us = :at, ended_by = :who WHERE id = :id AND "
          "ended_us = 0",
      soci::use(at, "at"), soci::use(who, "who"), soci::use(id, "id");
}

std::vector<AlertException> ExceptionRows::list() {
  return read("");
}

std::optional<AlertException> ExceptionRows::get(const std::string& id) {
  std::vector<AlertException> found = id.empty() ? std::vector<AlertException>() : read(id);
  return found.empty() ? std::nullopt : std::optional(std::move(found.front()));
}

// All when `id` is empty.
std::vector<AlertException> ExceptionRows::read(const std::string& id) {
  std::vector<AlertException> all;
  AlertException one;
  std::string conditions;
  long long created = 0, expires = 0, ended = 0, findings = 0, last = 0;
  soci::statement statement =
      (sql_.prepare
           << "SELECT e.id, e.rule, e.conditions, e.schedule, e.owner, e.reason, e.alert_id, "
              "e.created_us, e.created_by, e.expires_us, e.ended_us, COALESCE(c.findings, 0), "
              "COALESCE(c.last_us, 0) FROM alert_exceptions e LEFT JOIN alert_exception_counts c "
              "ON c.exception_id = e.id WHERE (:id = '' OR e.id = :same) "
              "ORDER BY e.created_us DESC, e.id",
       soci::use(id, "id"), soci::use(id, "same"), soci::into(one.id), soci::into(one.spec.rule),
       soci::into(conditions), soci::into(one.spec.schedule), soci::into(one.spec.owner),
       soci::into(one.spec.reason), soci::into(one.spec.alert_id), soci::into(created),
       soci::into(one.created_by), soci::into(expires), soci::into(ended), soci::into(findings),
       soci::into(last));
  statement.execute();
  while (statement.fetch()) {
    one.spec.where = conditions_of(conditions);
    one.created = Micros(created);
    one.expires = Micros(expires);
    one.spec.expires = one.expires;
    one.ended = ended == 0 ? std::nullopt : std::optional(Micros(ended));
    one.findings = static_cast<std::uint64_t>(findings);
    one.last = last == 0 ? std::nullopt : std::optional(Micros(last));
    all.push_back(one);
  }
  return all;
}

std::uint64_t ExceptionRows::count() {
  long long rows = 0;
  sql_ << "SELECT COUNT(*) FROM alert_exceptions", soci::into(rows);
  return static_cast<std::uint64_t>(rows);
}

void ExceptionRows::add_silenced(const std::string& exception_id, const std::string& identity,
                                 const Finding& finding) {
  const std::string title = shown(finding.rule->title);
  const std::string key = shown(key_text(finding.key));
  const long long first = finding.first.value;
  const long long last = finding.time.value;
  const auto seq = static_cast<long long>(finding.seq.value);
  sql_ << "INSERT INTO alert_silenced (identity, exception_id, rule_id, title, key_text, findings, "
          "first_us, last_us, last_seq) VALUES (:identity, :exception, :rule, :title, :key, 1, "
          ":first, :last, :seq) ON CONFLICT (identity) DO UPDATE SET "
          "exception_id = excluded.exception_id, title = excluded.title, "
          "findings = alert_silenced.findings + 1, last_us = excluded.last_us, "
          "last_seq = excluded.last_seq",
      soci::use(identity, "identity"), soci::use(exception_id, "exception"),
      soci::use(finding.rule->id, "rule"), soci::use(title, "title"), soci::use(key, "key"),
      soci::use(first, "first"), soci::use(last, "last"), soci::use(seq, "seq");
  sql_
      << "INSERT INTO alert_exception_counts (exception_id, findings, last_us) VALUES (:exception, "
         "1, :last) ON CONFLICT (exception_id) DO UPDATE SET "
         "findings = alert_exception_counts.findings + 1, last_us = excluded.last_us",
      soci::use(exception_id, "exception"), soci::use(last, "last");
}

Seq ExceptionRows::silenced_through(const std::string& identity) {
  long long seq = 0;
  sql_ << "SELECT COALESCE(MAX(last_seq), 0) FROM alert_silenced WHERE identity = :identity",
      soci::use(identity), soci::into(seq);
  return Seq(static_cast<std::uint64_t>(seq));
}

std::vector<SilencedKey> ExceptionRows::silenced(const std::string& id, std::size_t limit) {
  std::vector<SilencedKey> keys;
  SilencedKey one;
  const auto rows = static_cast<long long>(limit);
  long long findings = 0, first = 0, last = 0;
  soci::statement statement =
      (sql_.prepare << "SELECT rule_id, title, key_text, findings, first_us, last_us FROM "
                       "alert_silenced WHERE exception_id = :id ORDER BY last_us DESC LIMIT :rows",
       soci::use(id, "id"), soci::use(rows, "rows"), soci::into(one.rule_id), soci::into(one.title),
       soci::into(one.key), soci::into(findings), soci::into(first), soci::into(last));
  statement.execute();
  while (statement.fetch()) {
    one.findings = static_cast<std::uint64_t>(findings);
    one.first = Micros(first);
    one.last = Micros(last);
    keys.push_back(one);
  }
  return keys;
}

}  // namespace tocsin
