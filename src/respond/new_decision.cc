#include "respond/new_decision.h"

#include <algorithm>

namespace tocsin {

std::string_view proposer_name(Proposer proposer) {
  switch (proposer) {
    case Proposer::kRule:
      return "rule";
    case Proposer::kPerson:
      return "person";
    case Proposer::kImport:
      return "import";
    case Proposer::kAgent:
      return "agent";
  }
  return "rule";
}

std::string_view outcome_name(OutcomeKind kind) {
  switch (kind) {
    case OutcomeKind::kTaken:
      return "taken";
    case OutcomeKind::kStanding:
      return "standing";
    case OutcomeKind::kDryRun:
      return "dry_run";
    case OutcomeKind::kRefused:
      return "refused";
    case OutcomeKind::kWaiting:
      return "waiting";
  }
  return "refused";
}

Span escalated(const Escalation& escalation, std::uint32_t strike) {
  const std::uint32_t before = strike == 0 ? 0 : strike - 1;
  if (!escalation.steps.empty()) {
    const std::size_t step = std::min<std::size_t>(before, escalation.steps.size() - 1);
    return std::min(escalation.steps[step], escalation.longest);
  }
  double micros = static_cast<double>(escalation.first.value);
  const auto longest = static_cast<double>(escalation.longest.value);
  for (std::uint32_t i = 0; i < before && micros < longest && escalation.factor > 1; ++i) {
    micros *= escalation.factor;
  }
  return micros >= longest ? escalation.longest : Span(static_cast<std::int64_t>(micros));
}

}  // namespace tocsin
