#include "respond/guard/shared_address.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/time_text.h"

namespace tocsin {
namespace {

constexpr std::string_view kGuard = "shared_address";

bool hinders_everybody(DecisionKind kind) {
  return kind == DecisionKind::kBlock || kind == DecisionKind::kDisable ||
         kind == DecisionKind::kRedirect;
}

}  // namespace

Judgement judge_shared(const Proposal& proposal, const RespondSettings& settings,
                       const LoginMemory& logins) {
  const bool network =
      proposal.target.scope == ScopeKind::kAddress || proposal.target.scope == ScopeKind::kNetwork;
  if (!network || !hinders_everybody(proposal.kind) || proposal.wanted.despite_customers) {
    return {};
  }
  const Micros began = std::min(proposal.wanted.attack_began.value_or(proposal.now), proposal.now);
  const auto least = static_cast<std::size_t>(settings.shared_users_min);
  const std::size_t users =
      logins.users_within(proposal.target.network, proposal.now, began - settings.shared_settle,
                          std::max<std::size_t>(least, 1'000));
  if (users < least) {
    return {};
  }
  return {Word::kSoften, kGuard,
          fmt::format("{} different users logged in from it in the last {} h", users,
                      settings.shared_window.value / (3'600 * kMicrosPerSecond))};
}

}  // namespace tocsin
