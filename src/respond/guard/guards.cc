#include "respond/guard/guards.h"

#include <fmt/format.h>

#include "respond/guard/network_size.h"
#include "respond/guard/shared_address.h"

namespace tocsin {
namespace {

std::string_view past_of(DecisionKind kind) {
  switch (kind) {
    case DecisionKind::kBlock:
      return "blocked";
    case DecisionKind::kThrottle:
      return "throttled";
    case DecisionKind::kChallenge:
      return "challenged";
    case DecisionKind::kRedirect:
      return "redirected";
    case DecisionKind::kDisable:
      return "disabled";
    case DecisionKind::kCustom:
      return "decided on";
  }
  return "decided on";
}

// Dry runs by wish: of everything, of this proposal, of what nobody armed.
Judgement judge_dry_run(const Proposal& proposal, const GuardParts& parts) {
  if (parts.settings.dry_run) {
    return {Word::kDryRun, "dry_run", "respond.dry_run is set"};
  }
  if (proposal.wanted.dry_run) {
    return {Word::kDryRun, "dry_run", "only a dry run is wanted"};
  }
  return parts.armed.judge(proposal);
}

}  // namespace

Guards::Verdict Guards::judge(const Proposal& wanted) const {
  Proposal proposal = wanted;
  const std::string whom = target_text(proposal.target);
  Verdict verdict;
  verdict.kind = proposal.kind;
  std::string need_approval;

  const auto refusal = [&](const Judgement& judgement) {
    return Verdict{Word::kRefuse, proposal.kind, std::string(judgement.guard),
                   fmt::format("{} is not {}: {}", whom, past_of(proposal.kind), judgement.why)};
  };
  const Judgement size = judge_size(proposal, parts_.settings);
  if (size.word == Word::kRefuse) {
    return refusal(size);
  }
  for (const Judgement& judgement : {parts_.never_block.judge(proposal.target),
                                     parts_.admins.judge(proposal.target, proposal.now)}) {
    if (judgement.word == Word::kRefuse) {
      return refusal(judgement);
    }
  }
  if (const Judgement shared = judge_shared(proposal, parts_.settings, parts_.logins);
      shared.word == Word::kSoften) {
    verdict.sentence = fmt::format("{} is not {}: {}; throttled instead", whom,
                                   past_of(proposal.kind), shared.why);
    verdict.guard = shared.guard;
    verdict.kind = proposal.kind = DecisionKind::kThrottle;
  }
  const auto hold = [&](Word word, const Judgement& judgement) {
    verdict.word = word;
    verdict.guard = judgement.guard;
    verdict.sentence +=
        fmt::format("{}{} {}: {}", verdict.sentence.empty() ? "" : "; ", whom,
                    word == Word::kDryRun ? fmt::format("would be {}", past_of(proposal.kind))
                                          : fmt::format("waits to be {}", past_of(proposal.kind)),
                    judgement.why);
    return verdict;
  };
  if (const Judgement dry = judge_dry_run(proposal, parts_); dry.word == Word::kDryRun) {
    return hold(Word::kDryRun, dry);
  }
  if (!proposal.approved) {
    if (size.word == Word::kApproval) {
      return hold(Word::kApproval, size);
    }
    if (proposal.wanted.approval) {
      return hold(Word::kApproval,
                  {Word::kApproval, "approval", "the playbook asks for a person's approval"});
    }
  }
  const Judgement breaker = breaker_.judge(proposal);
  if (breaker.word == Word::kRefuse) {
    return refusal(breaker);
  }
  return breaker.word == Word::kDryRun ? hold(Word::kDryRun, breaker) : verdict;
}

void Guards::count(const Proposal& proposal, const Verdict& verdict) {
  const bool by_breaker = verdict.word == Word::kDryRun && verdict.guard == "breaker";
  if (verdict.word != Word::kAllow && !by_breaker) {
    return;
  }
  Proposal counted = proposal;
  counted.kind = verdict.kind;
  breaker_.count(counted, verdict.word);
}

Judgement Guards::judge_standing(const DecisionTarget& target, Micros now) const {
  const Judgement listed = parts_.never_block.judge(target);
  return listed.word == Word::kRefuse ? listed : parts_.admins.judge(target, now);
}

}  // namespace tocsin
