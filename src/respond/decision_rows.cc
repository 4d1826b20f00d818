#include "respond/decision_rows.h"

#include <array>

#include <fmt/format.h>

#include "respond/packed_decision.h"

namespace tocsin {
namespace {

constexpr std::string_view kColumns =
    "id, kind, custom, scope, value, created_us, until_us, reason, rule_id, rule_version, "
    "rule_title, alert_id, playbook, decided_by, origin, strike, dry_run, rate_requests, "
    "rate_per_us, redirect_to, lifted_us, lift_cause, lifted_by, lifted_why";

const std::array kMigrations = {
    Migration{
        1,
        "decisions, strikes, approvals and marks",
        {"CREATE TABLE decisions (id BIGINT PRIMARY KEY, kind BIGINT NOT NULL, "
         "custom TEXT NOT NULL, scope BIGINT NOT NULL, value TEXT NOT NULL, "
         "created_us BIGINT NOT NULL, until_us BIGINT NOT NULL, reason TEXT NOT NULL, "
         "rule_id TEXT NOT NULL, rule_version TEXT NOT NULL, rule_title TEXT NOT NULL, "
         "alert_id TEXT NOT NULL, playbook TEXT NOT NULL, decided_by TEXT NOT NULL, "
         "origin TEXT NOT NULL, strike BIGINT NOT NULL, dry_run BIGINT NOT NULL, "
         "rate_requests BIGINT NOT NULL, rate_per_us BIGINT NOT NULL, redirect_to TEXT NOT NULL, "
         "lifted_us BIGINT NOT NULL, lift_cause BIGINT NOT NULL, lifted_by TEXT NOT NULL, "
         "lifted_why TEXT NOT NULL)",
         "CREATE INDEX decisions_by_lifted ON decisions (lifted_us)",
         "CREATE INDEX decisions_by_value ON decisions (value, id)",
         "CREATE INDEX decisions_by_alert ON decisions (alert_id, id)",
         "CREATE TABLE decision_strikes (scope BIGINT NOT NULL, value TEXT NOT NULL, "
         "strikes BIGINT NOT NULL, last_end_us BIGINT NOT NULL, PRIMARY KEY (scope, value))",
         "CREATE TABLE decision_approvals (id TEXT PRIMARY KEY, about TEXT NOT NULL, "
         "proposal TEXT NOT NULL, "
         "why TEXT NOT NULL, asked_us BIGINT NOT NULL, until_us BIGINT NOT NULL)",
         "CREATE UNIQUE INDEX decision_approvals_by_about ON decision_approvals (about)",
         "CREATE TABLE decision_marks (name TEXT PRIMARY KEY, value TEXT NOT NULL)"}},
};

}  // namespace

std::span<const Migration> decision_migrations() {
  return kMigrations;
}

// One row of decisions, bound to a statement's columns.
struct DecisionRows::Row {
  std::array<std::string, 12> texts;
  std::array<long long, 11> numbers{};

  enum Text {
    kCustom,
    kValue,
    kReason,
    kRule,
    kVersion,
    kTitle,
    kAlert,
    kPlaybook,
    kBy,
    kOrigin,
    kRedirect,
    kLiftedBy
  };
  enum Number {
    kId,
    kKind,
    kScope,
    kCreated,
    kUntil,
    kStrike,
    kDryRun,
    kRequests,
    kPer,
    kLifted,
    kCause
  };
  std::string why;

  template <class Bind>
  void each_column(const Bind& bind) {
    bind(numbers[kId]);
    bind(numbers[kKind]);
    bind(texts[kCustom]);
    bind(numbers[kScope]);
    bind(texts[kValue]);
    bind(numbers[kCreated]);
    bind(numbers[kUntil]);
    for (const Text text : {kReason, kRule, kVersion, kTitle, kAlert, kPlaybook, kBy, kOrigin}) {
      bind(texts[text]);
    }
    for (const Number number : {kStrike, kDryRun, kRequests, kPer}) {
      bind(numbers[number]);
    }
    bind(texts[kRedirect]);
    bind(numbers[kLifted]);
    bind(numbers[kCause]);
    bind(texts[kLiftedBy]);
    bind(why);
  }

  void set(const Decision& d) {
    texts = {d.custom,   d.value,    d.reason,     d.rule_id, d.rule_version, d.rule_title,
             d.alert_id, d.playbook, d.decided_by, d.origin,  d.redirect_to,  ""};
    numbers = {static_cast<long long>(d.id),
               static_cast<long long>(d.kind),
               static_cast<long long>(d.scope),
               d.created.value,
               d.until.value,
               d.strike,
               d.dry_run ? 1 : 0,
               d.rate ? d.rate->requests : 0,
               d.rate ? d.rate->per.value : 0,
               0,
               0};
    why.clear();
  }

  // Nothing for a row that was damaged on disk.
  std::optional<DecisionRow> get(std::uint64_t uuid_seed) const {
    const bool known =
        numbers[kKind] >= 0 && numbers[kKind] < static_cast<long long>(kDecisionKinds) &&
        numbers[kScope] >= 0 && numbers[kScope] < static_cast<long long>(kScopeKinds);
    if (!known) {
      return std::nullopt;
    }
    const auto scope = static_cast<ScopeKind>(numbers[kScope]);
    const Result<DecisionTarget> target = canonical_target(scope, texts[kValue]);
    if (!target || target->scope != scope) {
      return std::nullopt;
    }
    DecisionRow row;
    Decision& d = row.decision;
    d.id = static_cast<std::uint64_t>(numbers[kId]);
    d.uuid = decision_uuid(uuid_seed, d.id);
    d.kind = static_cast<DecisionKind>(numbers[kKind]);
    d.custom = texts[kCustom];
    d.scope = scope;
    d.value = target->value;
    d.network = target->network;
    d.created = Micros(numbers[kCreated]);
    d.until = Micros(numbers[kUntil]);
    d.reason = texts[kReason];
    d.rule_id = texts[kRule];
    d.rule_version = texts[kVersion];
    d.rule_title = texts[kTitle];
    d.alert_id = texts[kAlert];
    d.playbook = texts[kPlaybook];
    d.decided_by = texts[kBy];
    d.origin = texts[kOrigin];
    d.strike = static_cast<std::uint32_t>(numbers[kStrike]);
    d.dry_run = numbers[kDryRun] != 0;
    if (numbers[kRequests] > 0) {
      d.rate = ThrottleRate{static_cast<std::uint32_t>(numbers[kRequests]), Span(numbers[kPer])};
    }
    d.redirect_to = texts[kRedirect];
    if (numbers[kLifted] != 0) {
      row.lifted =
          LiftedDecision{d, Micros(numbers[kLifted]), static_cast<LiftCause>(numbers[kCause] & 3),
                         texts[kLiftedBy], why};
    }
    return row;
  }
};

// Statements that one batch runs many times.
struct DecisionRows::Prepared {
  Row row;
  std::optional<soci::statement> insert;

  LiftedDecision lifted;
  long long lift_id = 0;
  long long lift_at = 0;
  long long lift_cause = 0;
  std::optional<soci::statement> lift;

  long long scope = 0;
  std::string value;
  long long strikes = 0;
  long long last_end = 0;
  std::optional<soci::statement> get_strikes;
  std::optional<soci::statement> put_strikes;
};

DecisionRows::DecisionRows(soci::session& sql, std::uint64_t uuid_seed)
    : sql_(sql), uuid_seed_(uuid_seed), prepared_(std::make_unique<Prepared>()) {}

DecisionRows::~DecisionRows() = default;

void DecisionRows::insert(const Decision& decision) {
  Prepared& p = *prepared_;
  p.row.set(decision);
  if (!p.insert) {
    p.insert.emplace(sql_);
    int column = 0;
    std::string places;
    p.row.each_column([&](auto& value) {
      const std::string name = fmt::format("c{}", column++);
      places += (places.empty() ? ":" : ", :") + name;
      p.insert->exchange(soci::use(value, name));
    });
    p.insert->alloc();
    p.insert->prepare(fmt::format("INSERT INTO decisions ({}) VALUES ({})", kColumns, places));
    p.insert->define_and_bind();
  }
  p.insert->execute(true);
}

void DecisionRows::lift(const LiftedDecision& lifted) {
  Prepared& p = *prepared_;
  p.lifted.by = lifted.by;
  p.lifted.why = lifted.why;
  p.lift_id = static_cast<long long>(lifted.decision.id);
  p.lift_at = lifted.lifted.value;
  p.lift_cause = static_cast<long long>(lifted.cause);
  if (!p.lift) {
    p.lift.emplace((sql_.prepare << "UPDATE decisions SET lifted_us = :at, lift_cause = :cause, "
                                    "lifted_by = :by, lifted_why = :why "
                                    "WHERE id = :id AND lifted_us = 0",
                    soci::use(p.lift_at), soci::use(p.lift_cause), soci::use(p.lifted.by),
                    soci::use(p.lifted.why), soci::use(p.lift_id)));
  }
  p.lift->execute(true);
}

void DecisionRows::each_standing(const Take& take) {
  Row row;
  soci::statement statement(sql_);
  row.each_column([&](auto& value) { statement.exchange(soci::into(value)); });
  statement.alloc();
  statement.prepare(
      fmt::format("SELECT {} FROM decisions WHERE lifted_us = 0 ORDER BY id", kColumns));
  statement.define_and_bind();
  statement.execute();
  while (statement.fetch()) {
    if (const std::optional<DecisionRow> got = row.get(uuid_seed_)) {
      take(*got);
    }
  }
}

std::vector<DecisionRow> DecisionRows::select(SqlFilter& filter, std::string_view order,
                                              std::size_t limit) {
  std::vector<DecisionRow> rows;
  Row row;
  const auto most = static_cast<long long>(limit);
  soci::statement statement(sql_);
  row.each_column([&](auto& value) { statement.exchange(soci::into(value)); });
  filter.bind(statement);
  statement.exchange(soci::use(most, "most"));
  statement.alloc();
  statement.prepare(fmt::format("SELECT {} FROM decisions{} ORDER BY {} LIMIT :most", kColumns,
                                filter.where(), order));
  statement.define_and_bind();
  statement.execute();
  while (statement.fetch()) {
    if (std::optional<DecisionRow> got = row.get(uuid_seed_)) {
      rows.push_back(std::move(*got));
    }
  }
  return rows;
}

void DecisionRows::forget_before(Micros time) {
  const long long before = time.value;
  sql_ << "DELETE FROM decisions WHERE lifted_us > 0 AND lifted_us < :before", soci::use(before);
  sql_ << "DELETE FROM decision_strikes WHERE last_end_us < :before", soci::use(before);
}

Strikes DecisionRows::strikes(const DecisionTarget& target) {
  Prepared& p = *prepared_;
  p.scope = static_cast<long long>(target.scope);
  p.value = target.value;
  p.strikes = 0;
  p.last_end = 0;
  if (!p.get_strikes) {
    p.get_strikes.emplace((sql_.prepare << "SELECT strikes, last_end_us FROM decision_strikes "
                                           "WHERE scope = :scope AND value = :value",
                           soci::into(p.strikes), soci::into(p.last_end), soci::use(p.scope),
                           soci::use(p.value)));
  }
  if (!p.get_strikes->execute(true)) {
    return {};
  }
  return {static_cast<std::uint32_t>(p.strikes), Micros(p.last_end)};
}

void DecisionRows::set_strikes(const DecisionTarget& target, const Strikes& strikes) {
  Prepared& p = *prepared_;
  p.scope = static_cast<long long>(target.scope);
  p.value = target.value;
  p.strikes = strikes.count;
  p.last_end = strikes.last_end.value;
  if (!p.put_strikes) {
    p.put_strikes.emplace(
        (sql_.prepare << "INSERT INTO decision_strikes (scope, value, strikes, last_end_us) "
                         "VALUES (:scope, :value, :strikes, :last) ON CONFLICT (scope, value) "
                         "DO UPDATE SET strikes = excluded.strikes, "
                         "last_end_us = excluded.last_end_us",
         soci::use(p.scope), soci::use(p.value), soci::use(p.strikes), soci::use(p.last_end)));
  }
  p.put_strikes->execute(true);
}

namespace {

// What two proposals have in common when one answer serves both. Kinds, scopes and words have no
// spaces.
std::string about(const NewDecision& wanted) {
  return fmt::format("{} {} {} {}", decision_kind_name(wanted.kind), wanted.custom,
                     scope_kind_name(wanted.scope), wanted.value);
}

std::vector<Approval> select_approvals(soci::session& sql, std::string_view condition,
                                       SqlFilter& filter) {
  std::vector<Approval> found;
  std::string id;
  std::string proposal;
  std::string why;
  long long asked = 0;
  long long until = 0;
  soci::statement statement(sql);
  for (std::string* text : {&id, &proposal, &why}) {
    statement.exchange(soci::into(*text));
  }
  statement.exchange(soci::into(asked));
  statement.exchange(soci::into(until));
  filter.bind(statement);
  statement.alloc();
  statement.prepare(
      fmt::format("SELECT id, proposal, why, asked_us, until_us FROM decision_approvals{}{}",
                  filter.where(), condition));
  statement.define_and_bind();
  statement.execute();
  while (statement.fetch()) {
    if (Result<NewDecision> wanted = parse_proposal(proposal)) {
      found.push_back({id, std::move(*wanted), why, Micros(asked), Micros(until)});
    }
  }
  return found;
}

}  // namespace

std::vector<Approval> DecisionRows::approvals(Micros now) {
  SqlFilter filter;
  filter.add("until_us > :?", now.value);
  return select_approvals(sql_, " ORDER BY asked_us, id", filter);
}

std::optional<Approval> DecisionRows::approval(const std::string& id) {
  SqlFilter filter;
  filter.add("id = :?", id);
  std::vector<Approval> found = select_approvals(sql_, "", filter);
  return found.empty() ? std::nullopt : std::optional(std::move(found.front()));
}

std::optional<std::string> DecisionRows::approval_of(const NewDecision& wanted) {
  const std::string key = about(wanted);
  std::string id;
  sql_ << "SELECT id FROM decision_approvals WHERE about = :about", soci::into(id), soci::use(key);
  return sql_.got_data() ? std::optional(id) : std::nullopt;
}

std::size_t DecisionRows::approvals_waiting() {
  long long count = 0;
  sql_ << "SELECT COUNT(*) FROM decision_approvals", soci::into(count);
  return static_cast<std::size_t>(count);
}

void DecisionRows::add_approval(const Approval& approval) {
  const std::string key = about(approval.wanted);
  const std::string proposal = proposal_json(approval.wanted);
  const long long asked = approval.asked.value;
  const long long until = approval.until.value;
  sql_ << "INSERT INTO decision_approvals (id, about, proposal, why, asked_us, until_us) "
          "VALUES (:id, :about, :proposal, :why, :asked, :until)",
      soci::use(approval.id), soci::use(key), soci::use(proposal), soci::use(approval.why),
      soci::use(asked), soci::use(until);
}

void DecisionRows::remove_approval(const std::string& id) {
  sql_ << "DELETE FROM decision_approvals WHERE id = :id", soci::use(id);
}

std::vector<Approval> DecisionRows::expire_approvals(Micros now) {
  SqlFilter filter;
  filter.add("until_us <= :?", now.value);
  std::vector<Approval> over = select_approvals(sql_, "", filter);
  const long long until = now.value;
  sql_ << "DELETE FROM decision_approvals WHERE until_us <= :until", soci::use(until);
  return over;
}

std::optional<std::string> DecisionRows::mark(const std::string& name) {
  std::string value;
  sql_ << "SELECT value FROM decision_marks WHERE name = :name", soci::into(value), soci::use(name);
  return sql_.got_data() ? std::optional(value) : std::nullopt;
}

void DecisionRows::set_mark(const std::string& name, const std::string& value) {
  sql_ << "INSERT INTO decision_marks (name, value) VALUES (:name, :value) "
          "ON CONFLICT (name) DO UPDATE SET value = excluded.value",
      soci::use(name), soci::use(value);
}

}  // namespace tocsin
