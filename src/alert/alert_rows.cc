#include "alert/alert_rows.h"

#include <array>

#include <fmt/format.h>
#include <simdjson.h>

#include "alert/baseline_text.h"
#include "base/json_writer.h"

namespace tocsin {
namespace {

constexpr std::string_view kColumns =
    "id, identity, rule_id, rule_version, title, level, tags, key_parts, state, verdict, "
    "assignee, note, first_us, last_us, opened_us, updated_us, findings, events, last_seq, "
    "samples, sentence, baseline";

const std::array kMigrations = {
    Migration{
        1,
        "alerts, their keys, their history, and how far findings are folded",
        {"CREATE TABLE alerts (id TEXT PRIMARY KEY, identity TEXT NOT NULL, "
         "rule_id TEXT NOT NULL, rule_version TEXT NOT NULL, title TEXT NOT NULL, "
         "level BIGINT NOT NULL, tags TEXT NOT NULL, key_parts TEXT NOT NULL, "
         "state BIGINT NOT NULL, verdict BIGINT NOT NULL, assignee TEXT NOT NULL, "
         "note TEXT NOT NULL, first_us BIGINT NOT NULL, last_us BIGINT NOT NULL, "
         "opened_us BIGINT NOT NULL, updated_us BIGINT NOT NULL, findings BIGINT NOT NULL, "
         "events BIGINT NOT NULL, last_seq BIGINT NOT NULL, samples TEXT NOT NULL, "
         "sentence TEXT NOT NULL)",
         "CREATE INDEX alerts_by_identity ON alerts (identity, last_seq)",
         "CREATE INDEX alerts_by_last ON alerts (last_us, id)",
         "CREATE INDEX alerts_by_rule ON alerts (rule_id, state)",
         "CREATE TABLE alert_keys (alert_id TEXT NOT NULL REFERENCES alerts (id) "
         "ON DELETE CASCADE, n BIGINT NOT NULL, field TEXT NOT NULL, value TEXT NOT NULL, "
         "PRIMARY KEY (alert_id, n))",
         "CREATE INDEX alert_keys_by_value ON alert_keys (value, field)",
         "CREATE TABLE alert_changes (alert_id TEXT NOT NULL REFERENCES alerts (id) "
         "ON DELETE CASCADE, n BIGINT NOT NULL, at_us BIGINT NOT NULL, who TEXT NOT NULL, "
         "what TEXT NOT NULL, old_value TEXT NOT NULL, new_value TEXT NOT NULL, "
         "PRIMARY KEY (alert_id, n))",
         "CREATE TABLE alert_progress (one BIGINT PRIMARY KEY, through_seq BIGINT NOT NULL)"}},
    Migration{2,
              "what a monitor expected",
              {"ALTER TABLE alerts ADD COLUMN baseline TEXT NOT NULL DEFAULT ''"}},
};

std::string json_texts(const std::vector<std::string>& texts) {
  JsonWriter json;
  json.begin_array();
  for (const std::string& text : texts) {
    json.value(text);
  }
  return json.end_array().take();
}

// A cell that was damaged on disk gives what could be read before the damage.
std::vector<std::string> texts_of(const std::string& json) {
  std::vector<std::string> texts;
  simdjson::dom::parser parser;
  simdjson::dom::array array;
  if (parser.parse(json).get(array) != simdjson::SUCCESS) {
    return texts;
  }
  for (const simdjson::dom::element element : array) {
    std::string_view text;
    if (element.get(text) == simdjson::SUCCESS) {
      texts.emplace_back(text);
    }
  }
  return texts;
}

std::string json_seqs(const std::vector<Seq>& seqs) {
  JsonWriter json;
  json.begin_array();
  for (const Seq seq : seqs) {
    json.value(seq.value);
  }
  return json.end_array().take();
}

std::vector<Seq> seqs_of(const std::string& json) {
  std::vector<Seq> seqs;
  simdjson::dom::parser parser;
  simdjson::dom::array array;
  if (parser.parse(json).get(array) != simdjson::SUCCESS) {
    return seqs;
  }
  for (const simdjson::dom::element element : array) {
    std::uint64_t number = 0;
    if (element.get(number) == simdjson::SUCCESS) {
      seqs.emplace_back(number);
    }
  }
  return seqs;
}

std::string json_key(const std::vector<KeyPart>& key) {
  std::vector<std::string> texts;
  for (const KeyPart& part : key) {
    texts.push_back(part.field);
    texts.push_back(part.value);
  }
  return json_texts(texts);
}

std::vector<KeyPart> key_of(const std::string& json) {
  const std::vector<std::string> texts = texts_of(json);
  std::vector<KeyPart> key;
  for (std::size_t i = 0; i + 1 < texts.size(); i += 2) {
    key.push_back({texts[i], texts[i + 1]});
  }
  return key;
}

template <class E>
E enum_of(long long stored, E highest) {
  const bool known = stored >= 0 && stored <= static_cast<long long>(highest);
  return known ? static_cast<E>(stored) : E{};
}

long long number(std::uint64_t value) {
  return static_cast<long long>(value);
}
std::uint64_t unsigned_of(long long stored) {
  return static_cast<std::uint64_t>(stored);
}

}  // namespace

// The columns of an alert, bound by address.
struct AlertRows::Row {
  std::string id, identity, rule_id, rule_version, title, tags, key_parts, assignee, note, samples,
      sentence, baseline;
  long long level = 0, state = 0, verdict = 0, first = 0, last = 0, opened = 0, updated = 0,
            findings = 0, events = 0, last_seq = 0;

  // In the order of kColumns.
  template <class Visit>
  void visit(Visit each) {
    each(id, "id");
    each(identity, "identity");
    each(rule_id, "rule_id");
    each(rule_version, "rule_version");
    each(title, "title");
    each(level, "level");
    each(tags, "tags");
    each(key_parts, "key_parts");
    each(state, "state");
    each(verdict, "verdict");
    each(assignee, "assignee");
    each(note, "note");
    each(first, "first_us");
    each(last, "last_us");
    each(opened, "opened_us");
    each(updated, "updated_us");
    each(findings, "findings");
    each(events, "events");
    each(last_seq, "last_seq");
    each(samples, "samples");
    each(sentence, "sentence");
    each(baseline, "baseline");
  }

  void set(const FoldedAlert& from);
  FoldedAlert get() const;
};

void AlertRows::Row::set(const FoldedAlert& from) {
  const Alert& alert = from.alert;
  id = alert.id;
  identity = from.identity;
  rule_id = alert.rule_id;
  rule_version = alert.rule_version;
  title = alert.title;
  level = static_cast<long long>(alert.level);
  tags = json_texts(alert.tags);
  key_parts = json_key(alert.key);
  state = static_cast<long long>(alert.state);
  verdict = static_cast<long long>(alert.verdict);
  assignee = alert.assignee;
  note = alert.note;
  first = alert.first.value;
  last = alert.last.value;
  opened = alert.opened.value;
  updated = alert.updated.value;
  findings = number(alert.findings);
  events = number(alert.events);
  last_seq = number(alert.last_seq.value);
  samples = json_seqs(alert.samples);
  sentence = alert.sentence;
  baseline = baseline_text(alert.baseline.get());
}

FoldedAlert AlertRows::Row::get() const {
  FoldedAlert row;
  row.identity = identity;
  Alert& alert = row.alert;
  alert.id = id;
  alert.rule_id = rule_id;
  alert.rule_version = rule_version;
  alert.title = title;
  alert.level = enum_of(level, Level::kCritical);
  alert.tags = texts_of(tags);
  alert.key = key_of(key_parts);
  alert.state = enum_of(state, AlertState::kClosed);
  alert.verdict = enum_of(verdict, AlertVerdict::kFalsePositive);
  alert.assignee = assignee;
  alert.note = note;
  alert.first = Micros(first);
  alert.last = Micros(last);
  alert.opened = Micros(opened);
  alert.updated = Micros(updated);
  alert.findings = unsigned_of(findings);
  alert.events = unsigned_of(events);
  alert.last_seq = Seq(unsigned_of(last_seq));
  alert.samples = seqs_of(samples);
  alert.sentence = sentence;
  alert.baseline = baseline_of(baseline);
  return row;
}

// Statements that a flood of findings runs again and again.
struct AlertRows::Prepared {
  explicit Prepared(soci::session& sql) : newest(sql), insert(sql), insert_key(sql), update(sql) {
    std::string names;
    std::string assignments;
    out.visit([&](auto& member, const char* name) {
      newest.exchange(soci::into(member));
      const std::string column(name);
      names += (names.empty() ? ":" : ", :") + column;
      if (column != "id") {
        assignments += (assignments.empty() ? "" : ", ") + column + " = :" + column;
      }
    });
    in.visit([&](auto& member, const char* name) {
      insert.exchange(soci::use(member, name));
      update.exchange(soci::use(member, name));
    });
    newest.exchange(soci::use(identity, "identity"));
    prepare(newest, fmt::format("SELECT {} FROM alerts WHERE identity = :identity "
                                "ORDER BY last_seq DESC LIMIT 1",
                                kColumns));
    prepare(insert, fmt::format("INSERT INTO alerts ({}) VALUES ({})", kColumns, names));
    prepare(update, fmt::format("UPDATE alerts SET {} WHERE id = :id", assignments));
    insert_key.exchange(soci::use(key_id, "id"));
    insert_key.exchange(soci::use(key_n, "n"));
    insert_key.exchange(soci::use(key_field, "field"));
    insert_key.exchange(soci::use(key_value, "value"));
    prepare(insert_key,
            "INSERT INTO alert_keys (alert_id, n, field, value) VALUES (:id, :n, :field, :value)");
  }

  static void prepare(soci::statement& statement, const std::string& text) {
    statement.alloc();
    statement.prepare(text);
    statement.define_and_bind();
  }

  Row in;
  Row out;
  std::string identity;
  std::string key_id, key_field, key_value;
  long long key_n = 0;
  soci::statement newest;
  soci::statement insert;
  soci::statement insert_key;
  soci::statement update;
};

std::span<const Migration> alert_migrations() {
  return kMigrations;
}

AlertRows::AlertRows(soci::session& sql) : sql_(sql) {}
AlertRows::~AlertRows() = default;

std::optional<FoldedAlert> AlertRows::newest_of(const std::string& identity) {
  if (prepared_ == nullptr) {
    prepared_ = std::make_unique<Prepared>(sql_);
  }
  prepared_->identity = identity;
  if (!prepared_->newest.execute(true)) {
    return std::nullopt;
  }
  return prepared_->out.get();
}

void AlertRows::insert(const FoldedAlert& alert) {
  if (prepared_ == nullptr) {
    prepared_ = std::make_unique<Prepared>(sql_);
  }
  prepared_->in.set(alert);
  prepared_->insert.execute(true);
  prepared_->key_id = alert.alert.id;
  prepared_->key_n = 0;
  for (const KeyPart& part : alert.alert.key) {
    ++prepared_->key_n;
    prepared_->key_field = part.field;
    prepared_->key_value = part.value;
    prepared_->insert_key.execute(true);
  }
}

void AlertRows::update(const FoldedAlert& alert) {
  if (prepared_ == nullptr) {
    prepared_ = std::make_unique<Prepared>(sql_);
  }
  prepared_->in.set(alert);
  prepared_->update.execute(true);
}

std::optional<FoldedAlert> AlertRows::by_id(const std::string& id) {
  Row row;
  soci::statement statement(sql_);
  row.visit([&](auto& member, const char*) { statement.exchange(soci::into(member)); });
  statement.exchange(soci::use(id, "id"));
  Prepared::prepare(statement, fmt::format("SELECT {} FROM alerts WHERE id = :id", kColumns));
  if (!statement.execute(true)) {
    return std::nullopt;
  }
  return row.get();
}

std::vector<std::string> AlertRows::ids_with_prefix(const std::string& prefix) {
  // Ids are hexadecimal: 'g' is past every one that begins with the prefix.
  const std::string past = prefix + "g";
  std::vector<std::string> ids;
  std::string id;
  soci::statement statement =
      (sql_.prepare << "SELECT id FROM alerts WHERE id >= :low AND id < :high LIMIT 2",
       soci::use(prefix), soci::use(past), soci::into(id));
  statement.execute();
  while (statement.fetch()) {
    ids.push_back(id);
  }
  return ids;
}

std::vector<Alert> AlertRows::select(SqlFilter& filter, std::size_t limit) {
  std::vector<Alert> alerts;
  Row row;
  const auto rows = static_cast<long long>(limit);
  soci::statement statement(sql_);
  row.visit([&](auto& member, const char*) { statement.exchange(soci::into(member)); });
  filter.bind(statement);
  statement.exchange(soci::use(rows, "rows"));
  Prepared::prepare(statement, fmt::format("SELECT {} FROM alerts{} ORDER BY last_us DESC, id DESC "
                                           "LIMIT :rows",
                                           kColumns, filter.where()));
  statement.execute();
  while (statement.fetch()) {
    alerts.push_back(row.get().alert);
  }
  return alerts;
}

void AlertRows::add_change(const AlertChange& change) {
  long long n = 0;
  sql_ << "SELECT COALESCE(MAX(n), 0) + 1 FROM alert_changes WHERE alert_id = :id",
      soci::use(change.alert_id), soci::into(n);
  const long long at = change.at.value;
  sql_ << "INSERT INTO alert_changes (alert_id, n, at_us, who, what, old_value, new_value) "
          "VALUES (:id, :n, :at, :who, :what, :old, :new)",
      soci::use(change.alert_id), soci::use(n), soci::use(at), soci::use(change.who),
      soci::use(change.what), soci::use(change.from), soci::use(change.to);
}

std::uint64_t AlertRows::open_of_rule(const std::string& rule_id) {
  const auto closed = static_cast<long long>(AlertState::kClosed);
  long long open = 0;
  sql_ << "SELECT COUNT(*) FROM alerts WHERE rule_id = :rule AND state < :closed",
      soci::use(rule_id), soci::use(closed), soci::into(open);
  return unsigned_of(open);
}

std::vector<AlertChange> AlertRows::changes(const std::string& id) {
  std::vector<AlertChange> all;
  AlertChange change;
  change.alert_id = id;
  long long at = 0;
  soci::statement statement =
      (sql_.prepare << "SELECT at_us, who, what, old_value, new_value FROM alert_changes "
                       "WHERE alert_id = :id ORDER BY n",
       soci::use(id), soci::into(at), soci::into(change.who), soci::into(change.what),
       soci::into(change.from), soci::into(change.to));
  statement.execute();
  while (statement.fetch()) {
    change.at = Micros(at);
    all.push_back(change);
  }
  return all;
}

std::vector<AlertCount> AlertRows::counts() {
  std::vector<AlertCount> all;
  long long state = 0;
  long long level = 0;
  long long alerts = 0;
  soci::statement statement =
      (sql_.prepare << "SELECT state, level, COUNT(*) FROM alerts GROUP BY state, level "
                       "ORDER BY state, level",
       soci::into(state), soci::into(level), soci::into(alerts));
  statement.execute();
  while (statement.fetch()) {
    all.push_back({enum_of(state, AlertState::kClosed), enum_of(level, Level::kCritical),
                   unsigned_of(alerts)});
  }
  return all;
}

Seq AlertRows::progress() {
  long long through = 0;
  sql_ << "SELECT COALESCE(MAX(through_seq), 0) FROM alert_progress", soci::into(through);
  return Seq(unsigned_of(through));
}

void AlertRows::set_progress(Seq through) {
  const long long seq = number(through.value);
  sql_ << "INSERT INTO alert_progress (one, through_seq) VALUES (1, :seq) "
          "ON CONFLICT (one) DO UPDATE SET through_seq = excluded.through_seq",
      soci::use(seq);
}

}  // namespace tocsin
