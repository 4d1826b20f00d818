#include "enforce/exec/exec_enforcer.h"

#include <fmt/format.h>

#include "base/fail.h"
#include "base/text.h"

namespace tocsin {
namespace {

constexpr std::size_t kOutputShown = 200;

}  // namespace

Status ExecEnforcer::run_one(const DecisionNews& news, Span now) {
  const std::vector<std::string>& words =
      news.moment == DecisionMoment::kBegin ? options_.begin : options_.end;
  if (words.empty()) {
    return {};
  }
  ChildProcess child;
  child.time_max = options_.time_max;
  for (const std::string& word : words) {
    child.argv.push_back(filled(word, *news.standing, news.moment, now));
  }
  for (const std::string_view name : {"id", "moment", "kind", "scope", "value"}) {
    std::string variable = "TOCSIN_";
    for (const char c : name) {
      variable += static_cast<char>(c - 'a' + 'A');
    }
    child.environment.emplace_back(
        std::move(variable), filled(fmt::format("{{{}}}", name), *news.standing, news.moment, now));
  }
  JsonWriter json;
  json.begin_object();
  write_enforced(json, *news.standing, news.moment, now);
  json.end_object();
  child.input = json.take() + "\n";
  TRY_ASSIGN(const ChildOutcome outcome, run_(child));
  if (outcome.timed_out || outcome.exit_code != 0) {
    return fail(ErrorCode::kIo, "{} for decision {} {}: {}", child.argv[0],
                news.standing->decision.id,
                outcome.timed_out ? std::string("took too long")
                                  : fmt::format("ended with {}", outcome.exit_code),
                trim(outcome.output).substr(0, kOutputShown));
  }
  return {};
}

Status ExecEnforcer::run_all(const std::vector<DecisionNews>& news, Span now, Applied& applied) {
  for (const DecisionNews& one : news) {
    if (told_.has(one)) {
      continue;
    }
    if (Status done = run_one(one, now); !done) {
      if (++tries_ < options_.tries_max) {
        return done;
      }
      applied.failed.push_back({one.standing->decision.id, done.error().full_text()});
    }
    tries_ = 0;
    told_.add(one);
  }
  told_.clear();
  return {};
}

Result<Enforcer::Applied> ExecEnforcer::apply(const StandingChange& change,
                                              const StandingDecisions& all, Span now) {
  Applied applied;
  TRY(run_all(news_of(change, all), now, applied));
  return applied;
}

Result<Enforcer::Applied> ExecEnforcer::restore(const StandingDecisions& all, Span now) {
  Applied applied;
  TRY(run_all(news_of(all), now, applied));
  return applied;
}

}  // namespace tocsin
