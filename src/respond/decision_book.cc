#include "respond/decision_book.h"

#include <algorithm>
#include <array>
#include <iterator>

#include "base/fail.h"
#include "base/text.h"
#include "base/time_text.h"

namespace tocsin {
namespace {

// A wall clock that goes so far away from the steady one between two looks has leapt.
constexpr Span kLeap = span_s(5);
constexpr Span kKeepMarksEvery = span_s(10);
constexpr Span kKeepHouseEvery = span_s(3'600);
constexpr std::size_t kExpireBatch = 50'000;
constexpr std::uint64_t kQuietAuditPerMinute = 600;

constexpr std::string_view kSeedMark = "uuid_seed";
constexpr std::string_view kNextIdMark = "next_id";
constexpr std::string_view kTimeMark = "time_us";
constexpr std::string_view kBreakerMark = "breaker";

bool is_quiet(const AuditEntry& entry) {
  return entry.action == "decision_refused" || entry.action == "decision_dry_run";
}

DecisionTarget target_of(const PackedDecision& decision) {
  return {decision.scope(), decision.value(), decision.network()};
}

// "SINCE_US REASON" while open, else "".
std::string breaker_mark(const BreakerState& state) {
  return state.open ? fmt::format("{} {}", state.since.value, state.reason) : std::string();
}

BreakerState breaker_of(const std::string& mark) {
  const std::size_t space = mark.find(' ');
  const std::optional<std::int64_t> since = parse_int(std::string_view(mark).substr(0, space));
  if (space == std::string::npos || !since) {
    return {};
  }
  return {true, Micros(*since), mark.substr(space + 1), 0};
}

std::uint64_t unsigned_mark(const std::optional<std::string>& mark, std::uint64_t fallback) {
  const std::optional<std::int64_t> number = mark ? parse_int(*mark) : std::nullopt;
  return number ? static_cast<std::uint64_t>(*number) : fallback;
}

bool matches(const LiftWish& wish, const PackedDecision& decision) {
  const DecisionContext& context = decision.context();
  return (wish.ids.empty() || std::ranges::find(wish.ids, decision.id()) != wish.ids.end()) &&
         (!wish.target ||
          decision.same_target(wish.target->scope, wish.target->value, wish.target->network)) &&
         (!wish.kind || decision.kind() == *wish.kind) &&
         (!wish.origin || context.origin == *wish.origin) &&
         (!wish.rule_id || context.rule_id == *wish.rule_id);
}

bool names_something(const LiftWish& wish) {
  return wish.all || !wish.ids.empty() || wish.target || wish.overlapping || wish.kind ||
         wish.origin || wish.rule_id;
}

void collect(const DecisionSnapshot& from, const LiftWish& wish,
             std::vector<Ref<PackedDecision>>& into) {
  const auto take = [&](const PackedDecision& decision) {
    if (matches(wish, decision)) {
      into.push_back(Ref<PackedDecision>::share(&decision));
    }
  };
  if (wish.overlapping) {
    from.overlapping(*wish.overlapping, take);
  } else if (!wish.ids.empty()) {
    for (const std::uint64_t id : wish.ids) {
      if (const PackedDecision* decision = from.by_id(id)) {
        take(*decision);
      }
    }
  } else {
    from.for_each(take);
  }
}

}  // namespace

DecisionBook::DecisionBook(const BookParts& parts)
    : parts_(parts),
      taken_(parts.metrics.counter("tocsin_decisions_taken_total", "Decisions for enforcers")),
      dry_runs_(parts.metrics.counter("tocsin_decisions_dry_run_total",
                                      "Decisions that were recorded only")),
      refused_(parts.metrics.counter("tocsin_decisions_refused_total",
                                     "Proposals that a guard refused")),
      lifted_(parts.metrics.counter("tocsin_decisions_lifted_total",
                                    "Decisions that ended, for whatever cause")),
      audit_left_out_(parts.metrics.counter(
          "tocsin_decision_audit_left_out_total",
          "Refusals and dry runs that the audit does not name, because of their number")) {}

DecisionBook::~DecisionBook() = default;

Result<std::unique_ptr<DecisionBook>> DecisionBook::open(const BookParts& parts) {
  TRY(parts.db.migrate("respond", decision_migrations()));
  std::unique_ptr<DecisionBook> book(new DecisionBook(parts));
  TRY(book->load());
  return book;
}

Status DecisionBook::load() {
  const MutexLock lock(mutex_);
  Micros kept;
  TRY(parts_.db.write("opening the decision book", [&](soci::session& sql) -> Status {
    DecisionRows rows(sql, 0);
    const std::uint64_t fresh = parts_.secret_seed >> 1U;  // fits a signed number
    const std::uint64_t seed = unsigned_mark(rows.mark(std::string(kSeedMark)), fresh);
    rows.set_mark(std::string(kSeedMark), std::to_string(seed));
    contexts_.set_uuid_seed(seed);
    uuid_seed_ = seed;
    next_id_ = unsigned_mark(rows.mark(std::string(kNextIdMark)), 1);
    kept = Micros(static_cast<std::int64_t>(unsigned_mark(rows.mark(std::string(kTimeMark)), 0)));
    parts_.guards.breaker().restore(
        breaker_of(rows.mark(std::string(kBreakerMark)).value_or(std::string())));
    return {};
  }));
  start_time(kept);
  DecisionSnapshot active(parts_.secret_seed);
  shadow_ = DecisionSnapshot(parts_.secret_seed);
  TRY(parts_.db.read("reading decisions", [&](soci::session& sql) -> Status {
    DecisionRows(sql, contexts_.uuid_seed()).each_standing([&](const DecisionRow& row) {
      const Decision& decision = row.decision;
      next_id_ = std::max(next_id_, decision.id + 1);
      DecisionSnapshot& into = decision.dry_run ? shadow_ : active;
      const DecisionTarget target{decision.scope, decision.value, decision.network};
      if (into.exact(target, decision.kind, decision.custom) != nullptr) {
        return;
      }
      into.insert(PackedDecision::make(decision, contexts_.of(decision), into.hash_of(target)));
      deadlines_.push({decision.until, decision.id});
      if (!decision.dry_run && decision.origin == "tocsin" && !decision.rule_id.empty() &&
          decision.kind == DecisionKind::kBlock) {
        parts_.guards.breaker().remember(target, decision.created);
      }
    });
    return {};
  }));
  const MutexLock history_lock(history_mutex_);
  last_change_ = static_cast<std::uint64_t>(parts_.clock.now().value);
  active.set_cursor(last_change_);
  active_.publish(std::make_shared<const DecisionSnapshot>(std::move(active)));
  return {};
}

void DecisionBook::start_time(Micros kept) {
  const MutexLock lock(time_mutex_);
  last_wall_ = parts_.clock.now();
  last_boot_ = parts_.clock.since_boot();
  last_now_ = std::max(last_wall_, kept);
  offset_ = last_wall_ - last_now_;
}

Micros DecisionBook::now() const {
  const MutexLock lock(time_mutex_);
  const Micros wall = parts_.clock.now();
  const Span boot = parts_.clock.since_boot();
  const Span leap((wall - last_wall_).value - (boot.value - last_boot_.value));
  if (leap > kLeap || leap < Span(-kLeap.value)) {
    offset_ = Span(offset_.value + leap.value);
  }
  last_wall_ = wall;
  last_boot_ = boot;
  last_now_ = std::max(last_now_, wall - offset_);
  return last_now_;
}

Span DecisionBook::wall_offset() const {
  const MutexLock lock(time_mutex_);
  return offset_;
}

Status DecisionBook::take(const Work& work) {
  Told told;
  {
    const MutexLock lock(mutex_);
    const Micros at = now();
    const BreakerState before = parts_.guards.breaker().state();
    std::vector<DecisionTaking::Effect> effects;
    std::vector<Ref<PackedDecision>> shadows;
    DecisionSnapshot active;
    DecisionSnapshot shadow;
    const StateWork write = [&](soci::session& sql) -> Status {
      DecisionRows rows(sql, contexts_.uuid_seed());
      DecisionTaking taking({parts_.settings, parts_.guards, rows, contexts_}, at,
                            DecisionTaking::Mode::kReal);
      taking.active = *active_.get();
      taking.shadow = shadow_;
      taking.next_id = next_id_;
      TRY(work(taking));
      next_id_ = std::max(next_id_, taking.next_id);
      TRY(save_marks(rows, before));
      effects = std::move(taking.effects);
      shadows = std::move(taking.new_shadows);
      active = std::move(taking.active);
      shadow = std::move(taking.shadow);
      told.audit = std::move(taking.audit);
      return {};
    };
    TRY(parts_.db.write("taking decisions", write));
    shadow_ = std::move(shadow);
    dry_runs_.add(shadows.size());
    for (const Ref<PackedDecision>& packed : shadows) {
      deadlines_.push({packed->until(), packed->id()});
    }
    for (DecisionTaking::Effect& effect : effects) {
      if (effect.added) {
        deadlines_.push({effect.decision->until(), effect.decision->id()});
      }
      (effect.added ? taken_ : lifted_).add();
      told.changes.push_back(
          {0, effect.added, effect.cause, effect.at, std::move(effect.decision)});
    }
    publish(std::move(active), told.changes);
    note_breaker(before, "tocsin", told);
    told.audit = limited(std::move(told.audit));
  }
  tell(std::move(told));
  return {};
}

Status DecisionBook::save_marks(DecisionRows& rows, const BreakerState& before) {
  rows.set_mark(std::string(kNextIdMark), std::to_string(next_id_));
  rows.set_mark(std::string(kTimeMark), std::to_string(now().value));
  const BreakerState& after = parts_.guards.breaker().state();
  if (after.open != before.open) {
    rows.set_mark(std::string(kBreakerMark), breaker_mark(after));
  }
  return {};
}

void DecisionBook::publish(DecisionSnapshot next, std::vector<DecisionChange>& changes) {
  if (changes.empty()) {
    return;
  }
  const MutexLock lock(history_mutex_);
  for (DecisionChange& change : changes) {
    change.number = ++last_change_;
    history_.push_back(change);
  }
  while (history_.size() > kChangesKept) {
    history_.pop_front();
  }
  next.set_cursor(last_change_);
  active_.publish(std::make_shared<const DecisionSnapshot>(std::move(next)));
}

void DecisionBook::note_breaker(const BreakerState& before, const std::string& by, Told& told) {
  const BreakerState& after = parts_.guards.breaker().state();
  if (after.open == before.open) {
    return;
  }
  told.audit.push_back(
      {now(),
       by,
       after.open ? "breaker_opened" : "breaker_closed",
       after.open
           ? fmt::format("The breaker opened: {}. Decisions of rules are dry runs until it "
                         "closes.",
                         after.reason)
           : fmt::format("The breaker closed; {} decisions were held back.", before.held_back),
       {},
       "breaker"});
}

std::vector<AuditEntry> DecisionBook::limited(std::vector<AuditEntry> entries) {
  std::vector<AuditEntry> kept;
  const Micros at = now();
  if (at - audit_minute_ >= span_s(60)) {
    audit_minute_ = at;
    audit_in_minute_ = 0;
  }
  std::uint64_t left_out = 0;
  for (AuditEntry& entry : entries) {
    refused_.add(entry.action == "decision_refused" ? 1 : 0);
    if (is_quiet(entry) && ++audit_in_minute_ > kQuietAuditPerMinute) {
      ++left_out;
      continue;
    }
    kept.push_back(std::move(entry));
  }
  if (left_out > 0) {
    audit_left_out_.add(left_out);
    kept.push_back({at,
                    "tocsin",
                    "decisions_left_out",
                    fmt::format("{} more refusals and dry runs are counted, not named", left_out),
                    {},
                    ""});
  }
  return kept;
}

void DecisionBook::tell(Told told) {
  for (const AuditEntry& entry : told.audit) {
    parts_.audit.record(entry);
  }
  if (told.changes.empty()) {
    return;
  }
  for (const DecisionListener& listener : listeners_) {
    listener(told.changes);
  }
}

Result<Outcome> DecisionBook::propose(const NewDecision& wanted) {
  TRY_ASSIGN(std::vector<Result<Outcome>> outcomes, propose_all({&wanted, 1}));
  return std::move(outcomes.front());
}

Result<std::vector<Result<Outcome>>> DecisionBook::propose_all(
    std::span<const NewDecision> wanted) {
  if (wanted.empty() || wanted.size() > kProposalsMax) {
    return fail(ErrorCode::kInvalid, "{} proposals at once are not within 1 and {}", wanted.size(),
                kProposalsMax);
  }
  std::vector<Result<Outcome>> outcomes;
  TRY(take([&](DecisionTaking& taking) -> Status {
    outcomes.clear();
    std::size_t imported = 0;
    for (const NewDecision& each : wanted) {
      outcomes.push_back(taking.take(each));
      const bool taken = outcomes.back() && outcomes.back()->kind == OutcomeKind::kTaken;
      imported += taken && each.proposer == Proposer::kImport ? 1U : 0U;
    }
    if (imported > 0) {
      // A list is one deed of a person, not a hundred thousand.
      std::erase_if(taking.audit,
                    [](const AuditEntry& entry) { return entry.action == "decision_taken"; });
      taking.audit.push_back(
          {now(),
           wanted.front().decided_by,
           "decisions_imported",
           fmt::format("{} decisions were imported: {}", imported, wanted.front().reason),
           {},
           ""});
    }
    return {};
  }));
  return outcomes;
}

Result<Outcome> DecisionBook::simulate(const NewDecision& wanted) {
  const MutexLock lock(mutex_);
  const Micros at = now();
  std::optional<Result<Outcome>> outcome;
  TRY(parts_.db.read("simulating a decision", [&](soci::session& sql) -> Status {
    DecisionRows rows(sql, contexts_.uuid_seed());
    DecisionTaking taking({parts_.settings, parts_.guards, rows, contexts_}, at,
                          DecisionTaking::Mode::kSimulate);
    taking.active = *active_.get();
    taking.shadow = shadow_;
    outcome = taking.take(wanted);
    return {};
  }));
  return std::move(*outcome);
}

Result<std::vector<LiftedDecision>> DecisionBook::lift_these(const Lifting& lifting, Told& told) {
  std::vector<LiftedDecision> lifted;
  const Micros at = now();
  DecisionSnapshot active = *active_.get();
  DecisionSnapshot shadow = shadow_;
  TRY(parts_.db.write("lifting decisions", [&](soci::session& sql) -> Status {
    lifted.clear();
    DecisionRows rows(sql, contexts_.uuid_seed());
    for (const Ref<PackedDecision>& packed : lifting.which) {
      const bool expired = lifting.cause == LiftCause::kExpired;
      lifted.push_back({packed->full(), expired ? packed->until() : at, lifting.cause, lifting.by,
                        lifting.why(*packed)});
      rows.lift(lifted.back());
      if (!expired && !packed->dry_run()) {
        // It should not have been: it does not count for the next one.
        const DecisionTarget target = target_of(*packed);
        const Strikes before = rows.strikes(target);
        rows.set_strikes(target, {before.count == 0 ? 0 : before.count - 1, at});
      }
    }
    return {};
  }));
  for (std::size_t i = 0; i < lifting.which.size(); ++i) {
    const Ref<PackedDecision>& packed = lifting.which[i];
    (packed->dry_run() ? shadow : active).erase(*packed);
    if (packed->dry_run()) {
      continue;
    }
    lifted_.add();
    told.changes.push_back({0, false, lifting.cause, lifted[i].lifted, packed});
    if (lifting.cause != LiftCause::kExpired) {
      const std::string& why = lifted[i].why;
      told.audit.push_back({at, lifting.by, "decision_lifted",
                            fmt::format("{} is free again{}{}", target_text(lifted[i].decision),
                                        why.empty() ? "" : ": ", why),
                            lifted[i].decision,
                            lifting.cause == LiftCause::kGuard ? "never_block" : ""});
    }
  }
  shadow_ = std::move(shadow);
  publish(std::move(active), told.changes);
  return lifted;
}

Result<std::vector<LiftedDecision>> DecisionBook::lift(const LiftWish& wish, const std::string& by,
                                                       const std::string& why) {
  if (!names_something(wish)) {
    return fail(ErrorCode::kInvalid, "which decisions to lift is not said");
  }
  Told told;
  std::vector<LiftedDecision> lifted;
  {
    const MutexLock lock(mutex_);
    Lifting lifting{{}, LiftCause::kRemoved, by, [&](const PackedDecision&) { return why; }};
    collect(*active_.get(), wish, lifting.which);
    collect(shadow_, wish, lifting.which);
    TRY_ASSIGN(lifted, lift_these(lifting, told));
  }
  tell(std::move(told));
  return lifted;
}

Result<std::size_t> DecisionBook::recheck(const std::optional<IpNetwork>& only) {
  Told told;
  std::size_t count = 0;
  {
    const MutexLock lock(mutex_);
    const Micros at = now();
    const auto judge = [&](const PackedDecision& decision) {
      return parts_.guards.judge_standing(target_of(decision), at);
    };
    Lifting lifting{{}, LiftCause::kGuard, "tocsin", [&](const PackedDecision& decision) {
                      return judge(decision).why;
                    }};
    const auto take = [&](const PackedDecision& decision) {
      if (judge(decision).word == Word::kRefuse) {
        lifting.which.push_back(Ref<PackedDecision>::share(&decision));
      }
    };
    const std::shared_ptr<const DecisionSnapshot> active = active_.get();
    if (only) {
      active->overlapping(*only, take);
    } else {
      active->for_each(take);
    }
    if (lifting.which.empty()) {
      return 0;
    }
    TRY_ASSIGN(const std::vector<LiftedDecision> lifted, lift_these(lifting, told));
    count = lifted.size();
  }
  tell(std::move(told));
  return count;
}

Status DecisionBook::expire(Micros at, Told& told) {
  Lifting lifting{{}, LiftCause::kExpired, "tocsin", [](const PackedDecision&) { return ""; }};
  std::vector<Deadline> due;
  const std::shared_ptr<const DecisionSnapshot> active = active_.get();
  while (!deadlines_.empty() && deadlines_.top().until <= at && due.size() < kExpireBatch) {
    due.push_back(deadlines_.top());
    deadlines_.pop();
    const PackedDecision* decision = active->by_id(due.back().id);
    decision = decision == nullptr ? shadow_.by_id(due.back().id) : decision;
    if (decision != nullptr) {
      lifting.which.push_back(Ref<PackedDecision>::share(decision));
    }
  }
  if (lifting.which.empty()) {
    return {};
  }
  if (const auto lifted = lift_these(lifting, told); !lifted) {
    for (const Deadline& deadline : due) {
      deadlines_.push(deadline);
    }
    return lifted.error();
  }
  return {};
}

Status DecisionBook::keep_house(Micros at, Told& told) {
  const BreakerState before = parts_.guards.breaker().state();
  parts_.guards.breaker().tick(at);
  note_breaker(before, "tocsin", told);
  const bool changed = parts_.guards.breaker().state().open != before.open;
  if (!changed && at - marks_kept_ < kKeepMarksEvery) {
    return {};
  }
  const bool forget = at - house_kept_ >= kKeepHouseEvery;
  std::vector<Approval> over;
  TRY(parts_.db.write("keeping the decision book", [&](soci::session& sql) -> Status {
    DecisionRows rows(sql, contexts_.uuid_seed());
    over = rows.expire_approvals(at);
    if (forget) {
      rows.forget_before(at - parts_.settings.history);
    }
    return save_marks(rows, before);
  }));
  marks_kept_ = at;
  house_kept_ = forget ? at : house_kept_;
  for (const Approval& approval : over) {
    told.audit.push_back({at,
                          "tocsin",
                          "approval_expired",
                          fmt::format("Nobody approved in time: {}", approval.why),
                          {},
                          "approval"});
  }
  return {};
}

Status DecisionBook::tick() {
  Told told;
  Status status;
  {
    const MutexLock lock(mutex_);
    const Micros at = now();
    status = expire(at, told);
    if (Status kept = keep_house(at, told); status && !kept) {
      status = std::move(kept);
    }
  }
  tell(std::move(told));
  return status;
}

Result<std::vector<Approval>> DecisionBook::approvals() {
  std::vector<Approval> waiting;
  const Micros at = now();
  TRY(parts_.db.read("listing approvals", [&](soci::session& sql) -> Status {
    waiting = DecisionRows(sql, 0).approvals(at);
    return {};
  }));
  return waiting;
}

namespace {

Result<Approval> find_approval(DecisionRows& rows, const std::string& id, Micros now) {
  std::optional<Approval> approval = rows.approval(id);
  if (!approval || approval->until <= now) {
    return fail(ErrorCode::kNotFound, "no decision waits for approval as {}", id.substr(0, 64));
  }
  return std::move(*approval);
}

}  // namespace

Result<Outcome> DecisionBook::approve(const std::string& id, const std::string& by) {
  std::optional<Outcome> outcome;
  TRY(take([&](DecisionTaking& taking) -> Status {
    DecisionRows& rows = taking.rows();
    TRY_ASSIGN(const Approval approval, find_approval(rows, id, now()));
    rows.remove_approval(id);
    TRY_ASSIGN(outcome, taking.take_approved(approval, by));
    taking.audit.push_back({now(), by, "approval_given", outcome->sentence, {}, "approval"});
    return {};
  }));
  return std::move(*outcome);
}

Status DecisionBook::reject(const std::string& id, const std::string& by, const std::string& why) {
  return take([&](DecisionTaking& taking) -> Status {
    TRY_ASSIGN(const Approval approval, find_approval(taking.rows(), id, now()));
    taking.rows().remove_approval(id);
    taking.audit.push_back(
        {now(),
         by,
         "approval_rejected",
         fmt::format("{} – rejected{}{}", approval.why, why.empty() ? "" : ": ", why),
         {},
         "approval"});
    return {};
  });
}

std::optional<DecisionChanges> DecisionBook::changes_since(std::uint64_t cursor,
                                                           std::size_t changes_max) const {
  const MutexLock lock(history_mutex_);
  if (cursor > last_change_ || last_change_ - cursor > history_.size()) {
    return std::nullopt;
  }
  DecisionChanges answer;
  const std::size_t behind = last_change_ - cursor;
  const std::size_t count = std::min(behind, changes_max);
  const auto from = history_.end() - static_cast<std::ptrdiff_t>(behind);
  answer.changes.assign(from, from + static_cast<std::ptrdiff_t>(count));
  answer.cursor = cursor + count;
  return answer;
}

void DecisionBook::add_listener(DecisionListener listener) {
  listeners_.push_back(std::move(listener));
}

BreakerState DecisionBook::breaker() const {
  const MutexLock lock(mutex_);
  return parts_.guards.breaker().state();
}

Status DecisionBook::open_breaker(const std::string& by, const std::string& why) {
  Breaker& breaker = parts_.guards.breaker();
  return take([&](DecisionTaking& taking) -> Status {
    breaker.open(now(), fmt::format("by {}: {}", by, why));
    static_cast<void>(taking);
    return {};
  });
}

Status DecisionBook::close_breaker(const std::string& by) {
  return take([&](DecisionTaking& taking) -> Status {
    parts_.guards.breaker().close(now());
    taking.audit.push_back({now(),
                            by,
                            "breaker_closed_by_hand",
                            fmt::format("{} closed the breaker", by),
                            {},
                            "breaker"});
    return {};
  });
}

}  // namespace tocsin
