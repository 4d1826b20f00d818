#include "respond/playbook/playbook_engine.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include <fmt/format.h>

#include "base/encoding.h"
#include "base/fail.h"
#include "base/hash.h"
#include "respond/playbook/playbook_match.h"
#include "respond/playbook/playbook_yaml.h"

namespace tocsin {
namespace {

constexpr std::size_t kIdDigits = 16;
constexpr std::size_t kKnownMax = 200'000;
constexpr std::size_t kKnownLoaded = 50'000;
constexpr Span kLookAgain = span_s(1);  // at approvals, and after a fault of the database
constexpr Span kIdle = span_s(60);
constexpr Span kForgetEvery = span_s(3'600);
constexpr Span kMarkSlack = span_s(5);

std::string run_id(std::string_view what) {
  return hex_encode(digest_view(sha256(what))).substr(0, kIdDigits);
}

}  // namespace

std::shared_ptr<const Playbook> PlaybookSet::find(std::string_view name) const {
  const auto found =
      std::ranges::find_if(playbooks, [&](const auto& p) { return p->name == name; });
  return found == playbooks.end() ? nullptr : *found;
}

PlaybookEngine::PlaybookEngine(const EngineParts& parts)
    : parts_(parts),
      started_(parts.metrics.counter("tocsin_playbook_runs_total", "Runs of playbooks")),
      taken_(parts.metrics.counter("tocsin_playbook_steps_total", "Steps of playbooks")),
      left_out_queue_(parts.metrics.counter("tocsin_playbook_left_out_total",
                                            "What playbooks had no room for",
                                            {{"reason", "queue"}})),
      left_out_runs_(parts.metrics.counter("tocsin_playbook_left_out_total",
                                           "What playbooks had no room for", {{"reason", "runs"}})),
      rng_(parts.seed) {}

PlaybookEngine::~PlaybookEngine() {
  stop();
}

Result<std::unique_ptr<PlaybookEngine>> PlaybookEngine::open(const EngineParts& parts) {
  TRY(parts.db.migrate("playbooks", playbook_migrations()));
  std::unique_ptr<PlaybookEngine> engine(new PlaybookEngine(parts));
  TRY(engine->load());
  parts.book.add_listener([raw = engine.get()](std::span<const DecisionChange> changes) {
    if (std::ranges::any_of(changes, [](const DecisionChange& change) { return change.added; })) {
      raw->wake();  // an approval may have been given
    }
  });
  return engine;
}

std::shared_ptr<const Playbook> PlaybookEngine::playbook_of(const PlaybookRun& run, RunRows& rows) {
  const std::optional<PlaybookText> text = rows.text(run.playbook, run.version);
  if (!text) {
    return nullptr;
  }
  Result<Playbook> playbook = parse_playbook(text->text, text->file, {});
  return playbook ? std::make_shared<const Playbook>(std::move(*playbook)) : nullptr;
}

Status PlaybookEngine::load() {
  const MutexLock lock(mutex_);
  std::vector<Active> loaded;
  TRY(parts_.db.read("reading runs of playbooks", [&](soci::session& sql) -> Status {
    RunRows rows(sql);
    RunFilter running;
    running.running_only = true;
    running.limit = parts_.limits.runs_max;
    std::map<std::string, std::shared_ptr<const Playbook>> playbooks;
    for (PlaybookRun& run : rows.runs(running)) {
      const std::string version = run.playbook + "\n" + run.version;
      if (!playbooks.contains(version)) {
        playbooks[version] = playbook_of(run, rows);
      }
      Active active;
      active.playbook = playbooks[version];
      active.run = std::move(run);
      loaded.push_back(std::move(active));
    }
    RunFilter latest;
    latest.limit = kKnownLoaded;
    for (const PlaybookRun& run : rows.runs(latest)) {
      known_.insert(run.id);
    }
    mark_ = rows.mark();
    return {};
  }));
  if (!mark_) {
    mark_ = parts_.clock.now();  // what was before playbooks were is not theirs
    mark_moved_ = true;
  }
  for (Active& active : loaded) {
    Result<Alert> alert = parts_.hands.alert(active.run.alert_id);
    const std::string id = active.run.id;
    by_alert_.emplace(active.run.alert_id, id);
    Active& kept = active_[id] = std::move(active);
    if (alert && kept.playbook != nullptr && kept.playbook->find(kept.run.step) != nullptr) {
      kept.alert = std::move(*alert);
      continue;
    }
    end(kept, RunState::kFailed,
        alert ? "its playbook is not stored any more" : "its alert is not there any more");
  }
  return {};
}

void PlaybookEngine::put_in_force(std::shared_ptr<const PlaybookSet> set) {
  set_.publish(std::move(set));
}

void PlaybookEngine::offer(const Alert& alert) {
  {
    const MutexLock lock(inbox_mutex_);
    if (inbox_.size() >= parts_.limits.queue_max) {
      left_out_queue_.add();
      missed_ = true;
    } else {
      inbox_.push_back(alert);
    }
    woken_ = true;
  }
  wake_.notify_one();
}

void PlaybookEngine::wake() {
  {
    const MutexLock lock(inbox_mutex_);
    woken_ = true;
  }
  wake_.notify_one();
}

void PlaybookEngine::start() {
  thread_ = std::jthread([this](const std::stop_token& stop) { run_thread(stop); });
}

void PlaybookEngine::stop() {
  if (thread_.joinable()) {
    thread_.request_stop();
    wake();
    thread_.join();
  }
}

void PlaybookEngine::run_thread(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    const Micros due = step();
    const Span left = std::max(Span(1'000), due - parts_.clock.now());
    const auto pause = std::chrono::microseconds(std::min(left, kIdle).value);
    inbox_mutex_.lock();
    while (!woken_ && !stop.stop_requested()) {
      if (wake_.wait_for(inbox_mutex_, pause) == std::cv_status::timeout) {
        break;
      }
    }
    woken_ = false;
    inbox_mutex_.unlock();
  }
}

Micros PlaybookEngine::step() {
  const MutexLock lock(mutex_);
  const Micros now = parts_.clock.now();
  if (now < retry_) {
    return retry_;
  }
  take_inbox();
  move_all();
  if (const Status kept = keep(); !kept) {
    parts_.log.error("keeping runs of playbooks: {}", kept.error().full_text());
    retry_ = now + kLookAgain;
    return retry_;
  }
  return next_due();
}

void PlaybookEngine::take_inbox() {
  std::deque<Alert> taken;
  bool missed = false;
  {
    const MutexLock lock(inbox_mutex_);
    taken.swap(inbox_);
    missed = std::exchange(missed_, false);
  }
  if (missed) {
    catch_up();
  }
  for (const Alert& alert : taken) {
    consider(alert);
    if (alert.updated > *mark_) {
      mark_ = alert.updated;
      mark_moved_ = true;
    }
  }
}

void PlaybookEngine::catch_up() {
  Result<std::vector<Alert>> alerts = parts_.hands.open_alerts(*mark_ - kMarkSlack);
  if (!alerts) {
    parts_.log.error("catching up with alerts: {}", alerts.error().full_text());
    const MutexLock lock(inbox_mutex_);
    missed_ = true;
    return;
  }
  std::ranges::sort(*alerts, {}, &Alert::updated);
  for (const Alert& alert : *alerts) {
    consider(alert);
    mark_ = std::max(*mark_, alert.updated);
    mark_moved_ = true;
  }
}

// What an alert means to the runs about it, and whether it begins one.
void PlaybookEngine::consider(const Alert& alert) {
  const auto [first, last] = by_alert_.equal_range(alert.id);
  for (auto at = first; at != last; ++at) {
    Active& active = active_.at(at->second);
    active.alert = alert;
    if (alert.state == AlertState::kClosed && active.run.state == RunState::kRunning) {
      end(active, RunState::kCancelled, "the alert was closed");
    }
  }
  if (alert.state == AlertState::kClosed) {
    return;
  }
  const std::shared_ptr<const PlaybookSet> set = set_.get();
  if (set->playbooks.empty()) {
    return;
  }
  const std::string linked = parts_.hands.playbook_of_rule(alert.rule_id);
  for (const std::shared_ptr<const Playbook>& playbook : set->playbooks) {
    const std::string id = run_id(playbook->name + "\n" + alert.id);
    if (is_triggered(*playbook, alert, linked) && !is_known(id)) {
      static_cast<void>(begin(playbook, alert, id, "trigger"));
    }
  }
}

bool PlaybookEngine::is_known(const std::string& run_id) {
  if (known_.contains(run_id) || active_.contains(run_id)) {
    return true;
  }
  bool known = false;
  const Status read = parts_.db.read("looking for a run", [&](soci::session& sql) -> Status {
    known = RunRows(sql).knows(run_id);
    return {};
  });
  if (known) {
    known_.insert(run_id);
  }
  return known || !read;
}

bool PlaybookEngine::begin(std::shared_ptr<const Playbook> playbook, const Alert& alert,
                           const std::string& id, const std::string& by) {
  if (active_.size() >= parts_.limits.runs_max) {
    left_out_runs_.add();
    return false;
  }
  if (known_.size() >= kKnownMax) {
    known_.clear();
  }
  known_.insert(id);
  const Micros now = parts_.clock.now();
  Active active;
  active.playbook = std::move(playbook);
  active.alert = alert;
  active.dirty = true;
  PlaybookRun& run = active.run;
  const Playbook& p = *active.playbook;
  run.id = id;
  run.playbook = p.name;
  run.version = p.version;
  run.alert_id = alert.id;
  run.by = by;
  run.step = p.steps.front().name;
  run.started = run.step_since = run.wake = now;
  run.deadline = now + p.timeout;
  const bool is_kept = std::ranges::any_of(new_texts_, [&](const PlaybookText& text) {
    return text.name == p.name && text.version == p.version;
  });
  if (!is_kept) {
    new_texts_.push_back({p.name, p.version, p.file, p.text});
  }
  note(active, "playbook_started",
       fmt::format("The playbook {} (version {}) began about \"{}\"{}", p.name, p.version,
                   alert.title, is_armed(p) ? "" : "; it is not armed: a dry run"));
  by_alert_.emplace(alert.id, id);
  active_.emplace(id, std::move(active));
  started_.add();
  return true;
}

Status PlaybookEngine::keep() {
  std::vector<Active*> dirty;
  for (auto& [id, active] : active_) {
    if (active.dirty) {
      dirty.push_back(&active);
    }
  }
  const Micros now = parts_.clock.now();
  const bool forget = now - forgot_ >= kForgetEvery;
  if (!dirty.empty() || !new_steps_.empty() || mark_moved_ || forget) {
    TRY(parts_.db.write("keeping runs of playbooks", [&](soci::session& sql) -> Status {
      RunRows rows(sql);
      for (const PlaybookText& text : new_texts_) {
        rows.write(text);
      }
      for (const Active* active : dirty) {
        rows.write(active->run);
      }
      for (const RunStep& step : new_steps_) {
        rows.write(step);
      }
      rows.set_mark(*mark_);
      if (forget) {
        rows.forget_before(now - parts_.limits.history);
      }
      return {};
    }));
    forgot_ = forget ? now : forgot_;
  }
  for (const AuditEntry& entry : new_audit_) {
    parts_.audit.record(entry);
  }
  new_audit_.clear();
  new_steps_.clear();
  new_texts_.clear();
  mark_moved_ = false;
  for (Active* active : dirty) {
    active->dirty = false;
    if (active->run.state == RunState::kRunning) {
      continue;
    }
    const std::string id = active->run.id;
    const auto [first, last] = by_alert_.equal_range(active->run.alert_id);
    by_alert_.erase(std::find_if(first, last, [&](const auto& row) { return row.second == id; }));
    active_.erase(id);
  }
  return {};
}

Micros PlaybookEngine::next_due() const {
  const Micros now = parts_.clock.now();
  Micros due = now + kIdle;
  for (const auto& [id, active] : active_) {
    due = std::min({due, active.run.wake, active.run.deadline});
    const PlaybookStep* step = active.playbook->find(active.run.step);
    if (active.run.waiting && step->kind == StepKind::kWait && step->wait == WaitKind::kCalm) {
      due = std::min(due, active.run.step_since + step->at_most);
    }
    if (!active.run.approvals.empty()) {
      due = std::min(due, now + kLookAgain);
    }
  }
  return due;
}

Result<std::string> PlaybookEngine::run(const std::string& playbook, const std::string& alert_id,
                                        const std::string& by) {
  const std::shared_ptr<const Playbook> found = set_.get()->find(playbook);
  if (found == nullptr) {
    return fail(ErrorCode::kNotFound, "there is no playbook {}", playbook.substr(0, 64));
  }
  TRY_ASSIGN(const Alert alert, parts_.hands.alert(alert_id));
  std::string id;
  {
    const MutexLock lock(mutex_);
    id = run_id(
        fmt::format("{}\n{}\n{}\n{}", playbook, alert.id, parts_.clock.now().value, rng_.next()));
    if (!begin(found, alert, id, by)) {
      return fail(ErrorCode::kExhausted, "{} runs are under way already", active_.size());
    }
    TRY(keep());
  }
  wake();
  return id;
}

Status PlaybookEngine::cancel(const std::string& run_id, const std::string& by) {
  const MutexLock lock(mutex_);
  const auto found = active_.find(run_id);
  if (found == active_.end()) {
    return is_known(run_id)
               ? fail(ErrorCode::kConflict, "the run {} is over", run_id.substr(0, 64))
               : fail(ErrorCode::kNotFound, "there is no run {}", run_id.substr(0, 64));
  }
  end(found->second, RunState::kCancelled, "cancelled by " + by);
  return keep();
}

Status PlaybookEngine::answer(const std::string& run_id, bool yes, const std::string& by) {
  {
    const MutexLock lock(mutex_);
    const auto found = active_.find(run_id);
    const PlaybookStep* step =
        found == active_.end() ? nullptr : found->second.playbook->find(found->second.run.step);
    if (step == nullptr || step->kind != StepKind::kApprove || !found->second.run.waiting) {
      return fail(ErrorCode::kNotFound, "no run {} waits for approval", run_id.substr(0, 64));
    }
    found->second.answer = yes;
    found->second.answered_by = by;
  }
  step();
  return {};
}

Result<std::vector<PlaybookRun>> PlaybookEngine::runs(const RunFilter& filter) {
  std::vector<PlaybookRun> found;
  TRY(parts_.db.read("listing runs of playbooks", [&](soci::session& sql) -> Status {
    found = RunRows(sql).runs(filter);
    return {};
  }));
  return found;
}

Result<std::vector<RunStep>> PlaybookEngine::steps(const std::string& run_id) {
  std::vector<RunStep> found;
  TRY(parts_.db.read("reading a run", [&](soci::session& sql) -> Status {
    found = RunRows(sql).steps(run_id);
    return {};
  }));
  return found;
}

}  // namespace tocsin
