// Enforcer: whoever carries decisions out. One implementation a folder: nftables/, file/, webhook/,
// exec/, dns/. One thread.
#pragma once

#include <string_view>
#include <vector>

#include "enforce/standing.h"

namespace tocsin {

class Enforcer {
 public:
  virtual ~Enforcer() = default;

  virtual std::string_view kind() const = 0;  // "nftables", "file", …
  // Whether decisions of this kind and scope are carried out; the server is told
  // (docs/enforcement.md).
  virtual bool covers(DecisionKind kind, ScopeKind scope) const = 0;

  // Carries the change out as a whole. An Error: nothing of it counts, the same change (perhaps
  // with more) comes again; `failed` names decisions that can never be carried out.
  struct Applied {
    std::vector<FailedDecision> failed;
  };
  virtual Result<Applied> apply(const StandingChange& change, const StandingDecisions& all,
                                Span now) = 0;
  // Called between questions, at most every `tend_every`: what is to be done without news. True:
  // what stands was lost (a firewall was flushed) and `restore` shall be called.
  virtual Result<bool> tend(Span now) = 0;
  // Makes what is enforced equal to `all`, whatever was there.
  virtual Result<Applied> restore(const StandingDecisions& all, Span now) = 0;
  // Since the call before.
  virtual std::vector<EnforcedCount> take_counts() = 0;
  // At the end of the program, when it was asked to clean up.
  virtual Status withdraw() = 0;
};

}  // namespace tocsin
