#include "enforce/standing.h"

#include <algorithm>
#include <utility>

namespace tocsin {

const Standing* StandingDecisions::find(std::uint64_t id) const {
  const auto found = by_id_.find(id);
  return found == by_id_.end() ? nullptr : &found->second;
}

void StandingDecisions::add(EnforcedDecision decision, Span now, StandingChange& change) {
  if (!covers_(decision) || decision.left.value <= 0) {
    return;
  }
  const Span ends(now.value + decision.left.value);
  const std::uint64_t id = decision.id;
  if (by_id_.contains(id)) {
    return;  // a decision does not change; told twice it is the same
  }
  if (by_id_.size() >= decisions_max_) {
    change.refused.push_back({id, "this enforcer is full"});
    return;
  }
  Standing standing{std::move(decision), ends};
  change.added.push_back(standing);
  by_end_.emplace(ends, id);
  by_id_.emplace(id, std::move(standing));
}

void StandingDecisions::remove(std::uint64_t id, StandingChange& change) {
  const auto found = by_id_.find(id);
  if (found == by_id_.end()) {
    return;
  }
  const auto [begin, end] = by_end_.equal_range(found->second.ends);
  for (auto at = begin; at != end; ++at) {
    if (at->second == id) {
      by_end_.erase(at);
      break;
    }
  }
  change.removed.push_back(std::move(found->second));
  by_id_.erase(found);
}

StandingChange StandingDecisions::take(FeedBatch batch, Span now) {
  StandingChange change;
  if (batch.full && batch.first_page) {
    listed_.clear();
  }
  for (const std::uint64_t id : batch.removed) {
    remove(id, change);
  }
  for (EnforcedDecision& decision : batch.added) {
    if (batch.full) {
      listed_.insert(decision.id);
    }
    add(std::move(decision), now, change);
  }
  if (batch.full && !batch.more) {
    std::vector<std::uint64_t> gone;
    for (const auto& [id, standing] : by_id_) {
      if (!listed_.contains(id)) {
        gone.push_back(id);
      }
    }
    for (const std::uint64_t id : gone) {
      remove(id, change);
    }
    listed_.clear();
  }
  return change;
}

std::optional<Span> StandingDecisions::next_end(Span now) const {
  if (by_end_.empty()) {
    return std::nullopt;
  }
  return Span(std::max<std::int64_t>(0, by_end_.begin()->first.value - now.value));
}

StandingChange StandingDecisions::expire(Span now) {
  StandingChange change;
  while (!by_end_.empty() && by_end_.begin()->first <= now) {
    remove(by_end_.begin()->second, change);
  }
  return change;
}

}  // namespace tocsin
