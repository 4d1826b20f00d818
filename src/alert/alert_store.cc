#include "alert/alert_store.h"

#include <algorithm>
#include <unordered_map>

#include "alert/alert_rows.h"
#include "alert/exceptions.h"
#include "alert/fold.h"
#include "alert/triage.h"
#include "base/check.h"
#include "base/encoding.h"
#include "base/fail.h"
#include "base/text.h"

namespace tocsin {
namespace {

constexpr std::size_t kIdPrefixMin = 6;
constexpr std::size_t kIdBytesMax = 64;

// The findings of one alert-to-be within one fold().
struct Group {
  std::string identity;
  std::vector<const Finding*> findings;  // Seq order
};

// A finding and the exception that silences it.
struct Silenced {
  const Finding* finding;
  std::string exception_id;
};

// Those that no exception silences; the others go to `silenced`.
std::vector<Group> group_by_identity(std::span<const Finding> findings,
                                     const std::vector<std::string>& silenced_by,
                                     std::vector<Silenced>& silenced) {
  std::vector<Group> groups;
  std::unordered_map<std::string, std::size_t> index;
  for (std::size_t i = 0; i < findings.size(); ++i) {
    const Finding& finding = findings[i];
    if (i < silenced_by.size() && !silenced_by[i].empty()) {
      silenced.push_back({&finding, silenced_by[i]});
      continue;
    }
    std::string identity = alert_identity(finding.rule->id, finding.key);
    const auto [at, is_new] = index.try_emplace(std::move(identity), groups.size());
    if (is_new) {
      groups.push_back({at->first, {}});
    }
    groups[at->second].findings.push_back(&finding);
  }
  return groups;
}

// One fold() within its transaction.
class Folding {
 public:
  // `silenced_through` tells how far an exception had silenced a rule and key.
  Folding(AlertRows& rows, const AlertLimits& limits, Micros now,
          std::function<Seq(const std::string&)> silenced_through)
      : rows_(rows), limits_(limits), now_(now), silenced_through_(std::move(silenced_through)) {}

  void take(const Group& group) {
    const Finding& first = *group.findings.front();
    std::optional<FoldedAlert> known = rows_.newest_of(group.identity);
    const Seq silenced = silenced_through_(group.identity);
    if (known && known->alert.state != AlertState::kClosed) {
      fold(std::move(*known), after(silenced, group.findings), AlertEventKind::kFolded);
      return;
    }
    const std::string& rule_id = first.rule->id;
    const Seq watermark =
        std::max(known ? known->alert.last_seq : overflow_watermark(rule_id), silenced);
    const auto rest = after(watermark, group.findings);
    if (rest.empty()) {
      return;
    }
    if (open_count(rule_id) >= limits_.open_per_rule_max) {
      auto& all = overflow_[rule_id];
      all.insert(all.end(), rest.begin(), rest.end());
      return;
    }
    ++open_count(rule_id);
    fold(open_alert(*rest.front(), rest.front()->key, now_), rest, AlertEventKind::kOpened);
  }

  // What found no room, into one alert a rule.
  void take_overflow() {
    for (auto& [rule_id, findings] : overflow_) {
      std::ranges::sort(findings, {}, [](const Finding* finding) { return finding->seq; });
      overflowed += findings.size();
      const std::vector<KeyPart> key = overflow_key(limits_.open_per_rule_max);
      std::optional<FoldedAlert> known = rows_.newest_of(alert_identity(rule_id, key));
      if (known && known->alert.state != AlertState::kClosed) {
        fold(std::move(*known), findings, AlertEventKind::kFolded);
        continue;
      }
      const auto rest = after(known ? known->alert.last_seq : Seq(), findings);
      if (!rest.empty()) {
        fold(open_alert(*rest.front(), key, now_), rest, AlertEventKind::kOpened);
      }
    }
  }

  // Findings of that rule and key up to here were folded or silenced.
  Seq seen_through(const std::string& identity) {
    const std::optional<FoldedAlert> known = rows_.newest_of(identity);
    return std::max(known ? known->alert.last_seq : Seq(), silenced_through_(identity));
  }

  std::vector<AlertEvent> events;
  std::uint64_t folded = 0;
  std::uint64_t replayed = 0;
  std::uint64_t opened = 0;
  std::uint64_t overflowed = 0;

 private:
  using Findings = std::span<const Finding* const>;

  // Those behind the watermark; the others are counted as replayed.
  Findings after(Seq watermark, const std::vector<const Finding*>& findings) {
    const auto fresh = std::ranges::find_if(
        findings, [&](const Finding* finding) { return finding->seq > watermark; });
    replayed += static_cast<std::uint64_t>(fresh - findings.begin());
    return {fresh, findings.end()};
  }

  void fold(FoldedAlert alert, Findings findings, AlertEventKind kind) {
    const std::size_t taken = fold_into(alert, findings, now_);
    folded += taken;
    replayed += findings.size() - taken;
    if (taken == 0) {
      return;
    }
    if (kind == AlertEventKind::kOpened) {
      ++opened;
      rows_.insert(alert);
    } else {
      rows_.update(alert);
    }
    events.push_back({.kind = kind,
                      .alert = std::move(alert.alert),
                      .identity = std::move(alert.identity),
                      .was = AlertState::kNew,
                      .who = {}});
  }

  std::uint64_t& open_count(const std::string& rule_id) {
    const auto [at, is_new] = open_of_rule_.try_emplace(rule_id, 0);
    if (is_new) {
      at->second = rows_.open_of_rule(rule_id);
    }
    return at->second;
  }

  // A key without an alert of its own was folded into the overflow alert, up to here.
  Seq overflow_watermark(const std::string& rule_id) {
    const auto [at, is_new] = overflow_seqs_.try_emplace(rule_id, Seq());
    if (is_new) {
      const auto known =
          rows_.newest_of(alert_identity(rule_id, overflow_key(limits_.open_per_rule_max)));
      at->second = known ? known->alert.last_seq : Seq();
    }
    return at->second;
  }

  AlertRows& rows_;
  const AlertLimits& limits_;
  const Micros now_;
  const std::function<Seq(const std::string&)> silenced_through_;
  std::unordered_map<std::string, Seq> overflow_seqs_;
  std::unordered_map<std::string, std::uint64_t> open_of_rule_;
  std::unordered_map<std::string, std::vector<const Finding*>> overflow_;
};

// The place after an alert in the order of list(): "LAST_US ID".
std::string cursor_after(const Alert& alert) {
  return base64_encode(fmt::format("{} {}", alert.last.value, alert.id));
}

Status add_cursor(SqlFilter& filter, const std::string& cursor) {
  if (cursor.empty()) {
    return {};
  }
  const std::optional<std::string> text = base64_decode(cursor);
  const auto words = split(text ? std::string_view(*text) : std::string_view(), ' ');
  const std::optional<std::int64_t> last = parse_int(words[0]);
  if (words.size() != 2 || !last || words[1].size() > kIdBytesMax) {
    return fail(ErrorCode::kInvalid, "the cursor is not one that this list gave");
  }
  filter.add("(last_us < :? OR (last_us = :? AND id < :?))", *last, *last, std::string(words[1]));
  return {};
}

void add_key(SqlFilter& filter, const std::string& key) {
  const std::size_t equals = key.find('=');
  if (equals == std::string::npos) {
    filter.add("id IN (SELECT alert_id FROM alert_keys WHERE value = :?)", key);
    return;
  }
  filter.add("id IN (SELECT alert_id FROM alert_keys WHERE field = :?)", key.substr(0, equals));
  filter.add("id IN (SELECT alert_id FROM alert_keys WHERE value = :?)", key.substr(equals + 1));
}

Result<SqlFilter> sql_of(const AlertFilter& wanted) {
  SqlFilter filter;
  if (!wanted.states.empty()) {
    std::vector<long long> states;
    for (const AlertState state : wanted.states) {
      states.push_back(static_cast<long long>(state));
    }
    filter.add_in("state", states);
  }
  if (wanted.level_min) {
    filter.add("level >= :?", static_cast<long long>(*wanted.level_min));
  }
  if (wanted.rule_id) {
    filter.add("rule_id = :?", *wanted.rule_id);
  }
  if (wanted.key) {
    add_key(filter, *wanted.key);
  }
  if (wanted.assignee) {
    filter.add("assignee = :?", *wanted.assignee);
  }
  if (wanted.from) {
    filter.add("last_us >= :?", wanted.from->value);
  }
  if (wanted.to) {
    filter.add("first_us < :?", wanted.to->value);
  }
  TRY(add_cursor(filter, wanted.cursor));
  return filter;
}

Result<FoldedAlert> find_alert(AlertRows& rows, const std::string& id) {
  if (std::optional<FoldedAlert> found = rows.by_id(id)) {
    return std::move(*found);
  }
  if (id.size() >= kIdPrefixMin && id.size() <= kIdBytesMax) {
    const std::vector<std::string> ids = rows.ids_with_prefix(id);
    if (ids.size() > 1) {
      return fail(ErrorCode::kConflict, "several alerts have an id that begins with {}", id);
    }
    if (ids.size() == 1) {
      return *rows.by_id(ids.front());
    }
  }
  return fail(ErrorCode::kNotFound, "there is no alert {}", id.substr(0, kIdBytesMax));
}

}  // namespace

std::string_view alert_event_name(AlertEventKind kind) {
  switch (kind) {
    case AlertEventKind::kOpened:
      return "opened";
    case AlertEventKind::kFolded:
      return "folded";
    case AlertEventKind::kChanged:
      return "changed";
  }
  return "changed";
}

AlertStore::AlertStore(StateDb& db, Clock& clock, Metrics& metrics, AlertLimits limits)
    : db_(db),
      clock_(clock),
      limits_(limits),
      folded_(metrics.counter("tocsin_alert_findings_folded_total",
                              "Findings that were folded into an alert")),
      replayed_(metrics.counter("tocsin_alert_findings_replayed_total",
                                "Findings that had been folded before and changed nothing")),
      opened_(metrics.counter("tocsin_alert_opened_total", "Alerts that were opened")),
      overflowed_(metrics.counter("tocsin_alert_findings_overflowed_total",
                                  "Findings folded into a rule's overflow alert, because the rule "
                                  "has too many open alerts")) {}

Result<std::unique_ptr<AlertStore>> AlertStore::open(StateDb& db, Clock& clock, Metrics& metrics,
                                                     AlertLimits limits) {
  TRY(db.migrate("alert", alert_migrations()));
  std::unique_ptr<AlertStore> store(new AlertStore(db, clock, metrics, limits));
  TRY(store->load_progress());
  return store;
}

Status AlertStore::load_progress() {
  Seq through;
  TRY(db_.read("reading how far findings are folded", [&](soci::session& sql) -> Status {
    through = AlertRows(sql).progress();
    return {};
  }));
  const MutexLock lock(fold_mutex_);
  folded_through_ = through;
  progress_kept_ = clock_.since_boot();
  return {};
}

void AlertStore::add_listener(AlertListener listener) {
  listeners_.push_back(std::move(listener));
}

void AlertStore::set_recorder(AlertRecorder recorder) {
  recorder_ = std::move(recorder);
}

Status AlertStore::record(soci::session& sql, std::span<const AlertEvent> events) const {
  return recorder_ && !events.empty() ? recorder_(sql, events) : Status();
}

void AlertStore::tell(std::span<const AlertEvent> events) const {
  if (events.empty()) {
    return;
  }
  for (const AlertListener& listener : listeners_) {
    listener(events);
  }
}

namespace {

// What is replayed was judged before, maybe otherwise: it is left out.
Status record_silenced(soci::session& sql, ExceptionStore* exceptions,
                       const std::vector<Silenced>& silenced, Folding& folding) {
  for (const Silenced& one : silenced) {
    const Finding& finding = *one.finding;
    const std::string identity = alert_identity(finding.rule->id, finding.key);
    if (finding.seq > folding.seen_through(identity)) {
      TRY(exceptions->record(sql, one.exception_id, identity, finding));
    }
  }
  return {};
}

}  // namespace

Status AlertStore::fold(std::span<const Finding> findings, Seq through) {
  std::vector<AlertEvent> events;
  {
    const MutexLock lock(fold_mutex_);
    std::vector<Silenced> silenced;
    const std::vector<Group> groups = group_by_identity(
        findings,
        exceptions_ == nullptr ? std::vector<std::string>() : exceptions_->judge(findings),
        silenced);
    const Span now = clock_.since_boot();
    const Seq reached = std::max(through, folded_through_);
    const bool keep = now.value - progress_kept_.value >= limits_.progress_interval.value;
    if (groups.empty() && silenced.empty() && (reached == folded_through_ || !keep)) {
      folded_through_ = reached;
      return {};
    }
    TRY(db_.write("folding findings into alerts", [&](soci::session& sql) -> Status {
      AlertRows rows(sql);
      Folding folding(rows, limits_, clock_.now(), [&](const std::string& identity) {
        return exceptions_ == nullptr ? Seq() : ExceptionStore::silenced_through(sql, identity);
      });
      const Status kept = record_silenced(sql, exceptions_, silenced, folding);
      if (!kept) {
        return kept;
      }
      for (const Group& group : groups) {
        folding.take(group);
      }
      folding.take_overflow();
      rows.set_progress(reached);
      folded_.add(folding.folded);
      replayed_.add(folding.replayed);
      opened_.add(folding.opened);
      overflowed_.add(folding.overflowed);
      events = std::move(folding.events);
      return record(sql, events);
    }));
    folded_through_ = reached;
    progress_kept_ = now;
  }
  tell(events);
  return {};
}

Seq AlertStore::folded_through() const {
  const MutexLock lock(fold_mutex_);
  return folded_through_;
}

Result<AlertPage> AlertStore::list(const AlertFilter& filter) {
  if (filter.limit == 0 || filter.limit > kAlertsPageMax) {
    return fail(ErrorCode::kInvalid, "limit {} is not within 1 and {}", filter.limit,
                kAlertsPageMax);
  }
  TRY_ASSIGN(SqlFilter where, sql_of(filter));
  AlertPage page;
  TRY(db_.read("listing alerts", [&](soci::session& sql) -> Status {
    page.alerts = AlertRows(sql).select(where, filter.limit + 1);
    return {};
  }));
  if (page.alerts.size() > filter.limit) {
    page.alerts.resize(filter.limit);
    page.next = cursor_after(page.alerts.back());
  }
  return page;
}

Result<Alert> AlertStore::get(const std::string& id) {
  Alert alert;
  TRY(db_.read("reading an alert", [&](soci::session& sql) -> Status {
    AlertRows rows(sql);
    TRY_ASSIGN(FoldedAlert found, find_alert(rows, id));
    alert = std::move(found.alert);
    return {};
  }));
  return alert;
}

Result<std::vector<AlertChange>> AlertStore::history(const std::string& id) {
  std::vector<AlertChange> changes;
  TRY(db_.read("reading an alert's history", [&](soci::session& sql) -> Status {
    AlertRows rows(sql);
    TRY_ASSIGN(const FoldedAlert found, find_alert(rows, id));
    changes.push_back({.alert_id = found.alert.id,
                       .at = found.alert.opened,
                       .who = "tocsin",
                       .what = "opened",
                       .from = "",
                       .to = std::string(alert_state_name(AlertState::kNew))});
    for (AlertChange& change : rows.changes(found.alert.id)) {
      changes.push_back(std::move(change));
    }
    return {};
  }));
  return changes;
}

Result<std::map<std::string, std::vector<std::uint64_t>>> AlertStore::activity(Micros from,
                                                                               std::size_t days) {
  std::map<std::string, std::vector<std::uint64_t>> all;
  TRY(db_.read("counting findings", [&](soci::session& sql) -> Status {
    const long long begin = from.value;
    const long long day_us = span_s(86'400).value;
    std::string rule;
    long long day = 0;
    long long findings = 0;
    soci::statement rows =
        (sql.prepare << "SELECT rule_id, (last_us - :begin) / :day_us AS day, SUM(findings) "
                        "FROM alerts WHERE last_us >= :from GROUP BY rule_id, day",
         soci::use(begin), soci::use(day_us), soci::use(begin), soci::into(rule), soci::into(day),
         soci::into(findings));
    rows.execute();
    while (rows.fetch()) {
      std::vector<std::uint64_t>& of_rule = all[rule];
      of_rule.resize(days);
      if (day >= 0 && static_cast<std::size_t>(day) < days) {
        of_rule[static_cast<std::size_t>(day)] += static_cast<std::uint64_t>(findings);
      }
    }
    return {};
  }));
  return all;
}

Result<std::vector<AlertCount>> AlertStore::counts() {
  std::vector<AlertCount> counts;
  TRY(db_.read("counting alerts", [&](soci::session& sql) -> Status {
    counts = AlertRows(sql).counts();
    return {};
  }));
  return counts;
}

Result<std::vector<Alert>> AlertStore::change(std::span<const std::string> ids,
                                              const AlertPatch& patch, const std::string& who) {
  TRY(check_patch(patch));
  if (ids.empty() || ids.size() > kAlertsPageMax) {
    return fail(ErrorCode::kInvalid, "{} alerts at once are not within 1 and {}", ids.size(),
                kAlertsPageMax);
  }
  std::vector<AlertEvent> events;
  TRY(db_.write("changing alerts", [&](soci::session& sql) -> Status {
    AlertRows rows(sql);
    for (const std::string& id : ids) {
      TRY_ASSIGN(FoldedAlert found, find_alert(rows, id));
      const AlertState was = found.alert.state;
      TRY_ASSIGN(const std::vector<AlertChange> changes,
                 apply_patch(found.alert, patch, who, clock_.now()));
      const std::optional<FoldedAlert> newest = rows.newest_of(found.identity);
      CHECK(newest.has_value());
      if (found.alert.state != AlertState::kClosed && newest->alert.id != found.alert.id) {
        return fail(ErrorCode::kConflict, "alert {} cannot be opened again: {} took its place",
                    found.alert.id, newest->alert.id);
      }
      if (!changes.empty()) {
        rows.update(found);
      }
      for (const AlertChange& change : changes) {
        rows.add_change(change);
      }
      events.push_back({.kind = AlertEventKind::kChanged,
                        .alert = std::move(found.alert),
                        .identity = std::move(found.identity),
                        .was = was,
                        .who = who});
    }
    return record(sql, events);
  }));
  tell(events);
  std::vector<Alert> alerts;
  for (AlertEvent& event : events) {
    alerts.push_back(std::move(event.alert));
  }
  return alerts;
}

}  // namespace tocsin
