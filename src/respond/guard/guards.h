// Guards: all that stand before a decision, in their order:
//   size of the network → never-block lists → sessions of administrators → shared address →
//   global dry run and arming → approval → breaker
// The first refusal ends it. A softened decision goes on to the next guard as what it became.
// Not for taking decisions: DecisionBook does, under whose lock the breaker is called.
#pragma once

#include <string>
#include <vector>

#include "respond/guard/admin_sessions.h"
#include "respond/guard/arm_book.h"
#include "respond/guard/breaker.h"
#include "respond/guard/never_block.h"
#include "respond/login_memory.h"

namespace tocsin {

struct GuardParts {
  const RespondSettings& settings;
  NeverBlock& never_block;
  AdminSessions& admins;
  LoginMemory& logins;
  ArmBook& armed;
};

class Guards {
 public:
  explicit Guards(const GuardParts& parts)
      : parts_(parts), breaker_(parts.settings, parts.logins) {}

  struct Verdict {
    Word word = Word::kAllow;                  // kAllow, kRefuse, kDryRun or kApproval
    DecisionKind kind = DecisionKind::kBlock;  // as softened
    std::string guard;     // of the word that counts; of the softening when it is kAllow
    std::string sentence;  // "203.0.113.7 is not blocked: …"; empty when nobody objected
  };
  // Changes nothing.
  Verdict judge(const Proposal& proposal) const;
  // What judge() said is being done: the breaker counts it.
  void count(const Proposal& proposal, const Verdict& verdict);
  // Whether a decision that stands must be lifted because a list says so now.
  Judgement judge_standing(const DecisionTarget& target, Micros now) const;

  Breaker& breaker() { return breaker_; }
  const GuardParts& parts() const { return parts_; }

 private:
  const GuardParts parts_;
  Breaker breaker_;
};

}  // namespace tocsin
