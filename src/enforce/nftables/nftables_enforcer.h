// NftablesEnforcer: blocks and throttles addresses and networks in the kernel, in a table of its
// own.
//
// Every change is one transaction. restore() swaps the whole table for a fresh one in one
// transaction: at no moment is a blocked address let through. Rates of throttles beyond
// kRatesMax are refused by id. When the program ends, the table stays and its elements end at their
// times, unless withdraw() is asked for. One thread.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <unordered_map>

#include "enforce/enforcer.h"
#include "enforce/nftables/nft_session.h"
#include "enforce/nftables/nft_text.h"

namespace tocsin {

class NftablesEnforcer final : public Enforcer {
 public:
  static constexpr std::size_t kRatesMax = 32;
  static constexpr std::size_t kElementsPerCommand = 2'000;

  NftablesEnforcer(NftSession& session, std::string table)
      : session_(session), table_(std::move(table)) {}

  std::string_view kind() const override { return "nftables"; }
  bool covers(DecisionKind kind, ScopeKind scope) const override;
  Result<Applied> apply(const StandingChange& change, const StandingDecisions& all,
                        Span now) override;
  Result<bool> tend(Span now) override;
  Result<Applied> restore(const StandingDecisions& all, Span now) override;
  std::vector<EnforcedCount> take_counts() override;
  Status withdraw() override;

 private:
  // An element's place: its set, and the decision that holds it there.
  using Elements = std::map<NftSet, std::vector<NftElement>>;
  class Plan;

  Status commit(Plan& plan);

  NftSession& session_;
  const std::string table_;
  std::set<NftSet> sets_;                                 // that exist in the kernel
  std::unordered_map<std::string, std::uint64_t> owner_;  // set and address → decision
  struct Seen {
    std::uint64_t packets = 0;
    std::uint64_t bytes = 0;
  };
  std::map<std::string, Seen> seen_;  // counter → told already
};

}  // namespace tocsin
