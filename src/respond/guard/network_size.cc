#include "respond/guard/network_size.h"

#include <algorithm>

#include <fmt/format.h>

namespace tocsin {
namespace {

constexpr std::string_view kGuard = "network_size";
constexpr unsigned kV4Bits = 96;  // of the mapped form
// What people may do: a configured limit that is wider still counts for them too.
constexpr std::uint64_t kPersonV4PrefixMin = 16;
constexpr std::uint64_t kPersonV6PrefixMin = 32;

const IpNetwork kAllV4{IpAddress::from_v4(0), kV4Bits};

Judgement refuse(std::string why) {
  return {Word::kRefuse, kGuard, std::move(why)};
}

Judgement judge_network(const IpNetwork& network, bool person, const RespondSettings& settings) {
  const bool v4 = network.base.is_v4() && network.prefix_bits >= kV4Bits;
  if (!v4 && network.contains(kAllV4.base)) {
    return refuse("it contains every IPv4 address, as ::ffff:0.0.0.0/96");
  }
  const std::uint64_t v4_min =
      person ? std::min(settings.v4_prefix_min, kPersonV4PrefixMin) : settings.v4_prefix_min;
  const std::uint64_t v6_min =
      person ? std::min(settings.v6_prefix_min, kPersonV6PrefixMin) : settings.v6_prefix_min;
  const unsigned bits = v4 ? network.prefix_bits - kV4Bits : network.prefix_bits;
  const std::uint64_t least = v4 ? v4_min : v6_min;
  if (bits >= least) {
    return {};
  }
  return refuse(fmt::format("a {} may decide on networks of /{} at the widest",
                            person ? "person" : "rule", least));
}

}  // namespace

Judgement judge_size(const Proposal& proposal, const RespondSettings& settings) {
  const bool person = proposal.wanted.proposer == Proposer::kPerson ||
                      proposal.wanted.proposer == Proposer::kImport || proposal.approved;
  switch (proposal.target.scope) {
    case ScopeKind::kAddress:
    case ScopeKind::kNetwork:
      return judge_network(proposal.target.network, person, settings);
    case ScopeKind::kNetworkOwner:
    case ScopeKind::kCountry:
      if (proposal.kind == DecisionKind::kBlock && !person) {
        return {Word::kApproval, kGuard,
                "a whole " +
                    std::string(proposal.target.scope == ScopeKind::kCountry ? "country"
                                                                             : "network owner") +
                    " is blocked only with a person's approval"};
      }
      return {};
    case ScopeKind::kUser:
    case ScopeKind::kSession:
    case ScopeKind::kApiKey:
      return {};
  }
  return {};
}

}  // namespace tocsin
