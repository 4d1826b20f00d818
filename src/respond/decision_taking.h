// DecisionTaking: one batch of proposals on its way through the guards and into the rows, within
// one transaction of the book. Works on copies of the book's snapshots; when the transaction fails
// the book throws all of it away. One thread.
#pragma once

#include <string>
#include <vector>

#include "config/respond_settings.h"
#include "respond/audit.h"
#include "respond/decision_contexts.h"
#include "respond/decision_rows.h"
#include "respond/decision_snapshot.h"
#include "respond/guard/guards.h"
#include "respond/new_decision.h"

namespace tocsin {

inline constexpr std::size_t kApprovalsMax = 1'000;
inline constexpr std::size_t kCustomWordBytesMax = 64;
inline constexpr Span kDurationMax = span_s(366LL * 86'400);

struct TakingParts {
  const RespondSettings& settings;
  Guards& guards;
  DecisionRows& rows;
  DecisionContexts& contexts;
};

class DecisionTaking {
 public:
  enum class Mode : std::uint8_t { kReal, kSimulate };
  struct Effect {
    bool added = false;  // else lifted
    Micros at;
    LiftCause cause = LiftCause::kReplaced;
    Ref<PackedDecision> decision;
  };

  DecisionTaking(const TakingParts& parts, Micros now, Mode mode)
      : parts_(parts), now_(now), mode_(mode) {}

  DecisionRows& rows() { return parts_.rows; }

  // The state to begin with; read afterwards.
  DecisionSnapshot active;
  DecisionSnapshot shadow;  // dry runs
  std::uint64_t next_id = 1;

  Result<Outcome> take(const NewDecision& wanted);
  // A person said yes to it.
  Result<Outcome> take_approved(const Approval& approval, const std::string& by);

  std::vector<Effect> effects;  // of active, in order
  std::vector<Ref<PackedDecision>> new_shadows;
  std::vector<AuditEntry> audit;

 private:
  struct Plan {
    NewDecision wanted;
    DecisionTarget target;
    std::uint32_t strike = 1;
    Strikes before;
    Span duration;
    bool approved = false;
  };

  Result<Plan> plan(const NewDecision& wanted, bool approved);
  DecisionTarget widened(const DecisionTarget& target, const NewDecision& wanted) const;
  Result<Outcome> decide(const Plan& plan);
  Result<Outcome> take_real(const Plan& plan, const Guards::Verdict& verdict, DecisionKind kind);
  Outcome record_dry_run(const Plan& plan, const Guards::Verdict& verdict, DecisionKind kind);
  Result<Outcome> ask_approval(const Plan& plan, const Guards::Verdict& verdict);
  Decision make(const Plan& plan, DecisionKind kind);
  void note(const Plan& plan, std::string action, const std::string& sentence,
            const std::string& guard, const Decision* decision);

  const TakingParts parts_;
  const Micros now_;
  const Mode mode_;
};

}  // namespace tocsin
