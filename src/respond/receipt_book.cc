#include "respond/receipt_book.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/fail.h"
#include "base/text.h"
#include "base/time_text.h"
#include "respond/receipt_rows.h"

namespace tocsin {
namespace {

constexpr Span kPruneEvery = span_s(3'600);
constexpr Span kLastSeenKept = span_s(10);  // how exact last_seen is in the database
constexpr std::size_t kOriginsMax = 64;
constexpr std::size_t kTextBytesMax = 200;
constexpr std::size_t kCoversMax = 64;
constexpr std::size_t kMeasuredMax = 100'000;  // decisions looked at in one go
constexpr std::array kDelayBounds = {0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0, 60.0};

std::string cut(std::string_view text) {
  return std::string(text.substr(0, kTextBytesMax));
}

void add_counts(std::vector<EnforcedCount>& to, const std::vector<EnforcedCount>& from) {
  for (const EnforcedCount& count : from) {
    auto found = std::ranges::find(to, count.origin, &EnforcedCount::origin);
    if (found == to.end() && to.size() < kOriginsMax) {
      to.push_back({cut(count.origin), 0, 0, 0});
      found = to.end() - 1;
    }
    if (found != to.end()) {
      found->packets += count.packets;
      found->bytes += count.bytes;
      found->requests += count.requests;
    }
  }
}

}  // namespace

std::string_view taken_name(Taken taken) {
  return taken == Taken::kGiven ? "given" : "applied";
}

std::string_view lapse_name(LapseKind kind) {
  switch (kind) {
    case LapseKind::kSilent:
      return "enforcer_silent";
    case LapseKind::kBack:
      return "enforcer_back";
    case LapseKind::kNotTaken:
      return "decision_not_taken";
    case LapseKind::kFailed:
      return "decision_failed";
  }
  return "";
}

bool EnforcerInfo::says_covers(DecisionKind decision, ScopeKind scope) const {
  const std::string word =
      fmt::format("{}:{}", decision_kind_name(decision), scope_kind_name(scope));
  const std::string any = fmt::format("*:{}", scope_kind_name(scope));
  return covers.empty() || std::ranges::find(covers, word) != covers.end() ||
         std::ranges::find(covers, any) != covers.end();
}

ReceiptBook::ReceiptBook(const EnforcementSettings& settings, StateDb& db, Clock& clock,
                         Metrics& metrics)
    : settings_(settings), db_(db), clock_(clock), metrics_(metrics) {}

Result<std::unique_ptr<ReceiptBook>> ReceiptBook::open(const EnforcementSettings& settings,
                                                       StateDb& db, Clock& clock,
                                                       Metrics& metrics) {
  std::unique_ptr<ReceiptBook> book(new ReceiptBook(settings, db, clock, metrics));
  TRY(db.migrate("receipts", receipt_migrations()));
  TRY(book->load());
  return book;
}

Status ReceiptBook::load() {
  return db_.read("reading the enforcers", [this](soci::session& sql) -> Status {
    const MutexLock lock(mutex_);
    for (EnforcerInfo& info : read_enforcers(sql)) {
      // What was heard while we were not running cannot be told from silence: it begins anew.
      info.silent = false;
      info.last_seen = std::max(info.last_seen, clock_.now());
      std::string name = info.name;
      enforcers_.emplace(std::move(name), std::move(info));
    }
    return {};
  });
}

void ReceiptBook::heard(const Sighting& sighting) {
  const Micros now = clock_.now();
  const MutexLock lock(mutex_);
  auto found = enforcers_.find(sighting.name);
  if (found == enforcers_.end()) {
    if (sighting.afterwards) {
      return;  // forgotten in between
    }
    if (enforcers_.size() >= kEnforcersMax || sighting.name.empty()) {
      metrics_.counter("tocsin_enforcers_refused_total", "Enforcers that were not remembered")
          .add();
      return;
    }
    EnforcerInfo fresh;
    fresh.name = cut(sighting.name);
    fresh.first_seen = now;
    fresh.last_seen = now;
    found = enforcers_.emplace(fresh.name, fresh).first;
    changed_[fresh.name] = true;
  }
  take(found->second, sighting, now);
}

void ReceiptBook::meet(EnforcerInfo& info, const Sighting& sighting, Micros now) {
  const bool new_covers = sighting.covers && *sighting.covers != info.covers;
  const bool new_standing = sighting.standing && sighting.standing != info.standing;
  if (!sighting.counts.empty() || sighting.leaving != info.left || new_covers || new_standing ||
      now - info.last_seen >= kLastSeenKept) {
    changed_[info.name] = true;
  }
  if (info.silent && !sighting.leaving) {
    failures_.push_back({LapseKind::kBack, info.name, 0, 0,
                         fmt::format("The enforcer {} is heard of again", info.name)});
    info.silent = false;
  }
  info.kind = cut(sighting.kind);
  info.version = cut(sighting.version);
  info.address = cut(sighting.address);
  info.key_id = cut(sighting.key_id);
  info.last_seen = now;
  info.left = sighting.leaving;
  if (new_covers) {
    info.covers = *sighting.covers;
    info.covers.resize(std::min(info.covers.size(), kCoversMax));
  }
  info.standing = sighting.standing ? sighting.standing : info.standing;
  add_counts(info.counts, sighting.counts);
}

void ReceiptBook::take(EnforcerInfo& info, const Sighting& sighting, Micros now) {
  if (!sighting.afterwards) {
    meet(info, sighting, now);
  }
  std::uint64_t& through =
      sighting.taken == Taken::kGiven ? info.given_through : info.applied_through;
  if (sighting.through > through) {
    if (rows_.size() < kWaitingMax) {
      rows_.push_back({info.name, sighting.taken, through, sighting.through, now});
      if (unmeasured_.size() < kWaitingMax) {
        unmeasured_.push_back(rows_.back());
      }
    } else {
      metrics_.counter("tocsin_receipts_dropped_total", "Receipts that could not be kept").add();
    }
    through = sighting.through;
    changed_[info.name] = true;
  }
  if (!sighting.failed.empty()) {
    failures_.push_back(
        {LapseKind::kFailed, info.name, sighting.failed[0].id, sighting.failed.size(),
         fmt::format(
             "The enforcer {} cannot carry out decision {}{}: {}", info.name, sighting.failed[0].id,
             sighting.failed.size() == 1 ? std::string()
                                         : fmt::format(" and {} more", sighting.failed.size() - 1),
             cut(sighting.failed[0].why))});
  }
  for (const FailedDecision& failed : sighting.failed) {
    if (faults_.size() < kFailedMax) {
      faults_.push_back({info.name, {failed.id, cut(failed.why)}, now});
    }
  }
}

Status ReceiptBook::flush() {
  const MutexLock one_at_a_time(flush_mutex_);
  std::vector<EnforcerInfo> changed;
  std::vector<Row> rows;
  std::vector<Fault> faults;
  bool prune = false;
  {
    const MutexLock lock(mutex_);
    for (const auto& [name, flag] : changed_) {
      changed.push_back(enforcers_.find(name)->second);
    }
    prune = clock_.now() - pruned_ >= kPruneEvery;
    if (changed.empty() && rows_.empty() && faults_.empty() && !prune) {
      return {};
    }
    changed_.clear();
    rows = std::exchange(rows_, {});
    faults = std::exchange(faults_, {});
  }
  Status written = write(changed, rows, faults);
  if (written && prune) {
    written = db_.write("removing old receipts", [&](soci::session& sql) -> Status {
      prune_receipts(sql, clock_.now() - settings_.receipts_kept, kFailedMax);
      return {};
    });
  }
  const MutexLock lock(mutex_);
  if (!written) {  // once more, next time
    for (const EnforcerInfo& info : changed) {
      if (enforcers_.contains(info.name)) {
        changed_[info.name] = true;
      }
    }
    rows_.insert(rows_.begin(), rows.begin(), rows.end());
    faults_.insert(faults_.begin(), faults.begin(), faults.end());
  } else if (prune) {
    pruned_ = clock_.now();
  }
  return written;
}

Status ReceiptBook::write(const std::vector<EnforcerInfo>& changed, const std::vector<Row>& rows,
                          const std::vector<Fault>& faults) {
  return db_.write("keeping receipts", [&](soci::session& sql) -> Status {
    for (const EnforcerInfo& info : changed) {
      write_enforcer(sql, info);
    }
    for (const Row& row : rows) {
      write_receipt(sql, row.enforcer, row.taken, row.from, row.through, row.at);
    }
    for (const Fault& fault : faults) {
      write_fault(sql, fault.enforcer, fault.failed, fault.at);
    }
    return {};
  });
}

std::vector<EnforcerInfo> ReceiptBook::enforcers() const {
  const MutexLock lock(mutex_);
  std::vector<EnforcerInfo> all;
  all.reserve(enforcers_.size());
  for (const auto& [name, info] : enforcers_) {
    all.push_back(info);
  }
  return all;
}

Result<std::vector<Receipt>> ReceiptBook::of_decision(std::uint64_t id) {
  TRY(flush());
  std::vector<Receipt> receipts;
  for (const EnforcerInfo& info : enforcers()) {
    Receipt receipt;
    receipt.enforcer = info.name;
    receipt.kind = info.kind;
    TRY(db_.read("reading receipts", [&](soci::session& sql) -> Status {
      receipt.given = read_receipt(sql, info.name, Taken::kGiven, id);
      receipt.applied = read_receipt(sql, info.name, Taken::kApplied, id);
      receipt.failed = read_fault(sql, info.name, id);
      return {};
    }));
    if (receipt.given || receipt.applied || !receipt.failed.empty()) {
      receipts.push_back(std::move(receipt));
    }
  }
  return receipts;
}

Status ReceiptBook::forget(const std::string& name) {
  const MutexLock one_at_a_time(flush_mutex_);
  {
    const MutexLock lock(mutex_);
    if (enforcers_.erase(name) == 0) {
      return fail(ErrorCode::kNotFound, "there is no enforcer {}", cut(name));
    }
    changed_.erase(name);
    std::erase_if(rows_, [&](const Row& row) { return row.enforcer == name; });
    std::erase_if(faults_, [&](const Fault& fault) { return fault.enforcer == name; });
  }
  return db_.write("forgetting an enforcer", [&](soci::session& sql) -> Status {
    forget_enforcer(sql, name);
    return {};
  });
}

void ReceiptBook::find_silent(std::vector<Lapse>& lapses, Micros now) {
  for (auto& [name, info] : enforcers_) {
    const Span silence = now - info.last_seen;
    if (info.left || info.silent || silence < settings_.silent_after) {
      continue;
    }
    info.silent = true;
    lapses.push_back({LapseKind::kSilent, name, 0, 0,
                      fmt::format("The enforcer {} ({}) was not heard of for {}", name, info.kind,
                                  span_text(silence))});
  }
}

void ReceiptBook::find_not_taken(std::vector<Lapse>& lapses, const DecisionSnapshot& active,
                                 Micros now) {
  Lapse lapse;
  lapse.kind = LapseKind::kNotTaken;
  std::string first;
  std::uint64_t judged = judged_through_;
  bool waiting = false;
  active.for_each(
      [&](const PackedDecision& decision) {
        waiting = waiting || now - decision.created() < settings_.take_within;
        if (waiting) {
          return;  // and all behind it: ids are in the order of time
        }
        judged = decision.id();
        const bool taken = std::ranges::any_of(enforcers_, [&](const auto& each) {
          const EnforcerInfo& info = each.second;
          return std::max(info.given_through, info.applied_through) >= decision.id() &&
                 info.says_covers(decision.kind(), decision.scope());
        });
        if (!taken && lapse.decisions++ == 0) {
          lapse.decision = decision.id();
          first = target_text(decision.full());
        }
      },
      judged_through_);
  judged_through_ = judged;
  if (lapse.decisions > 0) {
    lapse.sentence = fmt::format(
        "No enforcer took decision {} ({}){} within {}", lapse.decision, first,
        lapse.decisions == 1 ? std::string() : fmt::format(" and {} more", lapse.decisions - 1),
        span_text(settings_.take_within));
    lapses.push_back(std::move(lapse));
  }
}

// What stood before an enforcer was first heard of says nothing about how fast it hears.
void ReceiptBook::measure(const DecisionSnapshot& active, Span wall_offset) {
  std::size_t looked_at = 0;
  for (const Row& row : std::exchange(unmeasured_, {})) {
    const auto found = enforcers_.find(row.enforcer);
    if (found == enforcers_.end() || looked_at >= kMeasuredMax) {
      continue;
    }
    Histogram& delay =
        metrics_.histogram("tocsin_decision_delay_seconds",
                           "From a decision until an enforcer was given or applied it",
                           kDelayBounds, {{"taken", std::string(taken_name(row.taken))}});
    active.for_each(
        [&](const PackedDecision& decision) {
          ++looked_at;
          const Micros decided = decision.created() + wall_offset;
          if (decision.id() <= row.through && decided >= found->second.first_seen) {
            delay.observe(static_cast<double>((row.at - decided).value) / kMicrosPerSecond);
          }
        },
        row.from);
  }
}

std::vector<Lapse> ReceiptBook::take_lapses(const DecisionSnapshot& active, Micros now) {
  const MutexLock lock(mutex_);
  std::vector<Lapse> lapses = std::exchange(failures_, {});
  measure(active, clock_.now() - now);
  find_silent(lapses, clock_.now());
  find_not_taken(lapses, active, now);
  metrics_.gauge("tocsin_enforcers", "Enforcers that are heard of")
      .set(static_cast<double>(std::ranges::count_if(
          enforcers_, [](const auto& each) { return !each.second.silent && !each.second.left; })));
  return lapses;
}

}  // namespace tocsin
