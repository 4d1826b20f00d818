#include "enforce/file/file_enforcer.h"

#include <algorithm>

#include "base/fail.h"
#include "base/text.h"

namespace tocsin {
namespace {

constexpr std::uint64_t kFileBytesMax = 256U << 20U;
constexpr std::size_t kOutputShown = 300;

}  // namespace

Status FileEnforcer::write(const std::string& text) {
  if (text == written_) {
    return {};
  }
  TRY(write_file_atomically(files_, options_.path, text));
  written_ = text;
  reload_due_ = !options_.reload.empty();
  return {};
}

Status FileEnforcer::reload(Span now) {
  const bool too_soon = reloaded_ && now.value - reloaded_->value < options_.reload_every.value;
  if (!reload_due_ || too_soon) {
    return {};
  }
  reloaded_ = now;
  ChildProcess child;
  child.argv = options_.reload;
  child.time_max = options_.reload_time_max;
  TRY_ASSIGN(const ChildOutcome outcome, run_(child));
  if (outcome.timed_out || outcome.exit_code != 0) {
    return fail(ErrorCode::kIo, "the reload command {} {}: {}", options_.reload[0],
                outcome.timed_out ? std::string("took too long")
                                  : fmt::format("ended with {}", outcome.exit_code),
                trim(outcome.output).substr(0, kOutputShown));
  }
  reload_due_ = false;
  return {};
}

Result<Enforcer::Applied> FileEnforcer::apply(const StandingChange& change,
                                              const StandingDecisions& all, Span now) {
  FileText file = file_text(options_.format, all, now);
  TRY(write(file.text));
  TRY(reload(now));
  if (reload_due_) {
    return fail(ErrorCode::kExhausted, "the reload command waits for its turn");
  }
  Applied applied;
  for (FailedDecision& left_out : file.left_out) {
    const bool is_new = std::ranges::any_of(change.added, [&](const Standing& standing) {
      return standing.decision.id == left_out.id;
    });
    if (is_new) {
      applied.failed.push_back(std::move(left_out));
    }
  }
  return applied;
}

Result<bool> FileEnforcer::tend(Span now) {
  const Result<std::string> there = read_file(files_, options_.path, kFileBytesMax);
  if (!there || *there != written_) {
    return true;
  }
  TRY(reload(now));
  return false;
}

Result<Enforcer::Applied> FileEnforcer::restore(const StandingDecisions& all, Span now) {
  const Result<std::string> there = read_file(files_, options_.path, kFileBytesMax);
  written_ = there ? *there : std::string();
  FileText file = file_text(options_.format, all, now);
  TRY(write(file.text));
  TRY(reload(now));
  Applied applied;
  applied.failed = std::move(file.left_out);
  return applied;
}

Status FileEnforcer::withdraw() {
  StandingDecisions nobody([](const EnforcedDecision&) { return false; }, 0);
  TRY(write(file_text(options_.format, nobody, Span(0)).text));
  reloaded_.reset();
  return reload(Span(0));
}

}  // namespace tocsin
