#include "enforce/nftables/nftables_enforcer.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <simdjson.h>

namespace tocsin {
namespace {

constexpr ThrottleRate kRateWhenUnsaid{60, span_s(60)};
constexpr unsigned kMappedBits = 96;

NftSet set_of(const EnforcedDecision& decision) {
  NftSet set;
  set.kind = decision.kind;
  set.v6 = !decision.network.base.is_v4() || decision.network.prefix_bits < kMappedBits;
  set.prefix_bits = decision.network.prefix_bits - (set.v6 ? 0 : kMappedBits);
  if (set.kind == DecisionKind::kThrottle) {
    set.rate = decision.rate.value_or(kRateWhenUnsaid);
  }
  return set;
}

std::string place_of(const NftSet& set, const IpAddress& base) {
  return set.name() + " " + ip_text(base);
}

std::size_t rates_in(const std::set<NftSet>& sets) {
  return static_cast<std::size_t>(std::ranges::count_if(
      sets, [](const NftSet& set) { return set.kind == DecisionKind::kThrottle; }));
}

}  // namespace

// What one transaction shall do, and what the enforcer knows once it is done.
class NftablesEnforcer::Plan {
 public:
  Plan(const NftablesEnforcer& of, Span now) : of_(of), now_(now), sets(of.sets_) {}

  void start_afresh() {
    text_ = nft_new_table(of_.table_);
    sets.clear();
    afresh = true;
  }

  void remove(const Standing& standing) {
    const NftSet set = set_of(standing.decision);
    const std::string place = place_of(set, standing.decision.network.base);
    if (owner_of(place) != standing.decision.id) {
      return;  // another decision holds the element by now
    }
    owners[place] = 0;
    gone_[set].push_back({standing.decision.network.base, Span(0)});
  }

  void add(const Standing& standing) {
    const NftSet set = set_of(standing.decision);
    if (!sets.contains(set)) {
      if (set.kind == DecisionKind::kThrottle && rates_in(sets) >= kRatesMax) {
        failed.push_back({standing.decision.id, "too many different rates for nftables"});
        return;
      }
      text_ += nft_new_set(of_.table_, set);
      sets.insert(set);
    }
    const IpAddress base = standing.decision.network.base;
    const std::string place = place_of(set, base);
    if (owner_of(place) != 0) {
      gone_[set].push_back({base, Span(0)});
    }
    owners[place] = standing.decision.id;
    fresh_[set].push_back({base, Span(standing.ends.value - now_.value)});
  }

  std::string text() {
    write(gone_, nft_delete);
    write(fresh_, nft_add);
    return std::move(text_);
  }

 private:
  void write(const Elements& elements,
             std::string (*command)(std::string_view, const NftSet&, std::span<const NftElement>)) {
    for (const auto& [set, of_set] : elements) {
      for (std::size_t at = 0; at < of_set.size(); at += kElementsPerCommand) {
        const std::size_t n = std::min(kElementsPerCommand, of_set.size() - at);
        text_ += command(of_.table_, set, std::span(of_set).subspan(at, n));
      }
    }
  }

  // 0: nobody.
  std::uint64_t owner_of(const std::string& place) const {
    if (const auto changed = owners.find(place); changed != owners.end()) {
      return changed->second;
    }
    const auto before = of_.owner_.find(place);
    return afresh || before == of_.owner_.end() ? 0 : before->second;
  }

  const NftablesEnforcer& of_;
  const Span now_;
  std::string text_;
  Elements gone_;
  Elements fresh_;

 public:
  bool afresh = false;
  std::set<NftSet> sets;
  std::unordered_map<std::string, std::uint64_t> owners;  // that change; 0: nobody any more
  std::vector<FailedDecision> failed;
};

bool NftablesEnforcer::covers(DecisionKind kind, ScopeKind scope) const {
  const bool on_packets = kind == DecisionKind::kBlock || kind == DecisionKind::kThrottle;
  return on_packets && (scope == ScopeKind::kAddress || scope == ScopeKind::kNetwork);
}

Status NftablesEnforcer::commit(Plan& plan) {
  const std::string commands = plan.text();
  if (!commands.empty()) {
    TRY(session_.run(commands));
  }
  sets_ = std::move(plan.sets);
  if (plan.afresh) {
    owner_.clear();
  }
  for (const auto& [place, id] : plan.owners) {
    if (id == 0) {
      owner_.erase(place);
    } else {
      owner_[place] = id;
    }
  }
  return {};
}

Result<Enforcer::Applied> NftablesEnforcer::apply(const StandingChange& change,
                                                  const StandingDecisions& all, Span now) {
  static_cast<void>(all);
  Plan plan(*this, now);
  for (const Standing& standing : change.removed) {
    plan.remove(standing);
  }
  for (const Standing& standing : change.added) {
    if (all.find(standing.decision.id) != nullptr) {  // else it has ended while it waited
      plan.add(standing);
    }
  }
  Applied applied;
  applied.failed = std::move(plan.failed);
  TRY(commit(plan));
  return applied;
}

Result<Enforcer::Applied> NftablesEnforcer::restore(const StandingDecisions& all, Span now) {
  Plan plan(*this, now);
  plan.start_afresh();
  for (const auto& [id, standing] : all.all()) {
    plan.add(standing);
  }
  Applied applied;
  applied.failed = std::move(plan.failed);
  TRY(commit(plan));
  seen_.clear();
  return applied;
}

Result<bool> NftablesEnforcer::tend(Span now) {
  static_cast<void>(now);
  const Result<std::string> chain = session_.ask(fmt::format("list chain inet {} arrive", table_));
  if (!chain && chain.error().code() == ErrorCode::kNotFound) {
    return true;
  }
  if (!chain) {
    return chain.error();
  }
  return !chain->contains("\"jump\"");
}

std::vector<EnforcedCount> NftablesEnforcer::take_counts() {
  const Result<std::string> answer =
      session_.ask(fmt::format("list counters table inet {}", table_));
  simdjson::dom::parser parser;
  simdjson::dom::array items;
  if (!answer || parser.parse(*answer)["nftables"].get(items) != simdjson::SUCCESS) {
    return {};
  }
  EnforcedCount count;
  for (const simdjson::dom::element item : items) {
    simdjson::dom::element counter;
    std::string_view name;
    Seen now;
    if (item["counter"].get(counter) != simdjson::SUCCESS ||
        counter["name"].get(name) != simdjson::SUCCESS ||
        counter["packets"].get(now.packets) != simdjson::SUCCESS ||
        counter["bytes"].get(now.bytes) != simdjson::SUCCESS) {
      continue;
    }
    Seen& before = seen_[std::string(name)];
    if (now.packets < before.packets) {
      before = {};  // somebody reset it
    }
    count.packets += now.packets - before.packets;
    count.bytes += now.bytes - before.bytes;
    before = now;
  }
  return count.packets == 0 ? std::vector<EnforcedCount>() : std::vector{count};
}

Status NftablesEnforcer::withdraw() {
  TRY(session_.run(nft_remove_table(table_)));
  sets_.clear();
  owner_.clear();
  return {};
}

}  // namespace tocsin
