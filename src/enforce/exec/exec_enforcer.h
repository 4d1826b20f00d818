// ExecEnforcer: runs a program for each decision that begins or ends, without a shell.
//
// The words of the command may hold placeholders (enforce/decision_text.h); each word stays one
// word whatever is put in. The decision also stands in the environment (TOCSIN_ID, TOCSIN_MOMENT,
// TOCSIN_KIND, TOCSIN_SCOPE, TOCSIN_VALUE) and as JSON on standard input. Exit code 0 is done; any
// other, or the time limit, is tried again up to `tries_max` times over, and then named in the
// receipt. One thread.
#pragma once

#include <functional>
#include <string>
#include <unordered_map>
#include <vector>

#include "enforce/decision_news.h"
#include "enforce/enforcer.h"
#include "sys/child_process.h"

namespace tocsin {

struct ExecEnforcerOptions {
  std::vector<std::string> begin;  // words; empty: nothing is run when a decision begins
  std::vector<std::string> end;
  Span time_max = span_s(10);
  unsigned tries_max = 3;
};

class ExecEnforcer final : public Enforcer {
 public:
  using Run = std::function<Result<ChildOutcome>(const ChildProcess&)>;

  // `run`: run_child() with a clock.
  ExecEnforcer(ExecEnforcerOptions options, Run run)
      : options_(std::move(options)), run_(std::move(run)) {}

  std::string_view kind() const override { return "exec"; }
  bool covers(DecisionKind, ScopeKind) const override { return true; }
  Result<Applied> apply(const StandingChange& change, const StandingDecisions& all,
                        Span now) override;
  Result<bool> tend(Span) override { return false; }
  Result<Applied> restore(const StandingDecisions& all, Span now) override;
  std::vector<EnforcedCount> take_counts() override { return {}; }
  Status withdraw() override { return {}; }

 private:
  Status run_all(const std::vector<DecisionNews>& news, Span now, Applied& applied);
  Status run_one(const DecisionNews& news, Span now);

  const ExecEnforcerOptions options_;
  const Run run_;
  ToldNews told_;  // of the change that is tried again
  unsigned tries_ = 0;
};

}  // namespace tocsin
