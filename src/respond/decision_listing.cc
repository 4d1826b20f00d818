// The reading half of DecisionBook: what the database knows, history and dry runs included.
#include "base/fail.h"
#include "base/text.h"
#include "respond/decision_book.h"

namespace tocsin {
namespace {

void add_state(SqlFilter& where, DecisionState state, Micros now) {
  switch (state) {
    case DecisionState::kActive:
      where.add("lifted_us = 0 AND dry_run = 0");
      where.add("until_us > :?", now.value);
      return;
    case DecisionState::kEnded:
      where.add("(lifted_us > 0 OR until_us <= :?)", now.value);
      where.add("dry_run = 0");
      return;
    case DecisionState::kDryRun:
      where.add("dry_run = 1");
      return;
  }
}

void add_text(SqlFilter& where, std::string_view condition,
              const std::optional<std::string>& value) {
  if (value) {
    where.add(condition, *value);
  }
}

Result<SqlFilter> sql_of(const DecisionFilter& wanted, Micros now) {
  SqlFilter where;
  if (wanted.state) {
    add_state(where, *wanted.state, now);
  }
  if (wanted.target) {
    where.add("scope = :?", static_cast<long long>(wanted.target->scope));
    where.add("value = :?", wanted.target->value);
  }
  if (wanted.scope) {
    where.add("scope = :?", static_cast<long long>(*wanted.scope));
  }
  if (wanted.kind) {
    where.add("kind = :?", static_cast<long long>(*wanted.kind));
  }
  add_text(where, "origin = :?", wanted.origin);
  add_text(where, "rule_id = :?", wanted.rule_id);
  add_text(where, "alert_id = :?", wanted.alert_id);
  add_text(where, "playbook = :?", wanted.playbook);
  if (!wanted.cursor.empty()) {
    const std::optional<std::int64_t> before = parse_int(wanted.cursor);
    if (!before || *before < 1) {
      return fail(ErrorCode::kInvalid, "the cursor is not one that this list gave");
    }
    where.add("id < :?", *before);
  }
  return where;
}

}  // namespace

Result<DecisionPage> DecisionBook::list(const DecisionFilter& filter) {
  if (filter.limit == 0 || filter.limit > kDecisionsPageMax) {
    return fail(ErrorCode::kInvalid, "limit {} is not within 1 and {}", filter.limit,
                kDecisionsPageMax);
  }
  const Micros at = now();
  TRY_ASSIGN(SqlFilter where, sql_of(filter, at));
  if (filter.covers) {
    std::vector<const PackedDecision*> found;
    const std::shared_ptr<const DecisionSnapshot> active = active_.get();
    active->find(*filter.covers, at, found);
    std::vector<long long> ids;
    for (const PackedDecision* decision : found) {
      ids.push_back(static_cast<long long>(decision->id()));
    }
    where.add_in("id", ids);
  }
  DecisionPage page;
  TRY(parts_.db.read("listing decisions", [&](soci::session& sql) -> Status {
    page.decisions =
        DecisionRows(sql, uuid_seed_.load()).select(where, "id DESC", filter.limit + 1);
    return {};
  }));
  if (page.decisions.size() > filter.limit) {
    page.decisions.resize(filter.limit);
    page.next = std::to_string(page.decisions.back().decision.id);
  }
  return page;
}

Result<DecisionRow> DecisionBook::get(std::uint64_t id) {
  std::vector<DecisionRow> found;
  TRY(parts_.db.read("reading a decision", [&](soci::session& sql) -> Status {
    SqlFilter where;
    where.add("id = :?", static_cast<long long>(id));
    found = DecisionRows(sql, uuid_seed_.load()).select(where, "id", 1);
    return {};
  }));
  if (found.empty()) {
    return fail(ErrorCode::kNotFound, "there is no decision {}", id);
  }
  return std::move(found.front());
}

Result<std::vector<LiftedDecision>> DecisionBook::lifted_since(Micros time, std::size_t limit) {
  std::vector<LiftedDecision> lifted;
  TRY(parts_.db.read("reading lifted decisions", [&](soci::session& sql) -> Status {
    SqlFilter where;
    where.add("lifted_us >= :?", std::max<long long>(1, time.value));
    where.add("dry_run = 0");
    for (DecisionRow& row :
         DecisionRows(sql, uuid_seed_.load()).select(where, "lifted_us, id", limit)) {
      lifted.push_back(std::move(*row.lifted));
    }
    return {};
  }));
  return lifted;
}

}  // namespace tocsin
