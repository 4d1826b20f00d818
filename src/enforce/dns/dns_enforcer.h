// DnsEnforcer: moves names to where `redirect_to` of standing decisions says (a CDN), and back when
// the last such decision has ended.
//
// It keeps no state of its own: what stands is asked of the DNS server, before each change and
// every `look_every`. A name that holds neither its normal nor its moved records was changed by
// somebody else: it is never touched, counted, and named in the receipt of the decisions about it.
// A server that does not answer is asked again; after kTriesMax it is named too, and asked on. One
// thread.
#pragma once

#include <string>
#include <vector>

#include "enforce/dns/dns_zone.h"
#include "enforce/enforcer.h"
#include "obs/log.h"

namespace tocsin {

class DnsEnforcer final : public Enforcer {
 public:
  static constexpr unsigned kTriesMax = 3;
  static constexpr std::size_t kFailedMax = 1'000;  // decisions named for one change

  // `names` and `look_every` as in DnsSettings.
  DnsEnforcer(DnsZone& zone, const std::vector<MovableName>& names, Span look_every, Log& log);

  std::string_view kind() const override { return "dns"; }
  bool covers(DecisionKind kind, ScopeKind) const override {
    return kind == DecisionKind::kRedirect;
  }
  Result<Applied> apply(const StandingChange& change, const StandingDecisions& all,
                        Span now) override;
  Result<bool> tend(Span now) override;
  Result<Applied> restore(const StandingDecisions& all, Span now) override;
  std::vector<EnforcedCount> take_counts() override;
  // Moves every name back that is moved.
  Status withdraw() override;

  std::uint64_t changed_by_others() const { return changed_by_others_; }

 private:
  struct Place {
    MovableName name;
    bool wanted_moved = false;
    unsigned tries = 0;  // without an answer
    std::string fault;   // as last told
    DnsRecords strange;  // what somebody else put there
  };

  Status bring(Place& place);
  Error changed(Place& place, const DnsRecords& seen);
  // Notes how it went; whether the fault is to be told.
  bool note(Place& place, const Status& done);
  Status bring_all(const std::vector<Place*>& places, const StandingChange& change,
                   const StandingDecisions& all, Applied& applied);

  DnsZone& zone_;
  const Span look_every_;
  Log& log_;
  std::vector<Place> places_;
  Span next_look_;
  std::uint64_t changed_by_others_ = 0;
  std::uint64_t updates_ = 0;  // since take_counts
};

}  // namespace tocsin
