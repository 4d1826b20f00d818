// PlaybookEngine: how runs move: what each kind of step does, waits for and comes to.
#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/fail.h"
#include "base/time_text.h"
#include "respond/playbook/playbook_engine.h"
#include "respond/playbook/playbook_match.h"

namespace tocsin {
namespace {

constexpr Micros kNever = Micros(std::int64_t{1} << 61U);
constexpr std::size_t kTargetsMax = 64;  // of one step
constexpr std::size_t kSentenceBytesMax = 1'000;
constexpr std::uint64_t kDoublingsMax = 12;
constexpr Span kClockSlack = span_s(5);

std::string joined(const std::vector<std::string>& texts) {
  return fmt::format("{}", fmt::join(texts, "; ")).substr(0, kSentenceBytesMax);
}

std::string wait_text(const PlaybookStep& step) {
  switch (step.wait) {
    case WaitKind::kTime:
      return "waits for " + span_text(step.time);
    case WaitKind::kCalm:
      return fmt::format("waits until nothing is found for {}", span_text(step.time));
    case WaitKind::kFindings:
      return fmt::format("waits for {} more findings, {} at most", step.findings,
                         span_text(step.at_most));
  }
  return "";
}

}  // namespace

bool PlaybookEngine::is_live(const Active& active) const {
  return is_armed(*active.playbook);
}

void PlaybookEngine::note(const Active& active, std::string action, std::string sentence) {
  new_audit_.push_back({parts_.clock.now(),
                        "playbook " + active.playbook->name,
                        std::move(action),
                        std::move(sentence),
                        {},
                        {}});
}

void PlaybookEngine::note_step(Active& active, const std::string& outcome,
                               const std::string& sentence) {
  const PlaybookStep* step = active.playbook->find(active.run.step);
  const std::string said = sentence.substr(0, kSentenceBytesMax);
  new_steps_.push_back({active.run.id, ++active.run.steps_done, active.run.step,
                        std::string(step_kind_name(step->kind)), parts_.clock.now(), outcome,
                        said});
  active.run.detail = said;
  active.dirty = true;
  note(active, "playbook_step",
       fmt::format("{}, step {} ({}): {}", active.playbook->name, active.run.step, outcome, said));
  taken_.add();
}

void PlaybookEngine::end(Active& active, RunState state, const std::string& detail) {
  active.run.state = state;
  active.run.detail = detail.substr(0, kSentenceBytesMax);
  active.run.ended = parts_.clock.now();
  active.run.waiting = false;
  active.dirty = true;
  const std::string& name = active.run.playbook;
  new_audit_.push_back({active.run.ended,
                        "playbook " + name,
                        fmt::format("playbook_{}", run_state_name(state)),
                        fmt::format("The playbook {} {}: {}", name, run_state_name(state), detail),
                        {},
                        {}});
}

void PlaybookEngine::go_to(Active& active, const std::string& next, RunState otherwise,
                           const std::string& sentence) {
  active.run.waiting = false;
  active.run.tries = 0;
  active.run.approvals.clear();
  active.answer.reset();
  if (next.empty()) {
    end(active, otherwise, sentence);
    return;
  }
  active.run.step = next;
  active.run.step_since = active.run.wake = parts_.clock.now();
  active.dirty = true;
}

PlaybookEngine::Move PlaybookEngine::done(Active& active, const std::string& outcome,
                                          const std::string& sentence) {
  note_step(active, outcome, sentence);
  go_to(active, active.playbook->find(active.run.step)->on_success, RunState::kSucceeded, sentence);
  return Move::kGoesOn;
}

PlaybookEngine::Move PlaybookEngine::failed(Active& active, const std::string& sentence) {
  note_step(active, "failed", sentence);
  const PlaybookStep& step = *active.playbook->find(active.run.step);
  go_to(active, step.on_failure, step.failure_ends ? RunState::kFailed : RunState::kSucceeded,
        sentence);
  return Move::kGoesOn;
}

// A fault of the machine: again, later, as often as the step says.
PlaybookEngine::Move PlaybookEngine::tried(Active& active, const Error& error) {
  const PlaybookStep& step = *active.playbook->find(active.run.step);
  if (active.run.tries >= step.retries) {
    return failed(active, error.full_text());
  }
  const std::int64_t pause = step.retry_after.value << std::min(active.run.tries, kDoublingsMax);
  const auto jitter =
      static_cast<std::int64_t>(rng_.below(static_cast<std::uint64_t>(pause / 4 + 1)));
  note_step(active, "retry", error.full_text());
  ++active.run.tries;
  active.run.wake = parts_.clock.now() + Span(pause + jitter);
  return Move::kStays;
}

void PlaybookEngine::read_approvals() {
  open_approvals_.clear();
  approvals_read_ = false;
  const bool asked = std::ranges::any_of(
      active_, [](const auto& row) { return !row.second.run.approvals.empty(); });
  if (!asked) {
    return;
  }
  if (const auto approvals = parts_.book.approvals()) {
    for (const Approval& approval : *approvals) {
      open_approvals_.insert(approval.id);
    }
    approvals_read_ = true;
  }
}

void PlaybookEngine::move_all() {
  read_approvals();
  std::vector<Active*> ready;
  for (auto& [id, active] : active_) {
    ready.push_back(&active);
  }
  while (!ready.empty()) {
    std::vector<Proposed> proposals;
    for (Active* active : ready) {
      while (active->run.state == RunState::kRunning && move(*active, proposals) == Move::kGoesOn) {
      }
    }
    ready.clear();
    for (const Proposed& proposed : proposals) {
      ready.push_back(proposed.active);
    }
    propose(proposals);
  }
}

PlaybookEngine::Move PlaybookEngine::move(Active& active, std::vector<Proposed>& proposals) {
  const Micros now = parts_.clock.now();
  if (now >= active.run.deadline) {
    end(active, RunState::kFailed,
        fmt::format("it took longer than {}", span_text(active.playbook->timeout)));
    return Move::kStays;
  }
  const PlaybookStep& step = *active.playbook->find(active.run.step);
  if (!active.run.approvals.empty()) {
    return await_book(active);
  }
  if (step.kind == StepKind::kWait) {
    return wait(active, step);
  }
  if (step.kind == StepKind::kApprove) {
    return await_approval(active, step);
  }
  return now < active.run.wake ? Move::kStays : take(active, step, proposals);
}

PlaybookEngine::Move PlaybookEngine::take(Active& active, const PlaybookStep& step,
                                          std::vector<Proposed>& proposals) {
  const bool live = is_live(active);
  const std::string who = "playbook " + active.playbook->name;
  const std::string once = active.run.id + "." + step.name;
  const auto told = [&](const Status& status, const std::string& sentence) {
    return status ? done(active, "done", sentence) : tried(active, status.error());
  };
  switch (step.kind) {
    case StepKind::kDecide:
      return decide(active, step, proposals);
    case StepKind::kLift: {
      LiftWish wish;
      wish.ids = active.run.decisions;
      if (wish.ids.empty()) {
        return done(active, "done", "this run decided nothing that stands");
      }
      const auto lifted = parts_.book.lift(wish, who, "the playbook says so");
      if (!lifted && lifted.error().code() != ErrorCode::kNotFound) {
        return tried(active, lifted.error());
      }
      active.run.decisions.clear();
      return done(active, "done", fmt::format("ended {} decisions", lifted ? lifted->size() : 0));
    }
    case StepKind::kNotify: {
      const std::string sentence =
          "told " + (step.channels.empty() ? "every channel" : joined(step.channels));
      return live ? told(parts_.hands.tell(once, step.channels, active.alert, step.text, who),
                         sentence)
                  : done(active, "would", "would have " + sentence);
    }
    case StepKind::kAssign: {
      const std::string sentence =
          "changed the alert" + (step.assignee.empty() ? "" : ": it is for " + step.assignee);
      return live ? told(parts_.hands.assign(active.run.alert_id, step.assignee, step.note,
                                             step.state, who),
                         sentence)
                  : done(active, "would", "would have " + sentence);
    }
    case StepKind::kCollect: {
      if (!live) {
        return done(active, "would", "would have kept the evidence");
      }
      const Result<std::string> kept = parts_.hands.keep_evidence(active.alert, once);
      return kept ? done(active, "done", "kept the evidence in " + *kept)
                  : tried(active, kept.error());
    }
    case StepKind::kBranch: {
      const bool holds = condition_holds(step.condition, active.alert);
      note_step(active, "done", holds ? "yes" : "no");
      go_to(active, holds ? step.on_success : step.on_failure, RunState::kSucceeded, "done");
      return Move::kGoesOn;
    }
    case StepKind::kEnd:
      note_step(active, "done", "the end");
      end(active, RunState::kSucceeded, "done");
      return Move::kStays;
    case StepKind::kWait:
    case StepKind::kApprove:
      break;
  }
  return Move::kStays;
}

std::vector<DecisionTarget> PlaybookEngine::targets(const Alert& alert, const DecideStep& step) {
  std::vector<DecisionTarget> found;
  if (!step.about_events.empty()) {
    const std::optional<ScopeKind> scope = scope_of_field(step.about_events);
    for (const std::string& value : parts_.hands.event_values(alert, step.about_events)) {
      Result<DecisionTarget> target =
          scope ? canonical_target(*scope, value)
                : Result<DecisionTarget>(fail(ErrorCode::kInvalid, "no such scope"));
      if (target && found.size() < kTargetsMax) {
        found.push_back(std::move(*target));
      }
    }
    return found;
  }
  for (DecisionTarget& target : alert_targets(alert)) {
    if ((!step.about || target.scope == *step.about) && found.empty()) {
      found.push_back(std::move(target));
    }
  }
  return found;
}

NewDecision PlaybookEngine::proposal(const Active& active, const PlaybookStep& step,
                                     const DecisionTarget& target) const {
  const Alert& alert = active.alert;
  NewDecision wanted;
  wanted.kind = step.decide.kind;
  wanted.custom = step.decide.custom;
  wanted.scope = target.scope;
  wanted.value = target.value;
  wanted.duration = step.decide.duration;
  wanted.reason = !step.decide.reason.empty() ? step.decide.reason
                  : !alert.sentence.empty()   ? alert.sentence
                                              : alert.title;
  wanted.rule_id = alert.rule_id;
  wanted.rule_version = alert.rule_version;
  wanted.rule_title = alert.title;
  wanted.alert_id = alert.id;
  wanted.playbook = active.playbook->name;
  wanted.playbook_version = active.playbook->version;
  wanted.decided_by =
      active.run.by == "trigger"
          ? "playbook " + active.playbook->name
          : fmt::format("playbook {}, run by {}", active.playbook->name, active.run.by);
  wanted.rate = step.decide.rate;
  wanted.redirect_to = step.decide.redirect_to;
  wanted.approval = step.decide.approval;
  wanted.attack_began = alert.first;
  return wanted;
}

PlaybookEngine::Move PlaybookEngine::decide(Active& active, const PlaybookStep& step,
                                            std::vector<Proposed>& proposals) {
  Proposed proposed{&active, {}};
  for (const DecisionTarget& target : targets(active.alert, step.decide)) {
    proposed.wanted.push_back(proposal(active, step, target));
  }
  if (proposed.wanted.empty()) {
    return failed(active, "the alert names nothing that this can be decided about");
  }
  proposals.push_back(std::move(proposed));
  return Move::kProposes;
}

// All proposals of all runs in one write of the book.
void PlaybookEngine::propose(std::vector<Proposed>& proposals) {
  for (std::size_t from = 0; from < proposals.size();) {
    std::vector<NewDecision> wanted;
    std::size_t to = from;
    for (; to < proposals.size() &&
           wanted.size() + proposals[to].wanted.size() <= DecisionBook::kProposalsMax;
         ++to) {
      wanted.insert(wanted.end(), proposals[to].wanted.begin(), proposals[to].wanted.end());
    }
    const auto outcomes = parts_.book.propose_all(wanted);
    std::size_t at = 0;
    for (; from < to; ++from) {
      Proposed& proposed = proposals[from];
      if (outcomes) {
        settle(proposed, std::span(*outcomes).subspan(at, proposed.wanted.size()));
      } else {
        static_cast<void>(tried(*proposed.active, outcomes.error()));
      }
      at += proposed.wanted.size();
    }
  }
}

void PlaybookEngine::settle(Proposed& proposed, std::span<const Result<Outcome>> outcomes) {
  Active& active = *proposed.active;
  std::vector<std::string> sentences;
  std::optional<Error> error;
  bool good = false;
  bool dry = false;
  for (const Result<Outcome>& outcome : outcomes) {
    if (!outcome) {
      error = outcome.error();
      continue;
    }
    sentences.push_back(outcome->sentence);
    const bool ours = outcome->decision && outcome->decision->playbook == active.run.playbook &&
                      outcome->decision->alert_id == active.run.alert_id;
    switch (outcome->kind) {
      case OutcomeKind::kTaken:
      case OutcomeKind::kStanding:
        good = true;
        if (ours) {
          active.run.decisions.push_back(outcome->decision->id);
        }
        break;
      case OutcomeKind::kDryRun:
        dry = true;
        break;
      case OutcomeKind::kWaiting:
        active.run.approvals.push_back(outcome->approval_id);
        break;
      case OutcomeKind::kRefused:
        break;
    }
  }
  if (!active.run.approvals.empty()) {
    active.run.waiting = true;
    active.run.wake = kNever;
    active.run.step_since = parts_.book.now();
    note_step(active, "waits", joined(sentences));
  } else if (good || dry) {
    static_cast<void>(done(active, good ? "done" : "would", joined(sentences)));
  } else if (error) {
    static_cast<void>(tried(active, *error));
  } else {
    static_cast<void>(failed(active, joined(sentences)));
  }
}

// The book has the approvals; when one is gone, what it took, if anything, is in there too.
PlaybookEngine::Move PlaybookEngine::await_book(Active& active) {
  const bool open = std::ranges::any_of(
      active.run.approvals, [&](const std::string& id) { return open_approvals_.contains(id); });
  if (open || !approvals_read_) {
    return Move::kStays;
  }
  DecisionFilter filter;
  filter.alert_id = active.run.alert_id;
  filter.playbook = active.run.playbook;
  filter.limit = kDecisionsPageMax;
  const auto page = parts_.book.list(filter);
  if (!page) {
    return Move::kStays;
  }
  bool taken = false;
  std::string by;
  for (const DecisionRow& row : page->decisions) {
    const bool known =
        std::ranges::find(active.run.decisions, row.decision.id) != active.run.decisions.end();
    if (!known && !row.decision.dry_run &&
        row.decision.created >= active.run.step_since - kClockSlack) {
      active.run.decisions.push_back(row.decision.id);
      by = row.decision.decided_by;
      taken = true;
    }
  }
  return taken ? done(active, "done", "taken by " + by)
               : failed(active, "nobody approved it in time, or somebody said no");
}

PlaybookEngine::Move PlaybookEngine::wait(Active& active, const PlaybookStep& step) {
  const Micros now = parts_.clock.now();
  PlaybookRun& run = active.run;
  if (!run.waiting) {
    run.waiting = true;
    run.step_since = now;
    run.findings_before = active.alert.findings;
    run.wake = now + (step.wait == WaitKind::kFindings ? step.at_most : step.time);
    note_step(active, "waits", wait_text(step));
  }
  switch (step.wait) {
    case WaitKind::kTime:
      return now >= run.wake ? done(active, "done", "the time is over") : Move::kStays;
    case WaitKind::kCalm: {
      if (active.alert.findings != run.findings_before) {
        run.findings_before = active.alert.findings;
        run.wake = now + step.time;
        active.dirty = true;
      }
      if (now - run.step_since >= step.at_most && now < run.wake) {
        return failed(active, fmt::format("no calm within {}", span_text(step.at_most)));
      }
      if (now < run.wake) {
        return Move::kStays;
      }
      return done(active, "done", fmt::format("nothing was found for {}", span_text(step.time)));
    }
    case WaitKind::kFindings:
      if (active.alert.findings >= run.findings_before + step.findings) {
        return done(active, "done", fmt::format("{} findings by now", active.alert.findings));
      }
      return now >= run.wake ? failed(active, fmt::format("no {} more findings within {}",
                                                          step.findings, span_text(step.at_most)))
                             : Move::kStays;
  }
  return Move::kStays;
}

PlaybookEngine::Move PlaybookEngine::await_approval(Active& active, const PlaybookStep& step) {
  const Micros now = parts_.clock.now();
  if (!active.run.waiting) {
    if (!is_live(active)) {
      return done(active, "would", "would have asked: " + step.text);
    }
    active.run.waiting = true;
    active.run.step_since = now;
    active.run.wake = now + step.at_most;
    note_step(active, "waits", "asks: " + step.text);
  }
  if (active.answer) {
    const std::string by = active.answered_by;
    return *active.answer ? done(active, "done", by + " said yes")
                          : failed(active, by + " said no");
  }
  return now >= active.run.wake
             ? failed(active, fmt::format("no answer within {}", span_text(step.at_most)))
             : Move::kStays;
}

Result<std::vector<RehearsedStep>> PlaybookEngine::rehearse(const std::string& playbook,
                                                            const std::string& alert_id) {
  Active active;
  active.playbook = set_.get()->find(playbook);
  if (active.playbook == nullptr) {
    return fail(ErrorCode::kNotFound, "there is no playbook {}", playbook.substr(0, 64));
  }
  TRY_ASSIGN(active.alert, parts_.hands.alert(alert_id));
  active.run.by = "trigger";
  std::vector<RehearsedStep> steps;
  const PlaybookStep* step = &active.playbook->steps.front();
  while (step != nullptr) {
    std::string sentence = "would be done";
    bool good = true;
    if (step->kind == StepKind::kDecide) {
      std::vector<std::string> sentences;
      good = false;
      for (const DecisionTarget& target : targets(active.alert, step->decide)) {
        TRY_ASSIGN(const Outcome outcome, parts_.book.simulate(proposal(active, *step, target)));
        good = good || outcome.kind != OutcomeKind::kRefused;
        sentences.push_back(outcome.sentence);
      }
      sentence = sentences.empty() ? "the alert names nothing that this can be decided about"
                                   : joined(sentences);
    } else if (step->kind == StepKind::kBranch) {
      good = condition_holds(step->condition, active.alert);
      sentence = good ? "yes" : "no";
    } else if (step->kind == StepKind::kWait) {
      sentence = wait_text(*step);
    }
    steps.push_back({step->name, std::string(step_kind_name(step->kind)), sentence});
    step = active.playbook->find(good ? step->on_success : step->on_failure);
  }
  return steps;
}

}  // namespace tocsin
